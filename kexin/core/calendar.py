"""The institution's calendar: its only "today", its working days and hours, and every deadline.

Deadlines of the house go through :func:`add`. Working days, their sources and what happens in a year that nobody has
published are described in :mod:`kexin.core.working_days`; a deadline that depends on such a year is *provisional* and
dated anew by ``calendar_operations.redate`` once the year is published.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kexin.core.values import Duration, Unit
from kexin.core.working_days import WORKING, DayInfo, Days

_CACHE_SECONDS = 5.0
_END_OF_DAY = dt.time(23, 59, 59)
_ONE = dt.timedelta(days=1)

Intervals = Sequence[tuple[dt.time, dt.time]]


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due. ``provisional``: a year not published yet was counted, see ``working_days``."""

    at: dt.datetime
    provisional: bool
    start: dt.datetime
    duration: Duration

    def memo(self) -> dict[str, Any]:
        """What dating anew needs, for the details of a work item; empty where nothing can change any more."""
        if not self.provisional:
            return {}
        start = self.start.astimezone(dt.UTC).isoformat()
        return {"due": {"start": start, "amount": str(self.duration.amount), "unit": self.duration.unit.value}}


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a calendar page."""

    number: int
    days: tuple[DayInfo, ...]
    open_days: int


# -- today --------------------------------------------------------------------------------------------------------


def zone() -> ZoneInfo:
    """The institution's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def business_date() -> dt.date:
    """The institution's "today": its own business date where one is set, else the local date."""
    if settings.KEXIN_BUSINESS_DATE:
        return dt.date.fromisoformat(settings.KEXIN_BUSINESS_DATE)
    return dt.datetime.now(zone()).date()


def business_now() -> dt.datetime:
    """This moment on the business date, local time of day, timezone-aware."""
    return dt.datetime.combine(business_date(), dt.datetime.now(zone()).time(), zone())


# -- days ---------------------------------------------------------------------------------------------------------

_days = Days()
_loaded_at = 0.0


def days() -> Days:
    """The published days and the institution's own, at most five seconds old."""
    global _days, _loaded_at
    now = time.monotonic()
    if not _loaded_at or now - _loaded_at > _CACHE_SECONDS:
        from kexin.core.models import CalendarDay

        rows = CalendarDay.objects.values_list("kind", "day", "is_open", "name")
        _days = Days({(kind, day): (is_open, name) for kind, day, is_open, name in rows})
        _loaded_at = now
    return _days


def forget_cache() -> None:
    """Read the institution's own days anew at the next use."""
    global _loaded_at
    _loaded_at = 0.0


def is_working(day: dt.date) -> bool:
    """Is ``day`` a working day of the institution?"""
    return days().is_working(day)


def is_trading(day: dt.date) -> bool:
    """Are the stock exchanges open on ``day``? Never on a weekend, made up or not."""
    return days().is_trading(day)


def next_working(day: dt.date) -> dt.date:
    """The first working day after ``day``."""
    return days().next_working(day)


def year(number: int, kind: str = WORKING) -> list[Month]:
    """The twelve months of a calendar page."""
    known = days()
    months = []
    for month in range(1, 13):
        first = dt.date(number, month, 1)
        length = ((first + 31 * _ONE).replace(day=1) - first).days
        shown = tuple(known.info(first + n * _ONE, kind) for n in range(length))
        months.append(Month(month, shown, sum(info.is_open for info in shown)))
    return months


# -- working time -------------------------------------------------------------------------------------------------


def working_intervals() -> Intervals:
    """The working hours of a working day, local time, from the policy in force."""
    from kexin.core.policies import CalendarPolicy
    from kexin.core.policy import in_force

    return parse_intervals(in_force(CalendarPolicy).intervals)


