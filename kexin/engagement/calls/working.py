"""Working a list: take the next line, show the number, log what came of it, take that back, drop a line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date, business_now, next_working, zone
from kexin.core.choices import Outcome
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.masking import plain
from kexin.core.models import AuditEntry
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.engagement.calls import rules as may
from kexin.engagement.calls.choices import SPOKEN, EntryState, ResultKind
from kexin.engagement.calls.events import CallDropped, CallLogged, CallStopped, CallUndone
from kexin.engagement.calls.policies import CallPolicy, CallResult, parse_time
from kexin.engagement.calls.products import ProductCallPolicy, barred_products, opinion_now, opinions
from kexin.engagement.calls.visits import VisitAgreed, arrange, call_off
from kexin.engagement.models.calls import CallEntry, CallEntryQuerySet, Contact
from kexin.engagement.rules import clean_note
from kexin.party.choices import ContactKind
from kexin.party.models import ContactPoint, Customer
from kexin.party.operations import change_contact, reveal

NUMBERS = (ContactKind.MOBILE, ContactKind.PHONE)
AGREED = 0  # the rank of a line whose next day was agreed with the customer: before all others


def numbers_in_use(outer: str = "customer_id") -> QuerySet[ContactPoint]:
    """Telephone numbers that may be used, of the customer that ``outer`` names."""
    return ContactPoint.objects.filter(party_id=OuterRef(outer), kind__in=NUMBERS, do_not_use=False)


def waiting(rows: CallEntryQuerySet, actor: Actor, rules: CallPolicy, now: dt.datetime) -> CallEntryQuerySet:
    """The lines that may be called now, in the order of calling; those that others hold are left out, and those about
    products that the actor may not speak of."""
    today = now.date()
    barred = barred_products(actor)
    often = (
        Contact.objects.filter(on=today, undone_at=None)
        .values("customer")
        .annotate(times=Count("pk"))
        .filter(times__gte=rules.per_customer_a_day)
        .values("customer")
    )
    rows = rows.open().to_be_called_by(actor).filter(due_at__lte=now)
    rows = rows.filter(call_list__closed_at=None, call_list__starts_on__lte=today, call_list__ends_on__gte=today)
    rows = rows.filter(Exists(numbers_in_use())).exclude(customer__in=often)
    rows = rows.exclude(call_list__product__in=barred) if barred else rows
    by_others = Q(held_until__gt=timezone.now()) & ~Q(held_by="") & ~Q(held_by=actor.name)
    return rows.exclude(by_others).order_by("rank", "due_at", "pk")


def held(entry: CallEntry, actor: Actor) -> bool:
    """Is the line kept for somebody else at this moment?"""
    return bool(
        entry.held_by and entry.held_by != actor.name and entry.held_until and entry.held_until > timezone.now()
    )


@operation("engagement.take_call", label=_("Take the next customer of a call list"))
def take_call(*, actor: Actor, call_list: int | None = None, entry: int | None = None) -> CallEntry | None:
    """Keep the next line (or the one asked for) for the actor, and let go of what it kept before; None: none waits.

    A line that somebody else keeps is passed over; asked for by itself it raises Conflict. Where the list is about a
    product, an opinion is given first: customers to whom it may not be offered any more are closed and passed over;
    one that was asked for is handed back closed. RuleViolation where the actor may not speak of the product.
    """
    rules = in_force(CallPolicy)
    now = business_now()
    rows = CallEntry.objects.visible_to(actor, "engagement.take_call")
    if entry is not None:
        row: CallEntry | None = CallEntry.objects.lock(entry, actor)
        assert row is not None
        if held(row, actor):
            raise Conflict(_("A colleague is calling this customer."), current={"held_by": row.held_by})
        if row.state != EntryState.OPEN:
            raise RuleViolation(_("This call has its result already."))
        if not _may_be_called(row, actor):
            return row
    else:
        found = waiting(rows, actor, rules, now)
        if call_list is not None:
            found = found.filter(call_list=call_list)
        row = _next(found.select_for_update(of=("self",), skip_locked=True), actor)
    kept = CallEntry.objects.open().filter(held_by=actor.name)
    (kept.exclude(pk=row.pk) if row is not None else kept).update(held_by="", held_until=None)
    if row is None:
        return None
    row.held_by = actor.name
    row.held_until = timezone.now() + dt.timedelta(minutes=rules.hold_minutes)
    row.save(update_fields=["held_by", "held_until"])
    return row


def _next(found: CallEntryQuerySet, actor: Actor) -> CallEntry | None:
    """The first line that may be called; those before it that may not are closed, so many as the policy says."""
    for _step in range(in_force(ProductCallPolicy).passed_over):
        row = found.first()
        if row is None or _may_be_called(row, actor):
            return row
    return None


def _may_be_called(row: CallEntry, actor: Actor) -> bool:
    """Ask for an opinion where the list is about a product; a line that it forbids is closed and told."""
    product_id = row.call_list.product_id
    if product_id is None:
        return True
    told = opinions(actor, product_id, [row.customer_id], spoken=True).get(row.customer_id)
    if told is not None and told.about_caller:
        raise RuleViolation(" ".join(str(text) for text in told.reasons))
    row.opinion = told.number if told is not None else None
    if told is not None and told.allowed:
        row.save(update_fields=["opinion"])
        return True
    row.state, row.closed_at = EntryState.REFUSED, timezone.now()
    row.held_by, row.held_until = "", None
    row.save(update_fields=["state", "closed_at", "held_by", "held_until", "opinion"])
    number = Customer.objects.only("customer_no").get(pk=row.customer_id).customer_no
    emit(CallStopped(row.customer_id, number, row.pk, row.opinion))
    return False


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number to be called, and for how many seconds the screen shows it."""

    number: str
    seconds: int


