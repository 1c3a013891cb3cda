"""Which days are worked, and counting in them. Pure: no database, no clock, no settings.

Published days come from the library ``chinesecalendar`` (State Council notices since 2004: holidays and make-up
weekends); the institution's own dated exceptions override them. The stock exchanges' calendar stands beside it: they
are closed on every weekend, made up or not.

**A year that nobody has published** gives the *earliest possible* date, marked provisional, never a guess and never
a refusal. Earliest means: every weekday counts as worked (a holiday can only push a deadline back), and so do the
first :data:`MADE_UP` weekend days met, because make-up weekends may come before the holidays they pay for and would
bring a deadline forward. In no stretch of 2004–2026 did make-up weekends outweigh holidays by more than three days, so
the true date, once published, is never earlier. The last week of December is unsettled until the next year is
published: five notices changed days from 29 December on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import chinese_calendar
from chinese_calendar import constants
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MADE_UP = 3  # weekend days that may be worked before holidays pay them back; see above
_FIRST = min(constants.holidays).year
_LAST = max(constants.holidays).year
_MARKERS = ((1, 1), (5, 1), (10, 1))  # closed on these days: somebody entered the year's holidays
_UNSETTLED_FROM = (12, 25)
_ONE = dt.timedelta(days=1)
_EXCHANGES_CLOSED = {dt.date(2024, 2, 9): "除夕"}  # a working day by the State Council's notice, not for the exchanges

WORKING = "working"
TRADING = "trading"
Overrides = Mapping[tuple[str, dt.date], tuple[bool, str]]


class DayNature(TextChoices):
    """Why a day is open or closed."""

    WORKDAY = "workday", _("Working day")
    WEEKEND = "weekend", _("Weekend")
    HOLIDAY = "holiday", _("Public holiday")
    MADE_UP = "made-up", _("Make-up working day")
    OWN_OPEN = "own-open", _("Open by the institution's own calendar")
    OWN_CLOSED = "own-closed", _("Closed by the institution's own calendar")


@dataclass(frozen=True, slots=True)
class DayInfo:
    """One day of a calendar page. ``settled`` is false where the notice for the day is not published yet."""

    day: dt.date
    is_open: bool
    nature: DayNature
    name: str
    name_en: str
    settled: bool


class Days:
    """The published days and the institution's own; ``overrides`` maps (kind, day) to (open, name)."""

    def __init__(self, overrides: Overrides | None = None, *, library_until: int = _LAST) -> None:
        self.overrides: Overrides = overrides or {}
        self.library_until = min(library_until, _LAST)
        closed = {day for (kind, day), (is_open, _name) in self.overrides.items() if kind == WORKING and not is_open}
        self._uploaded = {day.year for day in closed if all(dt.date(day.year, *each) in closed for each in _MARKERS)}

    def is_published(self, year: int) -> bool:
        """The library knows the year, or the institution entered its holidays (New Year, Labour, National Day)."""
        return self._in_library(year) or year in self._uploaded

    def is_settled(self, day: dt.date) -> bool:
        """No notice still to come can change this day."""
        if not self.is_published(day.year):
            return False
        return (day.month, day.day) < _UNSETTLED_FROM or self.is_published(day.year + 1)

    def is_working(self, day: dt.date) -> bool:
        """Is the institution at work? In an unpublished year every weekday counts."""
        own = self.overrides.get((WORKING, day))
        return own[0] if own else self._published_open(day)

    def is_trading(self, day: dt.date) -> bool:
        """Are the exchanges open? Weekdays that are no holidays."""
        own = self.overrides.get((TRADING, day))
        if own:
            return own[0]
        if day.weekday() > 4 or day in _EXCHANGES_CLOSED:
            return False
        if self._in_library(day.year):
            return chinese_calendar.is_workday(day)
        return self.is_working(day)

    def is_open(self, day: dt.date, kind: str) -> bool:
        return self.is_trading(day) if kind == TRADING else self.is_working(day)

    def info(self, day: dt.date, kind: str = WORKING) -> DayInfo:
        """Everything a calendar page shows of a day."""
        is_open = self.is_open(day, kind)
        own = self.overrides.get((kind, day))
        holiday, name = chinese_calendar.get_holiday_detail(day) if self._in_library(day.year) else (False, None)
        said = constants.Holiday(name).chinese if name else ""
        if own:
            nature, said = (DayNature.OWN_OPEN if is_open else DayNature.OWN_CLOSED), own[1] or said
        elif is_open:
            nature = DayNature.MADE_UP if day.weekday() > 4 else DayNature.WORKDAY
        elif said and holiday:
            nature = DayNature.HOLIDAY
        elif day.weekday() > 4:
            nature, said, name = DayNature.WEEKEND, "", None
        elif day in _EXCHANGES_CLOSED:
            nature, said = DayNature.HOLIDAY, _EXCHANGES_CLOSED[day]
        else:
            nature, said = DayNature.OWN_CLOSED, self.overrides.get((WORKING, day), (False, ""))[1]
        return DayInfo(day, is_open, nature, said, name or said, self.is_settled(day))

    def counted_from(self, day: dt.date) -> Iterator[tuple[dt.date, bool, bool]]:
        """From ``day`` on: each day, whether it counts as worked towards a deadline, whether it is settled."""
        spare = MADE_UP
        while True:
            settled = self.is_settled(day)
            counts = self.is_working(day)
            if not counts and not settled and spare and (WORKING, day) not in self.overrides:
                spare -= 1
                counts = True
            yield day, counts, settled
            day += _ONE

    def next_working(self, day: dt.date) -> dt.date:
        """The first working day after ``day``."""
        day += _ONE
        while not self.is_working(day):
            day += _ONE
        return day

    def count_working(self, after: dt.date, until: dt.date) -> int:
        """Working days after ``after`` up to and including ``until``."""
        return sum(self.is_working(after + _ONE * n) for n in range(1, (until - after).days + 1))

    def _in_library(self, year: int) -> bool:
        return _FIRST <= year <= self.library_until

    def _published_open(self, day: dt.date) -> bool:
        if self._in_library(day.year):
            return chinese_calendar.is_workday(day)
        return day.weekday() < 5
