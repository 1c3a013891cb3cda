"""Making a return call: show the number, note an attempt, write down the answers. Never by the seller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_now, is_working
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.masking import plain
from kexin.core.models import PolicyVersion
from kexin.core.operation import operation
from kexin.core.policy import in_force, numbers_of
from kexin.party.choices import ContactKind
from kexin.party.models import ContactPoint, Customer
from kexin.party.operations import reveal
from kexin.sales.choices import Gate, SaleState
from kexin.sales.followup import rules as may
from kexin.sales.followup.choices import AttemptResult, CallOutcome, CallState
from kexin.sales.followup.events import ReturnCallAnswered, ReturnCallTried
from kexin.sales.followup.planning import ANSWER
from kexin.sales.followup.policies import ReturnCallPolicy, parse_slots, parse_time
from kexin.sales.models import ReturnCall, ReturnCallAttempt, Sale
from kexin.sales.operations.passing import is_open, pass_gate
from kexin.sales.oversight.choices import ItemSource
from kexin.sales.oversight.raising import raise_item
from kexin.sales.work import FOLLOW_UP, settle

NUMBERS = (ContactKind.MOBILE, ContactKind.PHONE)


@dataclass(frozen=True, slots=True)
class NumberShown:
    """A number to be called, and for how many seconds the screen shows it."""

    number: str
    seconds: int


def numbers_for(call: ReturnCall) -> ReturnCallPolicy:
    """The policy version by which the call was planned: its sheet is the one that is asked."""
    return numbers_of(ReturnCallPolicy, PolicyVersion.objects.get(pk=call.policy_id))


def sold_by(sale: Sale, actor: Actor) -> bool:
    """Is the actor the seller?"""
    return actor.user_id is not None and sale.seller.user_id == actor.user_id


def _locked(call: ReturnCall | int, actor: Actor, version: int | None = None) -> ReturnCall:
    row = ReturnCall.objects.lock(call, actor, version=version)
    row.sale = Sale.objects.select_for_update(of=("self",)).select_related("seller", "product").get(pk=row.sale_id)
    return row


@operation("sales.dial_return_call", label=_("Show a number for a return call"))
def dial_return_call(call: ReturnCall | int, *, actor: Actor, contact_id: int) -> NumberShown:
    """Reveal one number of the customer. Refused to the seller, out of calling hours, and for a number not to be used.

    NotFound for a number of somebody else.
    """
    row = _locked(call, actor)
    point = ContactPoint.objects.filter(pk=contact_id, party_id=row.customer_id, kind__in=NUMBERS).first()
    if point is None:
        raise NotFound
    (may.may_call(row.state, by_seller=sold_by(row.sale, actor)) & _may_dial(point)).enforce()
    shown = reveal(Customer(pk=row.customer_id), actor=actor, what="contact", row_id=point.pk, purpose="contact")
    return NumberShown(shown.value, shown.seconds)


def _may_dial(point: ContactPoint) -> Decision:
    rules, decision = in_force(ReturnCallPolicy), ALLOWED
    if point.do_not_use:
        decision &= refused("do_not_use", _("The customer does not want to be called at this number."))
    first, last = parse_time(rules.call_from), parse_time(rules.call_until)
    if not may.is_calling_time(business_now(), first, last):
        words = _("Customers are called between %(first)s and %(last)s.")
        decision &= refused("quiet", words % {"first": f"{first:%H:%M}", "last": f"{last:%H:%M}"})
    return decision


@operation("sales.try_return_call", label=_("Note a return call in vain"), plain=("result",))
def try_return_call(
    call: ReturnCall | int, *, actor: Actor, result: str, note: str = "", next_at: dt.datetime | None = None
) -> ReturnCall:
    """An attempt without answers. The policy says when it is tried again, unless the customer named a moment.

    When the attempts are used up, or the customer declines, the call ends unreached and somebody else decides.
    """
    row = _locked(call, actor)
    may.may_call(row.state, by_seller=sold_by(row.sale, actor)).enforce()
    if result not in AttemptResult.values or result == AttemptResult.ANSWERED:
        raise RuleViolation(fields={"result": _("Choose one of the list.")})
    now, rules = business_now(), numbers_for(row)
    may.may_put_off(note, now, next_at).enforce()
    row.attempts += 1
    again = next_at if result == AttemptResult.LATER else None
    if again is None and result != AttemptResult.DECLINED:
        again = may.next_attempt(
            now,
            row.attempts,
            most=rules.attempts,
            pause=dt.timedelta(hours=rules.pause_hours),
            slots=parse_slots(rules.slots),
            is_working=is_working,
        )
    _note(row, actor, AttemptResult(result), note, again)
    row.version += 1
    if again is not None:
        row.next_at = again
        row.save(update_fields=["attempts", "next_at", "version"])
    else:
        row.state, row.finished_at, row.finished_by = CallState.UNREACHED, timezone.now(), actor.name
        row.save(update_fields=["attempts", "state", "finished_at", "finished_by", "version"])
        settle(FOLLOW_UP, row.sale, outcome="unreached", by=actor.name)
        facts = {"attempts": row.attempts, "result": result}
        raise_item(ItemSource.UNREACHED, f"call:{row.pk}", sale=row.sale, facts=facts)
    emit(ReturnCallTried(row.customer_id, row.sale.sale_no, row.pk, result, row.attempts))
    return row


def _note(row: ReturnCall, actor: Actor, result: AttemptResult, note: str, next_at: dt.datetime | None = None) -> None:
    ReturnCallAttempt.objects.create(
        call=row,
        key_id=row.key_id,
        at=timezone.now(),
        by=actor.name,
        result=result,
        note=plain(note),
        next_at=next_at,
    )


@operation(ANSWER, label=_("Write down a return call"))
def answer_return_call(
    call: ReturnCall | int, *, actor: Actor, answers: Mapping[str, str], note: str = "", version: int | None = None
) -> ReturnCall:
    """The customer answered every question of the sheet: the sale's last gate is passed.

    Answers that contradict the sale need words and open an inspection item. Raises RuleViolation for the seller, for
    a sale that is not executed any more, and for questions without an answer (at their names); Conflict where somebody
    else has changed the call meanwhile.
    """
    row = _locked(call, actor, version)
    sale, sheet = row.sale, numbers_for(row).sheet(row.sheet)
    is_open(sale, SaleState.EXECUTED).enforce()
    may.may_answer(row.state, sheet, answers, note, by_seller=sold_by(sale, actor)).enforce()
    against = may.contradicted(sheet, answers)
    row.state, row.attempts = CallState.DONE, row.attempts + 1
    row.outcome = CallOutcome.CONTRADICTED if against else CallOutcome.UNDERSTOOD
    row.answers, row.contradicted, row.note = dict(answers), list(against), plain(note)
    row.finished_at, row.finished_by = timezone.now(), actor.name
    row.version += 1
    row.save()
    _note(row, actor, AttemptResult.ANSWERED, "")
    evidence = {"call": row.pk, "result": row.outcome, "contradicted": list(against), "by": actor.name}
    pass_gate(sale, Gate.FOLLOWED_UP, actor=actor, evidence=evidence)
    settle(FOLLOW_UP, sale, outcome=row.outcome, by=actor.name)
    if against:
        raise_item(ItemSource.CONTRADICTION, f"call:{row.pk}", sale=sale, facts={"questions": list(against)})
    emit(ReturnCallAnswered(row.customer_id, sale.sale_no, row.pk, against))
    return row