@operation("engagement.dial_call", label=_("Show a number for calling"))
def dial_call(entry: CallEntry | int, *, actor: Actor, contact_id: int) -> Dialled:
    """Reveal one number of the customer of a line, for the purpose of calling. Limited per person and hour."""
    row = CallEntry.objects.lock(entry, actor)
    if held(row, actor):
        raise Conflict(_("A colleague is calling this customer."), current={"held_by": row.held_by})
    point = ContactPoint.objects.filter(pk=contact_id, party_id=row.customer_id, kind__in=NUMBERS).first()
    if point is None:
        raise NotFound
    if row.call_list.product_id is not None:
        told = opinion_now(actor, row.call_list.product_id, row.customer_id)
        if not told.allowed:
            raise RuleViolation(" ".join(str(text) for text in told.reasons))
    rules = in_force(CallPolicy)
    allowed = may.may_dial(
        business_now(),
        quiet_from=parse_time(rules.quiet_from),
        quiet_until=parse_time(rules.quiet_until),
        calls_today=calls_today(row.customer_id),
        per_day=rules.per_customer_a_day,
        do_not_use=point.do_not_use,
    )
    allowed.enforce()
    since = timezone.now() - dt.timedelta(hours=1)
    mine = AuditEntry.objects.filter(actor_name=actor.name, operation="engagement.dial_call", outcome=Outcome.DONE)
    if mine.filter(at__gte=since).count() >= rules.dials_per_hour:
        raise RuleViolation(_("You have shown %(count)s numbers within an hour; this is the limit.") % {
            "count": rules.dials_per_hour
        })  # fmt: skip
    act = frame.current.get()
    if act is not None:
        act.notes["reveal_purpose"] = "call"
    shown = reveal(Customer(pk=row.customer_id), actor=actor, what="contact", row_id=point.pk, purpose="contact")
    return Dialled(shown.value, shown.seconds)


def calls_today(customer_id: int) -> int:
    """How often the customer was called today, over all lists."""
    return Contact.objects.filter(customer=customer_id, on=business_date(), undone_at=None).count()


