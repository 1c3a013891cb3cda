"""Rules of calls: pure functions. Moments are local to the institution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.masking import plain
from kexin.engagement.calls.choices import EntryState, ResultKind

NOON = dt.time(12)
LONGEST_NOTE = 1000
FARTHEST = dt.timedelta(days=366)


class Retry(StrEnum):
    """What follows an attempt that reached nobody."""

    HOURS = "hours"  # some working hours later
    OTHER_HALF = "other_half"  # the next working day, the other half of the day
    GIVE_UP = "give_up"


def retry_after(attempts: int, give_up_after: int) -> Retry:
    """After how many attempts (this one included) what follows."""
    if attempts >= give_up_after:
        return Retry.GIVE_UP
    return Retry.HOURS if attempts <= 1 else Retry.OTHER_HALF


def other_half(at: dt.datetime, day: dt.date, morning: dt.time, afternoon: dt.time) -> dt.datetime:
    """The other half of ``day``: who was not there in the morning is called in the afternoon."""
    return dt.datetime.combine(day, afternoon if at.time() < NOON else morning, at.tzinfo)


def is_quiet(at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> bool:
    """Is it a time at which nobody is called? The quiet hours may pass midnight."""
    time = at.time()
    if quiet_from <= quiet_until:
        return quiet_from <= time < quiet_until
    return time >= quiet_from or time < quiet_until


def after_quiet(at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> dt.datetime:
    """``at``, or the end of the quiet hours that it lies in."""
    if not is_quiet(at, quiet_from, quiet_until):
        return at
    day = at.date() + dt.timedelta(days=1 if quiet_from > quiet_until and at.time() >= quiet_from else 0)
    return dt.datetime.combine(day, quiet_until, at.tzinfo)


def may_dial(
    at: dt.datetime, *, quiet_from: dt.time, quiet_until: dt.time, calls_today: int, per_day: int, do_not_use: bool
) -> Decision:
    """May this number of this customer be called now? All reasons against are told."""
    decision = ALLOWED
    if do_not_use:
        decision &= refused("do_not_use", _("The customer does not want to be called at this number."))
    if is_quiet(at, quiet_from, quiet_until):
        text = _("No calls between %(first)s and %(last)s.")
        decision &= refused("quiet", text % {"first": f"{quiet_from:%H:%M}", "last": f"{quiet_until:%H:%M}"})
    if calls_today >= per_day:
        text = _("This customer was called %(count)s times today; that is the limit.")
        decision &= refused("often", text % {"count": calls_today})
    return decision


def may_log(state: str, note: str, at: dt.datetime, next_at: dt.datetime | None) -> Decision:
    """Is the line still open, the note short enough, and the agreed moment ahead?"""
    decision = ALLOWED
    if state != EntryState.OPEN:
        decision &= refused("state", _("This call has its result already."))
    if len(note) > LONGEST_NOTE:
        decision &= refused("note", _("At most %(most)s characters.") % {"most": LONGEST_NOTE}, "note")
    if next_at is not None and not at < next_at <= at + FARTHEST:
        decision &= refused("next", _("The next day lies within a year from now."), "next_at")
    return decision


def may_visit(kind: str, agreed: bool) -> Decision:
    """A visit is agreed by the result that says so, and by no other; that one says when."""
    if kind == ResultKind.VISIT and not agreed:
        return refused("visit", _("Say the day and the time of the visit."), "visit_at")
    if agreed and kind != ResultKind.VISIT:
        return refused("visit", _("Only the result of a visit agreed makes an appointment."), "result")
    return ALLOWED


def may_make(title: str, why: str, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> Decision:
    """What a list must say."""
    decision = ALLOWED
    if not plain(title) or len(plain(title)) > 80:
        decision &= refused("title", _("A title of at most 80 characters is needed."), "title")
    if not plain(why) or len(plain(why)) > 200:
        decision &= refused("why", _("Say why they are called, in at most 200 characters."), "why")
    if ends_on < starts_on or ends_on < today:
        decision &= refused("period", _("The period ends before it begins, or has passed."), "ends_on")
    return decision


def may_stand_on_list(status: str, numbers: Collection[bool], *, closed: Collection[str]) -> Decision:
    """May a customer be put on a list? ``numbers``: for each telephone number whether it must not be used."""
    if status in closed:
        return refused("closed", _("The file is closed."))
    if not numbers:
        return refused("no_number", _("No telephone number is known."))
    if all(numbers):
        return refused("do_not_use", _("The customer does not want to be called."))
    return ALLOWED
