"""Reminders of one's own, and the work that a meeting without an outcome makes."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import calendar
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import open_work
from kexin.engagement.choices import AppointmentState
from kexin.engagement.events import ReminderMade
from kexin.engagement.models import Appointment, Reminder
from kexin.engagement.policies import AppointmentPolicy
from kexin.engagement.rules import clean_note, short_enough
from kexin.engagement.work import APPOINTMENT, OUTCOME, REMINDER, REMINDER_SUBJECT
from kexin.party.models import Customer
from kexin.people.models import Post

BATCH = 500


@operation("engagement.add_reminder", label=_("Set a reminder"))
def add_reminder(
    *,
    actor: Actor,
    text: str,
    due_at: dt.datetime,
    customer: Customer | int | None = None,
    post_id: int | None = None,
) -> Reminder:
    """Be told at a time; it is an open matter of one's own until it is ticked off, and climbs to nobody."""
    text = clean_note(text)
    short_enough(text=text).enforce()
    if not text:
        raise RuleViolation(fields={"text": _("Write something.")})
    if due_at <= timezone.now():
        raise RuleViolation(fields={"due_at": _("Choose a time in the future.")})
    row = Customer.objects.lock(customer, actor) if customer is not None else None
    wanted = post_id if post_id in actor.post_ids else actor.post_id
    if wanted is None:
        raise RuleViolation(_("Only who holds a post can be reminded."))
    post = Post.objects.get(pk=wanted)
    made = Reminder(customer=row, unit_id=post.unit_id, post=post, due_at=due_at, made_by=actor.name)
    if row is not None:
        made.key_id, made.text = row.party.key_id, text
    else:
        made.internal = text
    made.save()
    item = open_work(
        REMINDER,
        unit_id=post.unit_id,
        owner_post_id=post.pk,
        due_at=due_at,
        customer_id=row.pk if row is not None else None,
        subject_kind=REMINDER_SUBJECT,
        subject_id=made.pk,
    )
    item.next_step_at = None  # one's own memory: the ladder of overdue work leaves it alone
    item.save(update_fields=["next_step_at"])
    number = row.customer_no if row is not None else str(made.pk)
    emit(ReminderMade(made.customer_id, number, made.pk, post.pk, due_at.isoformat()))
    return made


@operation("engagement.ask_for_outcomes", label=_("Ask what became of appointments"))
def ask_for_outcomes(*, actor: Actor, now: dt.datetime) -> int:
    """Open a work item for each planned meeting that is over; how many. At most 500: the caller repeats."""
    rules = in_force(AppointmentPolicy)
    asked = WorkItem.objects.open().filter(kind=OUTCOME, subject_kind=APPOINTMENT).values("subject_id")
    rows = Appointment.objects.filter(state=AppointmentState.PLANNED, ends_at__lt=now).exclude(pk__in=asked)
    opened = 0
    for row in rows.order_by("ends_at", "pk")[:BATCH]:
        begin = row.starts_at.astimezone(calendar.zone())
        open_work(
            OUTCOME,
            unit_id=row.unit_id,
            owner_post_id=row.post_id,
            due_at=calendar.add(row.ends_at, Duration(rules.outcome_hours, Unit.WORKING_HOURS)),
            customer_id=row.customer_id,
            subject_kind=APPOINTMENT,
            subject_id=row.pk,
            details={"purpose": row.purpose, "at": f"{begin:%Y-%m-%d %H:%M}"},
            policy_id=rules.policy_version,
        )
        opened += 1
    return opened