@operation("engagement.log_call", label=_("Log a call"), plain=("result",))
def log_call(
    entry: CallEntry | int,
    *,
    actor: Actor,
    result: str,
    note: str = "",
    next_at: dt.datetime | None = None,
    visit: VisitAgreed | None = None,
) -> Contact:
    """Write down what came of a call and when the customer is called next.

    Without ``next_at`` the policy decides: the unreached come back by its rule or are given up, "later" comes back
    after its days, everything else is done. Who wants no calls is not called again, on no list. A result that agrees
    on a visit makes the appointment in the same step; whatever speaks against its time refuses both.
    """
    row = CallEntry.objects.lock(entry, actor)
    if held(row, actor):
        raise Conflict(_("A colleague is calling this customer."), current={"held_by": row.held_by})
    rules = in_force(CallPolicy)
    outcome = rules.result(result)
    if outcome is None:
        raise RuleViolation(fields={"result": _("This result is not known.")})
    now = business_now()
    text = clean_note(note)
    (may.may_log(row.state, text, now, next_at) & may.may_visit(outcome.kind, visit is not None)).enforce()
    customer = Customer.objects.lock(row.customer_id, actor)
    before: dict[str, Any] = {"entry": _memo(row)}
    if outcome.kind in (ResultKind.DO_NOT_CALL, ResultKind.WRONG_NUMBER):
        next_at = None
        before |= _stop_numbers(customer, row, outcome.kind, actor)
    met = arrange(visit, row, actor, now) if visit is not None else None
    _move(row, outcome, rules, now, next_at)
    contact = Contact.objects.create(
        customer=customer,
        key_id=row.key_id,
        entry=row,
        result=outcome.code,
        reached=outcome.kind in SPOKEN,
        note=text,
        on=business_date(),
        by=actor.name,
        post_id=actor.post_id,
        next_at=row.due_at if row.state == EntryState.OPEN else None,
        appointment=met,
        before=before,
    )
    emit(CallLogged(customer.pk, customer.customer_no, contact.pk, outcome.code, contact.reached))
    return contact


def _memo(row: CallEntry) -> dict[str, Any]:
    return {
        "state": row.state,
        "rank": row.rank,
        "attempts": row.attempts,
        "due_at": row.due_at.isoformat(),
        "result": row.result,
    }


def _stop_numbers(customer: Customer, row: CallEntry, kind: ResultKind, actor: Actor) -> dict[str, Any]:
    """Mark numbers as not to be used: the one in use where it was wrong, all where no calls are wanted."""
    points = ContactPoint.objects.filter(party_id=customer.pk, kind__in=NUMBERS, do_not_use=False)
    chosen = list(points.order_by("-preferred", "pk"))
    chosen = chosen if kind == ResultKind.DO_NOT_CALL else chosen[:1]
    for point in chosen:
        change_contact(customer, actor=actor, contact_id=point.pk, do_not_use=True, preferred=False)
    memo: dict[str, Any] = {"contacts": [[point.pk, point.preferred] for point in chosen]}
    if kind == ResultKind.DO_NOT_CALL:
        others = CallEntry.objects.open().filter(customer=customer).exclude(pk=row.pk)
        memo["others"] = list(others.values_list("pk", flat=True))
        others.update(state=EntryState.STOPPED, closed_at=timezone.now(), held_by="", held_until=None)
    return memo


def _move(
    row: CallEntry, outcome: CallResult, rules: CallPolicy, now: dt.datetime, next_at: dt.datetime | None
) -> None:
    """The line after a result: when it comes back, or how it ended."""
    row.attempts += 1
    row.result = outcome.code
    row.held_by, row.held_until = "", None
    ended = ""
    if next_at is not None:
        row.due_at, row.rank = next_at, AGREED
    elif outcome.kind == ResultKind.LATER:
        row.due_at = now + dt.timedelta(days=rules.later_days)
    elif outcome.kind == ResultKind.UNREACHED:
        again = _again(row.attempts, rules, now)
        ended = "" if again else EntryState.GIVEN_UP
        row.due_at = again or row.due_at
    elif outcome.kind == ResultKind.WRONG_NUMBER and _another_number(row):
        row.due_at = now
    else:
        ended = EntryState.STOPPED if outcome.kind == ResultKind.DO_NOT_CALL else EntryState.DONE
    if ended:
        row.state, row.closed_at = ended, timezone.now()
    else:
        quiet = parse_time(rules.quiet_from), parse_time(rules.quiet_until)
        row.due_at = may.after_quiet(row.due_at.astimezone(zone()), *quiet)
    row.save()


