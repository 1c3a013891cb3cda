"""Making, moving, changing and closing appointments; the hall tells that a customer has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work
from kexin.engagement.choices import AppointmentState
from kexin.engagement.colleagues import colleagues_of, holders_for
from kexin.engagement.collisions import warnings_about
from kexin.engagement.events import AppointmentClosed, AppointmentMade, AppointmentMoved, ArrivalMarked
from kexin.engagement.models import Appointment
from kexin.engagement.operations.reminders import add_reminder
from kexin.engagement.policies import AppointmentPolicy
from kexin.engagement.rules import clean_note, may_close, may_plan, short_enough
from kexin.engagement.work import APPOINTMENT, OUTCOME
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import Post

MORNING = dt.time(9)


@operation("engagement.make_appointment", label=_("Make an appointment"), plain=("purpose",))
def make_appointment(
    *,
    actor: Actor,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    purpose: str,
    customer: Customer | int | None = None,
    post_id: int | None = None,
    others: Iterable[int] = (),
    place: str = "",
    about: str = "",
    remind_minutes: int | None = None,
    anyway: bool = False,
) -> Appointment:
    """Fix a meeting; without an end it takes the usual length.

    ``post_id`` holds it (one's own where left out), ``others`` attend. What speaks against the time (another meeting,
    a day off, hours when customers are not met) is told at ``anyway``; ``anyway=True`` makes it all the same.
    """
    rules = in_force(AppointmentPolicy)
    ends_at = ends_at or starts_at + dt.timedelta(minutes=rules.usual_minutes)
    place, about = clean_note(place), clean_note(about)
    (may_plan(starts_at, ends_at, purpose, remind_minutes) & short_enough(place=place, about=about)).enforce()
    row = Customer.objects.lock(customer, actor) if customer is not None else None
    if row is not None and row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    holder = _holder(actor, post_id)
    made = Appointment(
        customer=row,
        key_id=row.party.key_id if row is not None else None,
        unit_id=holder.unit_id,
        post=holder,
        others=_attending(actor, others, holder.pk),
        purpose=purpose,
        starts_at=starts_at,
        ends_at=ends_at,
        remind_minutes=remind_minutes,
        made_by=actor.name,
    )
    made.say("place", place)
    made.say("about", about)
    _heed(made, anyway)
    made.save()
    emit(AppointmentMade(made.customer_id, _subject(made), made.pk, holder.pk, purpose, starts_at.isoformat()))
    return made


@operation("engagement.move_appointment", label=_("Move an appointment"))
def move_appointment(
    appointment: Appointment | int,
    *,
    actor: Actor,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    version: int,
    anyway: bool = False,
) -> Appointment:
    """To another time; without an end it stays as long as it was."""
    row = _planned(appointment, actor, version)
    ends_at = ends_at or starts_at + (row.ends_at - row.starts_at)
    may_plan(starts_at, ends_at, row.purpose, row.remind_minutes).enforce()
    if (starts_at, ends_at) == (row.starts_at, row.ends_at):
        return row
    before = row.starts_at
    row.starts_at, row.ends_at = starts_at, ends_at
    row.arrived_at, row.arrived_told_by = None, ""
    _heed(row, anyway)
    row.times_moved += 1
    row.version += 1
    row.save(
        update_fields=["starts_at", "ends_at", "times_moved", "arrived_at", "arrived_told_by", "version"]
    )  # fmt: skip
    close_work(OUTCOME, APPOINTMENT, row.pk, outcome="moved", by=actor.name, cancelled=True)
    moved = (before.isoformat(), starts_at.isoformat())
    emit(AppointmentMoved(row.customer_id, _subject(row), row.pk, row.purpose, *moved))
    return row


@operation("engagement.change_appointment", label=_("Change an appointment"), plain=("purpose",))
def change_appointment(
    appointment: Appointment | int,
    *,
    actor: Actor,
    version: int,
    purpose: str,
    others: Iterable[int] = (),
    place: str = "",
    about: str = "",
    remind_minutes: int | None = None,
) -> Appointment:
    """Purpose, place, subject, who attends and the reminder; the time is moved, not changed."""
    row = _planned(appointment, actor, version)
    place, about = clean_note(place), clean_note(about)
    plan = may_plan(row.starts_at, row.ends_at, purpose, remind_minutes)
    (plan & short_enough(place=place, about=about)).enforce()
    row.purpose, row.remind_minutes = purpose, remind_minutes
    kept = [each for each in others if each in row.others]
    row.others = sorted({*kept, *_attending(actor, [e for e in others if e not in row.others], row.post_id)})
    row.say("place", place)
    row.say("about", about)
    row.version += 1
    row.save()
    return row


@operation("engagement.close_appointment", label=_("Write down what became of an appointment"), plain=("state",))
def close_appointment(
    appointment: Appointment | int,
    *,
    actor: Actor,
    version: int,
    state: str,
    outcome: str = "",
    next_step: str = "",
    next_on: dt.date | None = None,
) -> Appointment:
    """Kept (with its outcome), missed or cancelled. A next step with a day becomes a reminder of that morning."""
    row = Appointment.objects.lock(appointment, actor, version=version)
    outcome, next_step = clean_note(outcome), clean_note(next_step)
    now = timezone.now()
    (
        may_close(row.state, state, outcome, row.starts_at, now) & short_enough(outcome=outcome, next_step=next_step)
    ).enforce()
    if next_on is not None and not next_step:
        raise RuleViolation(fields={"next_step": _("Say what is to be done.")})
    row.state, row.closed_at, row.closed_by = state, now, actor.name
    row.say("outcome", outcome)
    row.say("next_step", next_step)
    row.next_on = next_on
    row.version += 1
    row.save()
    if next_on is not None:
        due = dt.datetime.combine(next_on, MORNING, zone())
        add_reminder(actor=actor, customer=row.customer, text=next_step, due_at=due, post_id=row.post_id)
    close_work(OUTCOME, APPOINTMENT, row.pk, outcome=state, by=actor.name, cancelled=state == "cancelled")
    emit(AppointmentClosed(row.customer_id, _subject(row), row.pk, row.purpose, state))
    return row


@operation("engagement.mark_arrival", label=_("Tell that a customer has come"))
def mark_arrival(appointment: Appointment | int, *, actor: Actor) -> Appointment:
    """到店: the customer of a meeting of today stands in the hall; who holds the meeting is told at once."""
    row = Appointment.objects.lock(appointment, actor)
    if row.customer is None:
        raise RuleViolation(_("This appointment is with no customer."))
    if row.state != AppointmentState.PLANNED:
        raise RuleViolation(_("This appointment is closed already."))
    now = timezone.now()
    if row.starts_at.astimezone(zone()).date() != now.astimezone(zone()).date():
        raise RuleViolation(_("This appointment is on another day."))
    if row.arrived_at is not None:
        return row
    row.arrived_at, row.arrived_told_by = now, actor.name
    row.version += 1
    row.save(update_fields=["arrived_at", "arrived_told_by", "version"])
    emit(ArrivalMarked(row.customer.pk, row.customer.customer_no, row.pk, row.post_id))
    return row


def _planned(appointment: Appointment | int, actor: Actor, version: int) -> Appointment:
    row = Appointment.objects.lock(appointment, actor, version=version)
    if row.state != AppointmentState.PLANNED:
        raise RuleViolation(_("This appointment is closed already."))
    return row


def _subject(row: Appointment) -> str:
    return row.customer.customer_no if row.customer is not None else str(row.pk)


def _holder(actor: Actor, post_id: int | None) -> Post:
    wanted = post_id or actor.post_id
    if wanted is None or (wanted not in actor.post_ids and wanted not in dict(holders_for(actor))):
        raise RuleViolation(fields={"post_id": _("Choose a post that somebody holds, within your reach.")})
    return Post.objects.get(pk=wanted)


def _attending(actor: Actor, others: Iterable[int], holder: int) -> list[int]:
    wanted = {each for each in others if each != holder}
    if wanted - dict(colleagues_of(actor)).keys():
        raise RuleViolation(fields={"others": _("Choose colleagues of your unit or within your reach.")})
    return sorted(wanted)


def _heed(row: Appointment, anyway: bool) -> None:
    found: Sequence[Any] = warnings_about(row)
    if found and not anyway:
        raise RuleViolation(fields={"anyway": " ".join(str(each) for each in found)})
