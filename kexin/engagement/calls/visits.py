"""A visit that is agreed on the telephone: the meeting is made with the result of the call, and goes with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import next_working, zone
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.engagement.calls.policies import CallPolicy, parse_times
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.engagement.models import Appointment
from kexin.engagement.models.calls import CallEntry
from kexin.engagement.operations.appointments import close_appointment, make_appointment
from kexin.engagement.policies import AppointmentPolicy
from kexin.engagement.rules import LONGEST_TEXT

PURPOSES = (
    AppointmentPurpose.VISIT,
    AppointmentPurpose.HOME,
    AppointmentPurpose.REVIEW,
    AppointmentPurpose.PRODUCT,
    AppointmentPurpose.PAPERS,
)


@dataclass(frozen=True, slots=True)
class VisitAgreed:
    """When, what for and where; ``anyway``: although something speaks against the time."""

    starts_at: dt.datetime
    purpose: str = AppointmentPurpose.VISIT
    place: str = ""
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A working day and the moments of it at which neither the caller nor the customer is taken."""

    day: dt.date
    times: Sequence[dt.datetime]


def free_days(actor: Actor, customer_id: int, now: dt.datetime) -> list[FreeDay]:
    """The next working days with the times of the policy that are free; one read. ``now`` is local."""
    rules = in_force(CallPolicy)
    length = dt.timedelta(minutes=in_force(AppointmentPolicy).usual_minutes)
    days: list[dt.date] = []
    day = now.date()
    while len(days) < rules.visit_days:
        day = next_working(day)
        days.append(day)
    begin = dt.datetime.combine(days[0], dt.time(), zone())
    end = dt.datetime.combine(days[-1] + dt.timedelta(days=1), dt.time(), zone())
    every = Appointment.objects.filter(state=AppointmentState.PLANNED, starts_at__lt=end, ends_at__gt=begin)
    mine = every.attended_by(list(actor.post_ids)).order_by().values("pk")
    theirs = every.filter(customer=customer_id).order_by().values("pk")
    spans = Appointment.objects.filter(pk__in=mine.union(theirs)).values_list("starts_at", "ends_at")
    taken = list(spans)
    found = []
    for each in days:
        moments = [dt.datetime.combine(each, time, zone()) for time in parse_times(rules.visit_times)]
        free = [at for at in moments if not any(first < at + length and last > at for first, last in taken)]
        if free:
            found.append(FreeDay(each, free))
    return found


def arrange(visit: VisitAgreed, row: CallEntry, actor: Actor, now: dt.datetime) -> Appointment:
    """The meeting of a line's customer with the caller. Why the customer was called becomes its subject."""
    if visit.starts_at <= now:
        raise RuleViolation(fields={"visit_at": _("Choose a time in the future.")})
    decrypt_rows(CallEntry, [row], ("reason",))
    return make_appointment(
        actor=actor,
        customer=row.customer_id,
        starts_at=visit.starts_at,
        purpose=visit.purpose,
        place=visit.place,
        about=str(row.reason or "")[: LONGEST_TEXT["about"]],
        remind_minutes=in_force(AppointmentPolicy).remind_minutes,
        anyway=visit.anyway,
    )


def call_off(appointment_id: int, actor: Actor) -> None:
    """The result is taken back: its meeting is cancelled, if nothing else became of it meanwhile."""
    row = Appointment.objects.filter(pk=appointment_id, state=AppointmentState.PLANNED).first()
    if row is None:
        return
    act = frame.current.get()
    if act is not None:
        act.notes["cancelled_appointment"] = row.pk
    close_appointment(row.pk, actor=actor, version=row.version, state=AppointmentState.CANCELLED)
