"""Putting off the legal limit: 15, 30, 60 days, each step asked for, approved by another in time, and told.

Limits stand still for an external appraisal or a mediation alone; a court's part in it stops no clock.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, elapsed
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.values import Duration, Unit
from kexin.core.work_ladder import set_next_step
from kexin.service.choices import Channel, ClockState
from kexin.service.clocks import due_after
from kexin.service.complaints.choices import ComplaintEntryKind, Course
from kexin.service.complaints.events import ComplaintExtended, ComplaintSuspended
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.policies import ExtensionStep
from kexin.service.complaints.record import keep, locked, rules_of, said, step, store
from kexin.service.complaints.rules import may_extend
from kexin.service.complaints.work import EXTENSION, TELL_EXTENSION, owe_by, owe_within, settle
from kexin.service.models import Clock, Complaint, ComplaintExtension
from kexin.service.policies import RESULT
from kexin.service.requests.pausing import go_on, stop
from kexin.service.requests.running import now, show_next
from kexin.service.rules import clean
from kexin.service.work import CLOCKS, SUBJECT

APPROVE, APPROVE_LONG = "service.approve_extension", "service.approve_long_extension"
LONGEST = 500


def legal_clock(row: Complaint) -> Clock:
    """The clock of the answer that the law sets. RuleViolation where none runs."""
    clocks = row.clocks.select_for_update().filter(round=row.round, legal=True, met_by=RESULT)
    clock = clocks.filter(state__in=(ClockState.RUNNING, ClockState.PAUSED)).order_by("due_at").first()
    if clock is None:
        raise RuleViolation(_("No limit set by law runs."))
    return clock


def next_step(row: Complaint, clock: Clock) -> ExtensionStep | None:
    """The next longer limit by the rules under which the case was accepted."""
    return next((each for each in rules_of(row).steps(row.source) if each.days > clock.amount), None)


@operation("service.request_extension", label=_("Ask for an extension of a complaint"))
def request_extension(complaint: Complaint | int, *, actor: Actor, reason: str) -> ComplaintExtension:
    """The next step of extension, with why it needs longer; it goes to whoever may approve it, never to who asks."""
    row, at = locked(complaint, actor), now()
    clock = legal_clock(row)
    longer = next_step(row, clock)
    asked = row.extensions.filter(approved=None).exists()
    may_extend(days=longer.days if longer else None, due_at=clock.due_at, now=at, asked=asked).enforce()
    assert longer is not None
    made = ComplaintExtension.objects.create(
        complaint=row,
        to_days=longer.days,
        right=longer.right,
        reason=said(reason, "reason", _("Say why it takes longer."), LONGEST),
        asked_by=actor.name,
        asked_at=at,
        due_before=clock.due_at,
    )
    barred = sorted({*row.accused, actor.name})
    sellers = sellers_of(row.subject_kind, row.subject_no)
    post = officer_for(longer.right, row.officer_post.unit_id, barred, sellers, row.concerned_unit_id)
    if post is None:
        raise RuleViolation(_("Nobody else may approve this extension."))
    owe_by(EXTENSION, row, post, clock.due_at)
    step(row, "extension", actor, made.reason)
    return made


def _decide(row: Complaint, actor: Actor, right: str, approve: bool, note: str) -> ComplaintExtension:
    at, words = now(), clean(note)[:LONGEST]
    asked = row.extensions.select_for_update().filter(approved=None, right=right).first()
    if asked is None:
        raise NotFound
    if asked.asked_by == actor.name:
        raise RuleViolation(_("Somebody else than who asked decides."))
    if not approve and not words:
        raise RuleViolation(fields={"note": _("Say why.")})
    clock = legal_clock(row)
    if approve:
        may_extend(days=asked.to_days, due_at=clock.due_at, now=at, asked=False).enforce()
        _longer(row, clock, asked.to_days)
        asked.due_after = clock.due_at
    asked.approved, asked.decided_by, asked.decided_at, asked.note = approve, actor.name, at, words
    asked.save()
    settle(EXTENSION, row, outcome="approved" if approve else "refused", by=actor.name)
    step(row, "extended" if approve else "not-extended", actor, words)
    if approve:
        owe_within(TELL_EXTENSION, row, row.contact_post)
        emit(ComplaintExtended(row.customer_id, row.complaint_no, row.pk, asked.to_days, clock.due_at.isoformat()))
    return asked


def _longer(row: Complaint, clock: Clock, days: int) -> None:
    """The same clock with more days: what stood still before stays still."""
    spans = [(each.began_at, each.ended_at) for each in clock.pauses.order_by("began_at") if each.ended_at is not None]
    due = due_after(clock.started_at, Duration(days, Unit.CALENDAR_DAYS), spans, add=add, elapsed=elapsed)
    clock.amount, clock.unit, clock.due_at, clock.provisional = days, Unit.CALENDAR_DAYS, due.at, due.provisional
    clock.save(update_fields=["amount", "unit", "due_at", "provisional"])
    items = WorkItem.objects.open().filter(kind__in=CLOCKS, subject_kind=SUBJECT, subject_id=clock.pk)
    for item in items.select_related("ladder").select_for_update(of=("self",)):
        item.due_at, item.due_provisional = due.at, due.provisional
        set_next_step(item)
        item.version += 1
        item.save(update_fields=["due_at", "due_provisional", "next_step_at", "version"])
    show_next(row)


@operation(APPROVE, label=_("Decide on an extension of a complaint"), plain=("approve",))
def approve_extension(complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = "") -> ComplaintExtension:
    """The first step (to 30 days; to 60 where the central bank forwarded it), before the day it needs."""
    return _decide(locked(complaint, actor), actor, APPROVE, approve, note)


@operation(APPROVE_LONG, label=_("Decide on a long extension of a complaint"), plain=("approve",))
def approve_long_extension(
    complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = ""
) -> ComplaintExtension:
    """The last step (to 60 days): senior management or the upper unit."""
    return _decide(locked(complaint, actor), actor, APPROVE_LONG, approve, note)


@operation("service.tell_extension", label=_("Tell a complainant of an extension"), plain=("channel",))
def tell_extension(complaint: Complaint | int, *, actor: Actor, channel: str, text: str) -> ComplaintExtension:
    """Every extension is told to the complainant, in words that stay in the record."""
    row, at = locked(complaint, actor), now()
    untold = row.extensions.select_for_update().filter(approved=True, told_at=None).order_by("pk").last()
    if untold is None:
        raise RuleViolation(_("There is no extension to tell of."))
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    keep(row, ComplaintEntryKind.TOLD, said(text, "text"), actor, channel=channel, step="extended", at=at)
    row.extensions.filter(approved=True, told_at=None).update(told_at=at)
    settle(TELL_EXTENSION, row, outcome="told", by=actor.name)
    return untold


@operation("service.suspend_complaint", label=_("Record an appraisal, a mediation or a lawsuit"), plain=("course",))
def suspend_complaint(complaint: Complaint | int, *, actor: Actor, course: str, note: str) -> Complaint:
    """Limits that may stand still do so for an appraisal or a mediation; for a lawsuit none does."""
    row, at = locked(complaint, actor), now()
    if course not in Course.values or course == Course.OWN:
        raise RuleViolation(fields={"course": _("Choose one of the list.")})
    if row.course:
        raise RuleViolation(_("An outside course is under way already."))
    why = said(note, "note", _("Write who has the matter, under which number."), LONGEST)
    row.course = course
    if course != Course.LITIGATION:
        clocks = row.clocks.select_for_update().filter(round=row.round, pausable=True, state=ClockState.RUNNING)
        for clock in clocks.filter(due_at__gte=at).order_by("pk"):
            stop(row, clock, course, why, at, actor.name)
    store(row)
    step(row, f"course-{course}", actor, why)
    emit(ComplaintSuspended(row.customer_id, row.complaint_no, row.pk, course, running=False))
    return row


@operation("service.resume_complaint", label=_("Record that an outside course ended"))
def resume_complaint(complaint: Complaint | int, *, actor: Actor, note: str) -> Complaint:
    """What was left of the limits runs from now on."""
    row, at = locked(complaint, actor), now()
    if not row.course:
        raise RuleViolation(_("No outside course is under way."))
    why, course = said(note, "note", _("Write how it ended."), LONGEST), row.course
    row.course = Course.OWN
    for clock in row.clocks.select_for_update().filter(round=row.round, state=ClockState.PAUSED).order_by("pk"):
        go_on(row, clock, at, actor.name)
    store(row)
    step(row, "course-end", actor, why)
    emit(ComplaintSuspended(row.customer_id, row.complaint_no, row.pk, course, running=True))
    return row