def _another_number(row: CallEntry) -> bool:
    points = ContactPoint.objects.filter(party_id=row.customer_id, kind__in=NUMBERS, do_not_use=False)
    return points.exists()


def _again(attempts: int, rules: CallPolicy, now: dt.datetime) -> dt.datetime | None:
    """When somebody who was not reached is called again; None: not any more."""
    step = may.retry_after(attempts, rules.give_up_after)
    if step == may.Retry.GIVE_UP:
        return None
    if step == may.Retry.HOURS:
        return add(now, Duration(rules.first_retry_hours, Unit.WORKING_HOURS)).at
    day = next_working(now.date())
    return may.other_half(now, day, parse_time(rules.morning), parse_time(rules.afternoon))


@operation("engagement.undo_call", label=_("Take back the result of a call"))
def undo_call(contact: Contact | int, *, actor: Actor) -> CallEntry:
    """Take back one's own last result of a line, within the policy's minutes: line and contact points are restored."""
    row = Contact.objects.lock(contact, actor)
    rules = in_force(CallPolicy)
    late = timezone.now() - row.at > dt.timedelta(minutes=rules.undo_minutes)
    newest = Contact.objects.filter(entry=row.entry_id, undone_at=None).order_by("-pk").first()
    if row.by != actor.name or row.undone_at is not None or row.entry_id is None or newest != row or late:
        raise RuleViolation(_("Only one's own last result can be taken back, and only shortly after it was given."))
    entry = CallEntry.objects.select_for_update(of=("self",)).select_related("customer").get(pk=row.entry_id)
    if held(entry, actor):
        raise Conflict(_("A colleague is calling this customer."), current={"held_by": entry.held_by})
    before: Any = row.before
    for name, value in before["entry"].items():
        setattr(entry, name, dt.datetime.fromisoformat(value) if name == "due_at" else value)
    entry.closed_at = None
    entry.save()
    for point_id, preferred in before.get("contacts", ()):
        if ContactPoint.objects.filter(pk=point_id, party_id=row.customer_id).exists():
            change_contact(
                entry.customer, actor=actor, contact_id=point_id, do_not_use=False, preferred=preferred or None
            )
    if row.appointment_id is not None:
        call_off(row.appointment_id, actor)
    stopped = CallEntry.objects.filter(pk__in=before.get("others", ()), state=EntryState.STOPPED)
    stopped.update(state=EntryState.OPEN, closed_at=None)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    emit(CallUndone(row.customer_id, entry.customer.customer_no, row.pk, row.result))
    return entry


@operation("engagement.drop_call", label=_("Drop a customer from a call list"))
def drop_call(entry: CallEntry | int, *, actor: Actor, reason: str) -> CallEntry:
    """Take a customer from a list without a call, for a reason."""
    row = CallEntry.objects.lock(entry, actor)
    if held(row, actor):
        raise Conflict(_("A colleague is calling this customer."), current={"held_by": row.held_by})
    if row.state != EntryState.OPEN:
        raise RuleViolation(_("This call has its result already."))
    if not plain(reason):
        raise RuleViolation(fields={"reason": _("Say why.")})
    row.state, row.closed_at = EntryState.DROPPED, timezone.now()
    row.held_by, row.held_until = "", None
    row.save()
    number = Customer.objects.only("customer_no").get(pk=row.customer_id).customer_no
    emit(CallDropped(row.customer_id, number, row.pk, plain(reason)[:200]))
    return row
