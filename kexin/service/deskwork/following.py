"""Return visits until a matter is really settled (F-16, F-19, G-09): dated, owed by somebody, settled with an outcome.

Not settled opens the request again with new clocks; nobody reached plans the next attempt; silence of the customer
closes the request by its own rule, and a planned visit stays owed.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date, next_working, zone
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit, subscribe
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.workflow import close_work, open_work
from kexin.service.choices import Channel, Confirmation, EntryKind, FollowUpState, RequestState
from kexin.service.deskwork.policies import DeskPolicy
from kexin.service.events import FollowUpPlanned, FollowUpSettled, RequestClosed, RequestReopened
from kexin.service.models import FollowUp, ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.requests.closing import confirm_request, reopen_request
from kexin.service.requests.handling import is_head
from kexin.service.requests.opening import record
from kexin.service.requests.running import now
from kexin.service.rules import LONGEST_TEXT, clean, may_own, text_fits

FOLLOW = "service.follow_up"
SUBJECT = "service.FollowUp"
ENDS_AT = dt.time(17, 30)
SAID = (FollowUpState.SOLVED, FollowUpState.UNSOLVED, FollowUpState.UNREACHED)
CLOCK = "clock.service"


def may_follow(*, state: str, due_on: dt.date, today: dt.date, days: int) -> Decision:
    """After the result was told, on a day to come."""
    if state not in (RequestState.TOLD, RequestState.CLOSED):
        return refused("state", _("A return visit follows when the result was told."))
    if due_on < today:
        return refused("past", _("Choose a day to come."), "due_on")
    if due_on > today + dt.timedelta(days=days):
        return refused("far", _("At most %(days)s days ahead.") % {"days": days}, "due_on")
    return ALLOWED


@operation("service.plan_follow_up", label=_("Plan a return visit after a request"), plain=("due_on",))
def plan_follow_up(request: ServiceRequest | int, *, actor: Actor, due_on: dt.date) -> FollowUp:
    """Owed by who owns the request; one at a time: a planned one is moved to the new day."""
    row = _own(request, actor)
    may_follow(state=row.state, due_on=due_on, today=business_date(), days=in_force(DeskPolicy).follow_days).enforce()
    planned = row.follow_ups.select_for_update().filter(state=FollowUpState.PLANNED).first()
    if planned is not None:
        planned.due_on = due_on
        planned.save(update_fields=["due_on"])
        close_work(FOLLOW, SUBJECT, planned.pk, outcome="moved", by=actor.name, cancelled=True)
        _owe(row, planned)
        return planned
    last = row.follow_ups.order_by("-number").first()
    return _plan(row, due_on, actor.name, 1 if last is None else last.number + 1)


@operation(
    "service.settle_follow_up",
    label=_("Record what came of a return visit"),
    plain=("outcome", "channel", "next_on"),
)
def settle_follow_up(
    request: ServiceRequest | int,
    *,
    actor: Actor,
    outcome: str,
    channel: str,
    note: str = "",
    next_on: dt.date | None = None,
) -> FollowUp:
    """Settled: the customer's word closes the request. Not settled: it is open again. Nobody reached: the next day."""
    row, said, rules = _own(request, actor), clean(note), in_force(DeskPolicy)
    visit = row.follow_ups.select_for_update().filter(state=FollowUpState.PLANNED).first()
    if visit is None:
        raise NotFound
    if outcome not in SAID:
        raise RuleViolation(fields={"outcome": _("Choose one of the list.")})
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    text_fits(said, LONGEST_TEXT, "note").enforce()
    if outcome != FollowUpState.UNREACHED and not said:
        raise RuleViolation(fields={"note": _("Write down what was said.")})
    visit.state, visit.note, visit.settled_by, visit.settled_at = outcome, said or None, actor.name, now()
    visit.save()
    close_work(FOLLOW, SUBJECT, visit.pk, outcome=outcome, by=actor.name)
    emit(FollowUpSettled(row.customer_id, row.request_no, row.pk, outcome))
    if outcome == FollowUpState.UNREACHED:
        if visit.number < rules.follow_most:
            day = next_on or next_working(business_date())
            may_follow(state=row.state, due_on=day, today=business_date(), days=rules.follow_days).enforce()
            _plan(row, day, actor.name, visit.number + 1)
    elif row.state == RequestState.TOLD:
        confirm_request(row, actor=actor, agreed=outcome == FollowUpState.SOLVED, channel=channel, note=said)
    else:
        record(row, EntryKind.ASKED, said, actor, channel=channel)
        if outcome == FollowUpState.UNSOLVED:
            reopen_request(row, actor=actor, reason=said)
    return visit


def _own(request: ServiceRequest | int, actor: Actor) -> ServiceRequest:
    row = ServiceRequest.objects.lock(request, actor)
    may_own(owner=row.owner_post_id, posts=actor.post_ids, heads=is_head(actor, row)).enforce()
    return row


def _plan(row: ServiceRequest, day: dt.date, by: str, number: int) -> FollowUp:
    made = FollowUp.objects.create(
        request=row,
        customer_id=row.customer_id,
        key_id=row.key_id,
        due_on=day,
        owner_post_id=row.owner_post_id,
        number=number,
        planned_by=by,
        planned_at=now(),
    )
    _owe(row, made)
    emit(FollowUpPlanned(row.customer_id, row.request_no, row.pk, day.isoformat()))
    return made


def _owe(row: ServiceRequest, visit: FollowUp) -> None:
    open_work(
        FOLLOW,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=dt.datetime.combine(visit.due_on, ENDS_AT, zone()),
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=visit.pk,
        details={"request_no": row.request_no, "request_id": row.pk, "number": visit.number},
        policy_id=in_force(DeskPolicy).policy_version,
    )


@operation("service.drop_follow_up", label=_("End a planned return visit that is not needed any more"))
def drop_follow_up(request_id: int, *, actor: Actor, outcome: str) -> FollowUp | None:
    """The customer agreed by another way, or the request is open again: the visit is not owed; None where none is."""
    rows = FollowUp.objects.select_for_update().filter(request=request_id, state=FollowUpState.PLANNED)
    visit = rows.first()
    if visit is None:
        return None
    visit.state, visit.settled_at, visit.settled_by = FollowUpState.DROPPED, now(), actor.name
    visit.save(update_fields=["state", "settled_at", "settled_by"])
    close_work(FOLLOW, SUBJECT, visit.pk, outcome=outcome, by=actor.name, cancelled=True)
    return visit


@subscribe(RequestClosed)
def after_closing(fact: RequestClosed) -> None:
    """The customer said it is settled: nobody needs to ask again. Silence leaves the visit owed."""
    if fact.confirmation == Confirmation.CONFIRMED:
        drop_follow_up(fact.request_id, actor=system(CLOCK), outcome="confirmed")


@subscribe(RequestReopened)
def after_reopening(fact: RequestReopened) -> None:
    """It goes on: a visit is planned anew after the next result."""
    drop_follow_up(fact.request_id, actor=system(CLOCK), outcome="reopened")


@query(VIEW, label=_("See requests"))
def follow_ups_of(actor: Actor, request: ServiceRequest) -> list[FollowUp]:
    """The return visits of a request within reach, the newest first."""
    return list(FollowUp.objects.visible_to(actor, VIEW).filter(request=request).order_by("-number", "-pk")[:20])
