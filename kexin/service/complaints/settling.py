"""Settlement 协商和解: within somebody's authority, signed, and paid under the eyes of another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.service.complaints.choices import (
    LetterLanguage,
    SettlementState,
)
from kexin.service.complaints.events import SettlementAgreed
from kexin.service.complaints.letters import own_language
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.policies import parse_authority
from kexin.service.complaints.record import locked, rules_of, said, step
from kexin.service.complaints.work import SETTLEMENT, owe_within, settle
from kexin.service.models import Complaint, Settlement
from kexin.service.requests.running import now
from kexin.service.rules import clean

LEVELS = (
    "service.approve_settlement",
    "service.approve_large_settlement",
    "service.approve_largest_settlement",
)


@operation("service.propose_settlement", label=_("Propose a settlement of a complaint"), plain=("language",))
def propose_settlement(
    complaint: Complaint | int, *, actor: Actor, amount: Decimal, terms: str, language: str = ""
) -> Settlement:
    """The lowest level whose authority reaches the amount decides; above the highest nobody does, and it is refused.

    ``language``: that of the agreement; empty: the complainant's own.
    """
    row = locked(complaint, actor)
    if amount <= 0:
        raise RuleViolation(fields={"amount": _("An amount above nought is needed.")})
    if language and language not in LetterLanguage.values:
        raise RuleViolation(fields={"language": _("Choose one of the list.")})
    level = next((each for each in parse_authority(rules_of(row).authority) if amount <= each.up_to), None)
    if level is None:
        raise RuleViolation(fields={"amount": _("Nobody's authority reaches this amount.")})
    if row.settlements.exclude(state=SettlementState.REFUSED).exists():
        raise RuleViolation(_("There is a settlement already."))
    barred, sellers = sorted({*row.accused, actor.name}), sellers_of(row.subject_kind, row.subject_no)
    post = officer_for(level.right, row.officer_post.unit_id, barred, sellers, row.concerned_unit_id)
    if post is None:
        raise RuleViolation(_("Nobody else may decide on this settlement."))
    made = Settlement(
        complaint=row,
        key_id=row.key_id,
        amount=amount,
        terms=said(terms, "terms", _("Write what was agreed."), 2000),
        language=language or own_language(row),
        right=level.right,
        proposed_by=actor.name,
        proposed_at=now(),
    )
    made.save()
    step(row, "settlement", actor)
    owe_within(SETTLEMENT, row, post)
    return made


def _decide(row: Complaint, actor: Actor, right: str, approve: bool, note: str) -> Settlement:
    made = row.settlements.select_for_update().filter(state=SettlementState.PROPOSED, right=right).first()
    if made is None:
        raise NotFound
    if made.proposed_by == actor.name:
        raise RuleViolation(_("Somebody else than who proposed decides."))
    words = clean(note)[:500]
    if not approve and not words:
        raise RuleViolation(fields={"note": _("Say why.")})
    made.state = SettlementState.APPROVED if approve else SettlementState.REFUSED
    made.approved_by, made.approved_at, made.note = actor.name, now(), words
    made.save()
    step(row, "settlement-approved" if approve else "settlement-refused", actor, words)
    settle(SETTLEMENT, row, outcome="approved" if approve else "refused", by=actor.name)
    return made


@operation(LEVELS[0], label=_("Decide on a small settlement"), plain=("approve",))
def approve_settlement(complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = "") -> Settlement:
    """Within the first level of authority."""
    return _decide(locked(complaint, actor), actor, LEVELS[0], approve, note)


@operation(LEVELS[1], label=_("Decide on a large settlement"), plain=("approve",))
def approve_large_settlement(complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = "") -> Settlement:
    """Within the second level of authority."""
    return _decide(locked(complaint, actor), actor, LEVELS[1], approve, note)


@operation(LEVELS[2], label=_("Decide on the largest settlements"), plain=("approve",))
def approve_largest_settlement(
    complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = ""
) -> Settlement:
    """Within the highest level of authority."""
    return _decide(locked(complaint, actor), actor, LEVELS[2], approve, note)


@operation("service.check_settlement_payment", label=_("Check the payment and tax of a settlement"))
def check_settlement_payment(
    complaint: Complaint | int, *, actor: Actor, paid_on: dt.date, tax: Decimal, reference: str
) -> Settlement:
    """Somebody else than who proposed it sees that it was paid, and what tax was withheld (nought is said, too)."""
    row = Complaint.objects.lock(complaint, actor)
    made = row.settlements.select_for_update().filter(state=SettlementState.SIGNED).first()
    if made is None and row.settlements.filter(state=SettlementState.PAPER).exists():
        raise RuleViolation(_("A second person has not confirmed the signed copy yet: nothing is paid before."))
    if made is None and row.settlements.filter(state=SettlementState.APPROVED).exists():
        raise RuleViolation(_("The agreement is not signed yet: nothing is paid before."))
    if made is None:
        raise RuleViolation(_("No signed settlement waits for payment."))
    if made.proposed_by == actor.name:
        raise RuleViolation(_("Somebody else than who proposed it checks the payment."))
    if not Decimal(0) <= tax < made.amount:
        raise RuleViolation(fields={"tax": _("The tax lies between nought and the amount.")})
    if paid_on > business_date() or (made.signed_on is not None and paid_on < made.signed_on):
        raise RuleViolation(fields={"paid_on": _("Between the signature and today.")})
    made.payment_note = said(reference, "reference", _("Enter the reference of the payment."), 200)
    made.paid_on, made.tax, made.checked_by, made.state = paid_on, tax, actor.name, SettlementState.PAID
    made.save()
    step(row, "settlement-paid", actor)
    emit(SettlementAgreed(row.customer_id, row.complaint_no, row.pk, paid=True))
    return made
