"""Proposing return visits: one work item of the lead manager per customer, dated by the working calendar.

A proposal is no appointment yet: the customer has not agreed. One click makes the appointment; whoever fixes any
meeting with the customer settles the proposal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date, is_working, next_working, zone
from kexin.core.errors import NotFound
from kexin.core.events import emit, subscribe
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.workflow import close_work, open_work
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.engagement.colleagues import VIEW
from kexin.engagement.events import AppointmentMade, ReturnWishNoted
from kexin.engagement.models import Appointment, ReturnWish
from kexin.engagement.returns.policies import ReturnVisitPolicy, parse_intervals
from kexin.engagement.returns.rhythms import asked_months, with_rhythm
from kexin.engagement.returns.rules import may_wish, visit_due
from kexin.engagement.work import CUSTOMER, RETURN
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import Delegation
from kexin.people.queries import held_on

MEETINGS = [each for each in AppointmentPurpose.values if each != AppointmentPurpose.TEAM]


@dataclass(frozen=True, slots=True)
class NextVisit:
    """How often a customer is visited, since when not, and the day of the next visit (None: no visits)."""

    months: int
    by_wish: bool
    last: dt.date | None
    due: dt.date | None
    planned: bool


def _following(day: dt.date) -> dt.date:
    return day if is_working(day) else next_working(day)


def _last_visits(customers: Iterable[int]) -> dict[int, dt.date]:
    """The day of the last meeting that was kept, by customer; one read."""
    rows = Appointment.objects.filter(
        customer__in=list(customers), state=AppointmentState.KEPT, purpose__in=MEETINGS
    ).order_by()
    found = rows.values_list("customer").annotate(at=Max("starts_at"))
    return {pk: at.astimezone(zone()).date() for pk, at in found}


def _planned(customers: Iterable[int]) -> set[int]:
    """Customers with a meeting to come."""
    rows = Appointment.objects.filter(
        customer__in=list(customers), state=AppointmentState.PLANNED, ends_at__gt=timezone.now(), purpose__in=MEETINGS
    )
    return {pk for pk in rows.values_list("customer_id", flat=True) if pk is not None}


@dataclass(frozen=True, slots=True)
class _Known:
    """What dates the visits of some customers: wishes, what strategies ask for, last visits."""

    wishes: Mapping[int, int]
    asked: Mapping[int, int]
    last: Mapping[int, dt.date]


def _next(row: Customer, known: _Known, rules: ReturnVisitPolicy, today: dt.date) -> dt.date | None:
    """The day of a customer's next visit; None where there is none to be."""
    months = rules.months(row.tier, known.wishes.get(row.pk), known.asked.get(row.pk))
    if not months or row.status != CustomerStatus.ACTIVE:
        return None
    since = known.last.get(row.pk) or row.admitted_on or row.created_at.astimezone(zone()).date()
    return visit_due(since, months, today, _following)


@query(VIEW, label=_("See appointments"))
def next_visit(actor: Actor, customer_id: int) -> NextVisit:
    """What a customer's page says about return visits."""
    row = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=customer_id).first()
    if row is None:
        raise NotFound
    rules = in_force(ReturnVisitPolicy)
    wishes = dict(ReturnWish.objects.filter(customer=row).values_list("customer", "months"))
    known = _Known(wishes, asked_months([row.pk]), _last_visits([row.pk]))
    due = _next(row, known, rules, business_date())
    months = rules.months(row.tier, wishes.get(row.pk), known.asked.get(row.pk))
    return NextVisit(months, row.pk in wishes, known.last.get(row.pk), due, bool(_planned([row.pk])))


@operation("engagement.note_return_wish", label=_("Note how often a customer wishes to be visited"), plain=("months",))
def note_return_wish(customer: Customer | int, *, actor: Actor, months: int | None) -> int | None:
    """The customer's own interval in months, 0 for no visits, None for what the tier says. A proposal follows it."""
    row = Customer.objects.lock(customer, actor)
    may_wish(months).enforce()
    if months is None:
        ReturnWish.objects.filter(customer=row).delete()
    else:
        ReturnWish.objects.update_or_create(customer=row, defaults={"months": months, "noted_by": actor.name})
    emit(ReturnWishNoted(row.pk, row.customer_no, months))
    _settle([row.pk], business_date(), actor.name)
    return months