def parse_intervals(texts: Sequence[str]) -> Intervals:
    """``["09:00-12:00", …]`` as times. Raises ValueError if one is malformed, empty, or overlaps the one before."""
    found: list[tuple[dt.time, dt.time]] = []
    for text in texts:
        opening, closing = (dt.time.fromisoformat(part.strip()) for part in text.split("-"))
        if opening >= closing or (found and opening < found[-1][1]):
            raise ValueError(f"working intervals are out of order: {text}")
        found.append((opening, closing))
    if not found:
        raise ValueError("there are no working intervals")
    return found


def add(start: dt.datetime, duration: Duration) -> Deadline:
    """``start`` (aware) plus a duration; the day of the start is not counted (Civil Code Art. 201).

    Clock hours run through. Working hours run only inside the working intervals. Working days end with business on
    the last of them; calendar days end at 23:59:59 local time and are not moved off holidays, which is the stricter
    reading.
    """
    unit, amount = duration.unit, duration.amount
    if unit == Unit.CLOCK_HOURS:
        return Deadline(start + dt.timedelta(seconds=float(amount * 3600)), False, start, duration)
    local = start.astimezone(zone())
    if unit == Unit.CALENDAR_DAYS:
        last = local.date() + int(amount) * _ONE
        return Deadline(dt.datetime.combine(last, _END_OF_DAY, zone()), False, start, duration)
    if unit == Unit.WORKING_HOURS:
        at, provisional = _add_hours(local, amount)
    else:
        at, provisional = _add_days(local, int(amount))
    return Deadline(at, provisional, start, duration)


def _add_days(local: dt.datetime, amount: int) -> tuple[dt.datetime, bool]:
    provisional = False
    left = amount
    first = local.date() + (_ONE if amount else dt.timedelta())  # nought: today, or the next day that is worked
    for day, counts, settled in days().counted_from(first):
        provisional |= not settled
        left -= counts
        if counts and left <= 0:
            return dt.datetime.combine(day, working_intervals()[-1][1], zone()), provisional
    raise AssertionError("unreachable: every year has working days")


def _add_hours(local: dt.datetime, amount: Decimal) -> tuple[dt.datetime, bool]:
    left = dt.timedelta(seconds=float(amount * 3600))
    if not left:
        return local, False
    provisional = False
    intervals = working_intervals()
    for day, counts, settled in days().counted_from(local.date()):
        provisional |= not settled
        for opening, closing in _moments(day, intervals) if counts else ():
            begin = max(opening, local)
            if begin >= closing:
                continue
            if left <= closing - begin:
                return begin + left, provisional
            left -= closing - begin
    raise AssertionError("unreachable: every year has working days")


def _moments(day: dt.date, intervals: Intervals) -> list[tuple[dt.datetime, dt.datetime]]:
    """The intervals of a day as moments in UTC, where subtraction means time that passed."""
    return [
        (
            dt.datetime.combine(day, opening, zone()).astimezone(dt.UTC),
            dt.datetime.combine(day, closing, zone()).astimezone(dt.UTC),
        )
        for opening, closing in intervals
    ]


def elapsed(start: dt.datetime, end: dt.datetime, unit: Unit | str) -> Decimal:
    """How much of ``unit`` passed between two moments; negative if ``end`` comes first.

    Days do not count the day of the start, as in :func:`add`; hours are exact to the microsecond.
    """
    if end < start:
        return -elapsed(end, start, unit)
    if unit == Unit.CLOCK_HOURS:
        return _hours(end - start)
    first, last = start.astimezone(zone()).date(), end.astimezone(zone()).date()
    if unit == Unit.CALENDAR_DAYS:
        return Decimal((last - first).days)
    known = days()
    if unit == Unit.WORKING_DAYS:
        return Decimal(known.count_working(first, last))
    worked = dt.timedelta()
    intervals = working_intervals()
    for n in range((last - first).days + 1):
        if known.is_working(first + n * _ONE):
            for opening, closing in _moments(first + n * _ONE, intervals):
                worked += max(min(closing, end) - max(opening, start), dt.timedelta())
    return _hours(worked)


def _hours(passed: dt.timedelta) -> Decimal:
    return Decimal(passed // dt.timedelta(microseconds=1)) / 3_600_000_000
