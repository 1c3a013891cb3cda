"""Rules of documents and notes: pure functions."""

from __future__ import annotations

import datetime as dt
import unicodedata

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.masking import plain
from kexin.engagement.choices import AppointmentPurpose, AppointmentState, DocumentCategory

LONGEST_NOTE = 4000


def may_describe(title: str, category: str, expires_on: dt.date | None, today: dt.date) -> Decision:
    """Title, category and validity of a document."""
    decision = ALLOWED
    if not plain(title):
        decision &= refused("title", _("Say what it is."), "title")
    elif len(plain(title)) > 200:
        decision &= refused("title", _("At most 200 characters."), "title")
    if category not in DocumentCategory.values:
        decision &= refused("category", _("Choose a category."), "category")
    if expires_on is not None and expires_on < today:
        decision &= refused("expired", _("It has expired already."), "expires_on")
    return decision


def may_write(text: str) -> Decision:
    """Is there a note, and is it short enough to be read?"""
    if not clean_note(text):
        return refused("empty", _("Write something."), "text")
    if len(clean_note(text)) > LONGEST_NOTE:
        return refused("long", _("At most %(most)s characters.") % {"most": LONGEST_NOTE}, "text")
    return ALLOWED


def clean_note(text: str) -> str:
    """The text without invisible and direction-changing characters, lines kept."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(plain(line) for line in lines).strip()


# -- appointments -------------------------------------------------------------------------------------------------

LONGEST_MEETING = dt.timedelta(hours=12)
LONGEST_TEXT = {"place": 200, "about": 500, "outcome": 2000, "next_step": 500, "text": 500}
CLOSED_STATES = (AppointmentState.KEPT, AppointmentState.MISSED, AppointmentState.CANCELLED)


def may_plan(starts_at: dt.datetime, ends_at: dt.datetime, purpose: str, remind_minutes: int | None) -> Decision:
    """Can there be a meeting of this purpose from then until then?"""
    decision = ALLOWED
    if purpose not in AppointmentPurpose.values:
        decision &= refused("purpose", _("Choose what it is for."), "purpose")
    if ends_at <= starts_at:
        decision &= refused("span", _("It ends after it begins."), "ends_at")
    elif ends_at - starts_at > LONGEST_MEETING:
        decision &= refused("long", _("At most twelve hours."), "ends_at")
    if remind_minutes is not None and not 0 <= remind_minutes <= 10_080:
        decision &= refused("reminder", _("At most a week before."), "remind_minutes")
    return decision


def short_enough(**texts: str) -> Decision:
    """Texts of an appointment or a reminder within their lengths."""
    decision = ALLOWED
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT[name]:
            most = {"most": LONGEST_TEXT[name]}
            decision &= refused("long", _("At most %(most)s characters.") % most, name)
    return decision


def may_close(state: str, to: str, outcome: str, starts_at: dt.datetime, now: dt.datetime) -> Decision:
    """May a planned meeting end as ``to``? One that was kept says what came of it, and is not in the future."""
    if state != AppointmentState.PLANNED:
        return refused("closed", _("This appointment is closed already."))
    if to not in CLOSED_STATES:
        return refused("state", _("Say what became of it."), "state")
    decision = ALLOWED
    if to != AppointmentState.CANCELLED and starts_at > now:
        decision &= refused("early", _("It has not begun yet: cancel or move it instead."), "state")
    if to == AppointmentState.KEPT and not outcome:
        decision &= refused("outcome", _("Write down what came of it."), "outcome")
    return decision


def hours_of_customers(
    starts_at: dt.datetime, ends_at: dt.datetime, earliest: dt.time, latest: dt.time, *, open_day: bool
) -> list[str]:
    """Codes of what makes the time (local) an unusual one for a customer: a day off, too early, too late."""
    found = []
    if not open_day:
        found.append("closed")
    if starts_at.time() < earliest:
        found.append("early")
    if ends_at.date() > starts_at.date() or ends_at.time() > latest:
        found.append("late")
    return found