@operation("engagement.propose_return_visits", label=_("Propose return visits"))
def propose_return_visits(*, actor: Actor, today: dt.date) -> int:
    """Date open proposals anew, close those without a reason, and open those that are due; how many were opened.

    Left out: who has a meeting to come, is not active, or whose lead post is vacant or its holder absent that day. A
    manager has at most ``most_open`` at a time: the longest due come first.
    """
    rules = in_force(ReturnVisitPolicy)
    open_now = WorkItem.objects.open().filter(kind=RETURN)
    _settle([pk for pk in open_now.values_list("subject_id", flat=True) if pk is not None], today, actor.name)
    running = list(open_now.values_list("owner_post_id", "subject_id"))
    held = {post for post, _subject in running}
    counts = {post: sum(1 for each, _subject in running if each == post) for post in held}
    proposed = {subject for _post, subject in running}
    wishes = dict(ReturnWish.objects.values_list("customer", "months"))
    there = held_on(today).values("post")
    away = Delegation.objects.running(today).values("post")
    until = today + dt.timedelta(days=rules.ahead_days)
    visits = Appointment.objects.filter(customer=OuterRef("pk"), state=AppointmentState.KEPT, purpose__in=MEETINGS)
    wanted_rows = Q(pk__in=[pk for pk, months in wishes.items() if months])
    for tier, months in parse_intervals(rules.intervals).items():  # a month has 28 days at least: nobody due is missed
        bound = dt.datetime.combine(until - dt.timedelta(days=28 * months), dt.time.max, zone())
        wanted_rows |= Q(~Exists(visits.filter(starts_at__gt=bound)), tier=tier)
    lately = dt.datetime.combine(until - dt.timedelta(days=28), dt.time.max, zone())
    for rhythm in with_rhythm():
        wanted_rows |= Q(~Exists(visits.filter(starts_at__gt=lately)), pk__in=rhythm)
    to_come = Appointment.objects.filter(
        customer=OuterRef("pk"), state=AppointmentState.PLANNED, ends_at__gt=timezone.now(), purpose__in=MEETINGS
    )
    rows = (
        Customer.objects.filter(wanted_rows)
        .filter(status=CustomerStatus.ACTIVE, lead_post__in=there)
        .exclude(lead_post__in=away)
        .exclude(Exists(to_come))
        .exclude(pk__in=proposed)
        .exclude(lead_post__in=[post for post, number in counts.items() if number >= rules.most_open])
        .only("pk", "tier", "status", "admitted_on", "created_at", "lead_post_id", "unit_id")
    )
    found = list(rows)
    keys = [row.pk for row in found]
    last = _last_visits(keys)
    known = _Known(wishes, asked_months(keys), last)
    due = [(_next(row, known, rules, today), row) for row in found]
    wanted = sorted(
        ((day, last.get(row.pk) or dt.date.min, row.pk, row) for day, row in due if day is not None and day <= until)
    )
    opened = 0
    for day, _last, _pk, row in wanted:
        post = row.lead_post_id
        if post is None or counts.get(post, 0) >= rules.most_open:
            continue
        counts[post] = counts.get(post, 0) + 1
        open_work(
            RETURN,
            unit_id=row.unit_id,
            owner_post_id=post,
            due_at=_moment(day, rules),
            customer_id=row.pk,
            subject_kind=CUSTOMER,
            subject_id=row.pk,
            details=_details(day, last.get(row.pk)),
            policy_id=rules.policy_version,
        )
        opened += 1
    return opened


def _moment(day: dt.date, rules: ReturnVisitPolicy) -> dt.datetime:
    return dt.datetime.combine(day, rules.time(), zone())


def _details(day: dt.date, last: dt.date | None) -> dict[str, str]:
    return {"day": day.isoformat(), "last": last.isoformat() if last else ""}


def _settle(customers: list[int], today: dt.date, by: str) -> None:
    """Open proposals follow the calendar, the tier and the wish; those without a reason any more are closed."""
    items = WorkItem.objects.open().filter(kind=RETURN, subject_kind=CUSTOMER, subject_id__in=customers)
    open_items = {item.subject_id: item for item in items if item.subject_id is not None}
    rules = in_force(ReturnVisitPolicy)
    rows = Customer.objects.in_bulk(list(open_items))
    wishes = dict(ReturnWish.objects.filter(customer__in=rows).values_list("customer", "months"))
    last, planned = _last_visits(rows), _planned(rows)
    known = _Known(wishes, asked_months(list(rows)), last)
    for pk, item in open_items.items():
        opened = item.opened_at.astimezone(zone()).date()
        day = _next(rows[pk], known, rules, opened) if pk not in planned else None
        if day is None or day > today + dt.timedelta(days=max(rules.ahead_days, 31)):
            close_work(RETURN, CUSTOMER, pk, outcome="superseded", by=by, cancelled=True)
        elif _moment(day, rules) != item.due_at:
            item.due_at, item.details = _moment(day, rules), _details(day, last.get(pk))
            item.version += 1
            item.save(update_fields=["due_at", "details", "version"])


@operation("engagement.settle_return_visit", label=_("Settle the proposal of a return visit"))
def settle_return_visit(customer_id: int, *, actor: Actor) -> int:
    """A meeting was made: nothing more is to be proposed. How many proposals were closed."""
    return close_work(RETURN, CUSTOMER, customer_id, outcome="planned", by=actor.name)


@subscribe(AppointmentMade)
def meeting_made(fact: AppointmentMade) -> None:
    """Repeated delivery finds nothing more to close."""
    if fact.customer_id is not None and fact.purpose in MEETINGS:
        settle_return_visit(fact.customer_id, actor=system("clock.work"))
