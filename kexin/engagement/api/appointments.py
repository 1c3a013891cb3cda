"""Appointments and reminders for other systems."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core import names
from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Instant, Moment, Shown, Taken, one_of
from kexin.core.errors import RuleViolation
from kexin.engagement.appointment_queries import (
    appointment_in_reach,
    appointments_of,
    calendar_entries,
    notices,
    reminder_in_reach,
)
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.engagement.models import Appointment, Reminder
from kexin.engagement.operations import (
    add_reminder,
    change_appointment,
    close_appointment,
    make_appointment,
    mark_arrival,
    move_appointment,
)
from kexin.engagement.returns.visits import next_visit, note_return_wish

router = Endpoints("engagement-appointments", _("Appointments, reminders"))
LONGEST = dt.timedelta(days=92)


class MeetingShown(Shown):
    """A meeting with all that is known of it. ``version`` is its ETag."""

    id: Id
    version: int = Field(examples=[1])
    customer_id: Id | None
    customer: str = Field(examples=["陈秀兰"])
    post_id: Id
    others: list[Id]
    purpose: str = Field(examples=["review"])
    place: str = Field(examples=["贵宾室"])
    about: str = Field(examples=["到期续作"])
    starts_at: Moment
    ends_at: Moment
    remind_minutes: int | None = Field(examples=[30])
    state: str = Field(examples=["planned"])
    outcome: str = Field(examples=[""])
    next_step: str = Field(examples=[""])
    next_on: Day | None
    arrived_at: Moment | None


class MeetingSeen(Shown):
    """A meeting on a calendar; ``busy``: the time is taken, and you may know no more."""

    id: Id
    busy: bool
    post_id: Id
    others: list[Id]
    starts_at: Moment
    ends_at: Moment
    state: str = Field(examples=["planned"])
    purpose: str = Field(examples=["review"])
    customer_id: Id | None
    customer: str = Field(examples=["陈秀兰"])
    place: str = Field(examples=["贵宾室"])
    about: str = Field(examples=["到期续作"])


class MeetingCalendar(Shown):
    """Meetings in order of time."""

    items: list[MeetingSeen]


class MeetingsWanted(Taken):
    """From a day until a day (at most 93 days), of these posts; your own where none is named."""

    first: Day
    last: Day
    post: list[Id] = Field(default=[], max_length=50)


class MeetingsShown(Shown):
    """Those to come first, then the last ones."""

    items: list[MeetingShown]


class MeetingWords(Taken):
    """What it is for, where, with whom of the bank, and when to be reminded."""

    purpose: one_of(AppointmentPurpose)  # type: ignore[valid-type]
    place: str = Field(default="", max_length=200, examples=["贵宾室"])
    about: str = Field(default="", max_length=500, examples=["到期续作"])
    others: list[Id] = Field(default=[], max_length=50)
    remind_minutes: int | None = Field(default=None, ge=0, le=10080, examples=[30])


class MeetingTaken(MeetingWords):
    """A new meeting. ``anyway``: although something speaks against the time."""

    customer_id: Id | None = None
    post_id: Id | None = None
    starts_at: Instant
    ends_at: Instant | None = None
    anyway: bool = False


class MeetingMove(Taken):
    """Another time; without an end it stays as long as it was."""

    starts_at: Instant
    ends_at: Instant | None = None
    anyway: bool = False


class MeetingClose(Taken):
    """What became of it. A next step with a day becomes a reminder of that morning."""

    state: one_of(AppointmentState)  # type: ignore[valid-type]
    outcome: str = Field(default="", max_length=2000, examples=["续作三年期"])
    next_step: str = Field(default="", max_length=500, examples=["带合同来"])
    next_on: Day | None = None


class ReminderTaken(Taken):
    """What to be reminded of, and when."""

    text: str = Field(min_length=1, max_length=500, examples=["问女儿的婚礼"])
    due_at: Instant
    customer_id: Id | None = None


class ReminderShown(Shown):
    """A reminder; its work item says whether it is open."""

    id: Id
    work_item_id: Id
    open: bool
    text: str = Field(examples=["问女儿的婚礼"])
    due_at: Moment
    customer_id: Id | None


class NoticeShown(Shown):
    """Something to be told now: a reminder, a meeting that begins soon, a customer who has come."""

    key: str = Field(examples=["reminder-7-1"])
    kind: str = Field(examples=["reminder"])
    at: Moment
    text: str = Field(examples=["问女儿的婚礼"])
    customer_id: Id | None
    subject_id: Id


class Notices(Shown):
    """Who has come first, then by time."""

    items: list[NoticeShown]


def _appointment(request: ApiRequest, row: Appointment) -> MeetingShown:
    called = names.called(request.actor, [row.customer_id]) if row.customer_id else {}
    return MeetingShown(
        id=row.pk,
        version=row.version,
        customer_id=row.customer_id,
        customer=called.get(row.customer_id or 0, ""),
        post_id=row.post_id,
        others=list(row.others),
        purpose=row.purpose,
        place=row.said("place"),
        about=row.said("about"),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        remind_minutes=row.remind_minutes,
        state=row.state,
        outcome=row.said("outcome"),
        next_step=row.said("next_step"),
        next_on=row.next_on,
        arrived_at=row.arrived_at,
    )


@router.read("/meetings", "engagement.view_appointments")
def list_meetings(request: ApiRequest, wanted: Query[MeetingsWanted]) -> MeetingCalendar:
    """The calendar of posts: your own, colleagues of your unit, those within your reach."""
    if not dt.timedelta() <= wanted.last - wanted.first <= LONGEST:
        raise RuleViolation(fields={"last": _("At most 93 days, and not before the first.")})
    found = calendar_entries(request.actor, wanted.first, wanted.last, wanted.post or None)
    return MeetingCalendar(
        items=[
            MeetingSeen(
                id=each.id,
                busy=each.busy,
                post_id=each.post_id,
                others=list(each.others),
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                state=each.state,
                purpose=each.purpose,
                customer_id=each.customer_id,
                customer=each.customer,
                place=each.place,
                about=each.about,
            )
            for each in found
        ]
    )


@router.read("/customers/{customer_id}/meetings", "engagement.view_appointments", _("See a customer's meetings"))
def list_customer_meetings(request: ApiRequest, customer_id: Id) -> MeetingsShown:
    """Meetings with a customer, whoever holds them."""
    rows = appointments_of(request.actor, customer_id, 50)
    return MeetingsShown(items=[_appointment(request, row) for row in rows])


@router.read("/meetings/{appointment_id}", "engagement.view_appointments", _("See one appointment"), etag=True)
def read_meeting(request: ApiRequest, appointment_id: Id) -> MeetingShown:
    """One meeting."""
    row = appointment_in_reach(request.actor, appointment_id)
    tell_version(request, row.version)
    return _appointment(request, row)


@router.write("POST", "/meetings", "engagement.make_appointment", status=201, etag=True)
def add_meeting(request: ApiRequest, data: MeetingTaken) -> MeetingShown:
    """Fix a meeting. What speaks against the time is told in ``fields.anyway``; send ``anyway`` to make it still."""
    given = data.model_dump()
    row = make_appointment(actor=request.actor, customer=given.pop("customer_id"), **given)
    tell_version(request, row.version)
    return _appointment(request, row)


@router.write("PATCH", "/meetings/{appointment_id}", "engagement.change_appointment", conditional=True, etag=True)
def edit_meeting(request: ApiRequest, appointment_id: Id, data: MeetingWords) -> MeetingShown:
    """Change purpose, place, subject, who attends, reminder."""
    version = expected_version(request, lambda: appointment_in_reach(request.actor, appointment_id).version)
    row = change_appointment(appointment_id, actor=request.actor, version=version, **data.model_dump())
    tell_version(request, row.version)
    return _appointment(request, row)


@router.write(
    "POST", "/meetings/{appointment_id}/move", "engagement.move_appointment", conditional=True, etag=True
)  # fmt: skip
def move_meeting(request: ApiRequest, appointment_id: Id, data: MeetingMove) -> MeetingShown:
    """Move it to another time."""
    version = expected_version(request, lambda: appointment_in_reach(request.actor, appointment_id).version)
    row = move_appointment(appointment_id, actor=request.actor, version=version, **data.model_dump())
    tell_version(request, row.version)
    return _appointment(request, row)


@router.write(
    "POST", "/meetings/{appointment_id}/close", "engagement.close_appointment", conditional=True, etag=True
)  # fmt: skip
def close_meeting(request: ApiRequest, appointment_id: Id, data: MeetingClose) -> MeetingShown:
    """Kept, missed or cancelled, and what came of it."""
    version = expected_version(request, lambda: appointment_in_reach(request.actor, appointment_id).version)
    row = close_appointment(appointment_id, actor=request.actor, version=version, **data.model_dump())
    tell_version(request, row.version)
    return _appointment(request, row)


@router.write("PUT", "/meetings/{appointment_id}/arrival", "engagement.mark_arrival", etag=True)
def tell_arrival(request: ApiRequest, appointment_id: Id) -> MeetingShown:
    """The customer has come; who holds the meeting is told at once."""
    row = mark_arrival(appointment_id, actor=request.actor)
    tell_version(request, row.version)
    return _appointment(request, row)


def _reminder(row: Reminder, item_id: int, *, is_open: bool) -> ReminderShown:
    return ReminderShown(
        id=row.pk,
        work_item_id=item_id,
        open=is_open,
        text=row.said(),
        due_at=row.due_at,
        customer_id=row.customer_id,
    )


@router.write("POST", "/reminders", "engagement.add_reminder", status=201)
def set_reminder(request: ApiRequest, data: ReminderTaken) -> ReminderShown:
    """Be reminded; the work item is completed under ``/work-items``."""
    given = data.model_dump()
    row = add_reminder(actor=request.actor, customer=given.pop("customer_id"), **given)
    _row, item = reminder_in_reach(request.actor, row.pk)
    return _reminder(row, item.pk, is_open=True)


@router.read("/reminders/{reminder_id}", "engagement.view_reminders", _("See a reminder"))
def read_reminder(request: ApiRequest, reminder_id: Id) -> ReminderShown:
    """One reminder."""
    row, item = reminder_in_reach(request.actor, reminder_id)
    return _reminder(row, item.pk, is_open=item.status == "open")


@router.read("/notices", "engagement.view_reminders", _("See what is to be told now"))
def list_notices(request: ApiRequest) -> Notices:
    """Reminders that are due, meetings that begin soon, customers who have come, for your own posts."""
    return Notices(
        items=[
            NoticeShown(
                key=each.key,
                kind=each.kind,
                at=each.at,
                text=each.text,
                customer_id=each.customer_id,
                subject_id=each.subject_id,
            )
            for each in notices(request.actor)
        ]
    )


class ReturnVisits(Shown):
    """How often a customer is visited, by the tier or by the customer's own wish."""

    months: int = Field(examples=[6], description="0: no regular visits")
    by_wish: bool
    last_on: Day | None
    next_on: Day | None
    planned: bool = Field(description="A meeting is planned already")


class ReturnWishTaken(Taken):
    """The customer's wish: every how many months, 0 for never, null for what the tier says."""

    months: int | None = Field(examples=[6])


def _returns(request: ApiRequest, customer_id: int) -> ReturnVisits:
    found = next_visit(request.actor, customer_id)
    return ReturnVisits(
        months=found.months, by_wish=found.by_wish, last_on=found.last, next_on=found.due, planned=found.planned
    )


@router.read("/customers/{customer_id}/return-visits", "engagement.view_appointments", _("See a customer's meetings"))
def show_return_visits(request: ApiRequest, customer_id: Id) -> ReturnVisits:
    """When a customer is visited next."""
    return _returns(request, customer_id)


@router.write("PUT", "/customers/{customer_id}/return-visits", "engagement.note_return_wish")
def set_return_wish(request: ApiRequest, customer_id: Id, data: ReturnWishTaken) -> ReturnVisits:
    """Note how often the customer wishes to be visited."""
    note_return_wish(customer_id, actor=request.actor, months=data.months)
    return _returns(request, customer_id)
