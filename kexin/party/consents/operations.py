"""Giving and withdrawing consent, placing and lifting restrictions.

Withdrawing is as easy as giving (PIPL Art. 15): one step, no reason, no evidence, at once. Offers stop, services go on.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.choices import ConsentChannel, ConsentSource, CustomerStatus, RestrictionCode
from kexin.party.consents.events import ConsentGiven, ConsentWithdrawn, RestrictionLifted, RestrictionPlaced
from kexin.party.consents.policies import ConsentPolicy
from kexin.party.models import Consent, Customer, Restriction

CLOSED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)


def _said(row: Customer, actor: Actor, channel: str, *, granted: bool, source: str, evidence: str) -> Consent:
    """Append a word unless the last one was the same."""
    last = Consent.objects.filter(customer=row, channel=channel).order_by("-id").first()
    if last is not None and last.granted == granted:
        return last
    made = Consent.objects.create(
        customer=row,
        channel=channel,
        granted=granted,
        source=source,
        evidence=evidence,
        policy=in_force(ConsentPolicy).policy_version,
        by=actor.name,
        at=timezone.now(),
    )
    fact: Any = ConsentGiven if granted else ConsentWithdrawn
    emit(fact(row.pk, row.customer_no, channel, source))
    return made


def _checked(channel: str) -> str:
    if channel not in ConsentChannel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the channels.")})
    return channel


@operation("party.record_consent", label=_("Record what a customer agreed to"), plain=("channel", "granted", "source"))
def record_consent(
    customer: Customer | int, *, actor: Actor, channel: str, granted: bool, source: str, evidence: str = ""
) -> Consent:
    """Staff record what the customer said at the counter or in a recorded call; agreeing needs evidence.

    Raises RuleViolation at the field that is wrong; the same word again changes nothing.
    """
    row = Customer.objects.lock(customer, actor)
    if row.status in CLOSED:
        raise RuleViolation(_("The file is closed and can only be read."))
    if source not in (ConsentSource.COUNTER, ConsentSource.CALL):
        raise RuleViolation(fields={"source": _("Say where the customer said so.")})
    if granted and not evidence.strip():
        raise RuleViolation(fields={"evidence": _("Name the signed form or the recording that shows it.")})
    return _said(row, actor, _checked(channel), granted=granted, source=source, evidence=evidence.strip())


@operation("party.give_own_consent", label=_("Give or withdraw one's own consent"), plain=("channel", "granted"))
def give_own_consent(*, actor: Actor, channel: str, granted: bool) -> Consent:
    """The customer alone, on the portal."""
    if actor.kind != ActorKind.CUSTOMER or actor.customer_id is None:
        raise NotFound
    row = Customer.objects.get(pk=actor.customer_id)  # not locked: the portal's role may change nothing of it
    return _said(row, actor, _checked(channel), granted=granted, source=ConsentSource.PORTAL, evidence="")


@operation("party.place_restriction", label=_("Restrict dealings with a customer"), plain=("code",))
def place_restriction(customer: Customer | int, *, actor: Actor, code: str, reason: str) -> Restriction:
    """Stop sales to a customer. Raises RuleViolation at ``code`` or ``reason``, Conflict where it stands already."""
    row = Customer.objects.lock(customer, actor)
    if code not in RestrictionCode.values:
        raise RuleViolation(fields={"code": _("Choose one of the kinds.")})
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Give a reason.")})
    if Restriction.objects.filter(customer=row, code=code, lifted_at=None).exists():
        raise Conflict(fields={"code": _("This restriction stands already.")})
    made = Restriction.objects.create(
        customer=row, code=code, reason=reason.strip(), placed_by=actor.name, placed_at=timezone.now()
    )
    emit(RestrictionPlaced(row.pk, row.customer_no, code))
    return made


@operation("party.lift_restriction", label=_("Lift a restriction"))
def lift_restriction(restriction: Restriction | int, *, actor: Actor, reason: str) -> Restriction:
    """End it, with a reason. Raises Conflict where it is lifted already."""
    pk = restriction if isinstance(restriction, int) else restriction.pk
    row = Restriction.objects.select_for_update(of=("self",)).fetch(pk, actor, "party.lift_restriction")
    if row.lifted_at is not None:
        raise Conflict(_("It is lifted already."))
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Give a reason.")})
    row.lifted_at, row.lifted_by, row.lift_reason = timezone.now(), actor.name, reason.strip()
    row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    emit(RestrictionLifted(row.customer_id, row.customer.customer_no, row.code))
    return row
