"""Working, trading and lunar days of mainland China as arrays of day numbers.

A day number is the count of days since 1970-01-01 (numpy's ``datetime64[D]``), so that whole columns of dates
can be moved at once. Holidays come from ``chinesecalendar``; a year that the library does not know yet gets the
statutory days only (1 January, Spring Festival, 1 May, National Day), which is good enough for an invented bank.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import numpy as np
import numpy.typing as npt
from chinese_calendar import constants
from lunar_python import Lunar, LunarYear

Days = npt.NDArray[np.int32]
EPOCH = date(1970, 1, 1)
KNOWN_UNTIL = max(constants.holidays).year


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def to_date(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


@lru_cache(maxsize=64)
def spring_festival(year: int) -> date:
    """First day of the first lunar month of ``year``."""
    solar = Lunar.fromYmd(year, 1, 1).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _is_working(day: date) -> bool:
    if day.year <= KNOWN_UNTIL:
        return bool(chinese_calendar.is_workday(day))
    if day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)}:
        return False
    return not 0 <= (day - spring_festival(day.year)).days < 7


class Calendar:
    """Working days (with make-up Saturdays) and trading days (without) between two dates, as lookups."""

    def __init__(self, first: date, last: date) -> None:
        self.first = day_number(first)
        self.last = day_number(last)
        span = [to_date(n) for n in range(self.first, self.last + 1)]
        self.working = np.array([_is_working(day) for day in span])
        weekday = (np.arange(self.first, self.last + 1) + 3) % 7  # 1970-01-01 was a Thursday
        self.trading = self.working & (weekday < 5)
        self._next_trading = _next_true(self.trading, self.first)
        self._next_working = _next_true(self.working, self.first)
        self._previous_working = -_next_true(self.working[::-1], -self.last)[::-1]

    def next_trading(self, days: npt.ArrayLike) -> Days:
        """The day itself if it trades, else the next that does."""
        return self._at(self._next_trading, days)

    def next_working(self, days: npt.ArrayLike) -> Days:
        return self._at(self._next_working, days)

    def previous_working(self, days: npt.ArrayLike) -> Days:
        """The day itself if it is worked, else the last before: wages are moved forward before holidays."""
        return self._at(self._previous_working, days)

    def _at(self, table: Days, days: npt.ArrayLike) -> Days:
        index = np.clip(np.asarray(days) - self.first, 0, len(table) - 1)
        return table[index].astype(np.int32)


def _next_true(flags: npt.NDArray[np.bool_], first: int) -> Days:
    numbers = np.arange(first, first + len(flags))
    found = np.where(flags, numbers, np.iinfo(np.int32).max)
    nearest = np.minimum.accumulate(found[::-1])[::-1]
    return np.where(nearest == np.iinfo(np.int32).max, numbers, nearest).astype(np.int32)


@lru_cache(maxsize=1)
def _lunar_table() -> tuple[int, npt.NDArray[np.int16]]:
    """Lunar (year, month, day, leap) of every day of the lunar years 1920 to 1979, for the birthdays of the old."""
    rows: list[tuple[int, int, int, int]] = []
    for year in range(1920, 1980):
        for month in LunarYear.fromYear(year).getMonthsInYear():
            number = month.getMonth()  # negative: a leap month
            rows += [(year, abs(number), day, int(number < 0)) for day in range(1, month.getDayCount() + 1)]
    first = date(1920, 2, 20)  # the first day of the lunar year 1920
    return day_number(first), np.array(rows, dtype=np.int16)


def lunar_month_day(
    days: npt.ArrayLike,
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.bool_]]:
    """Lunar month, day and leap flag of birth dates between 1920 and 1979 (others: zeros)."""
    first, table = _lunar_table()
    index = np.asarray(days) - first
    inside = (index >= 0) & (index < len(table))
    rows = np.where(inside[:, None], table[np.clip(index, 0, len(table) - 1)], 0)
    return rows[:, 1], rows[:, 2], rows[:, 3].astype(bool)


def month_starts(first: date, months: int) -> Days:
    """Day numbers of ``months`` successive firsts of month, beginning with ``first``'s month."""
    starts = np.datetime64(first.replace(day=1), "M") + np.arange(months)
    return starts.astype("datetime64[D]").astype(np.int32)


def add_months(days: npt.ArrayLike, months: npt.ArrayLike) -> Days:
    """The same day of month ``months`` later (or earlier); where that month is shorter, the overflow runs on."""
    origin = np.asarray(days).astype("datetime64[D]")
    month = origin.astype("datetime64[M]")
    offset = (origin - month.astype("datetime64[D]")).astype(np.int32)
    later = (month.astype(np.int64) + np.asarray(months)).astype("datetime64[M]")
    return (later.astype("datetime64[D]").astype(np.int32) + offset).astype(np.int32)


def anniversary(days: npt.ArrayLike, years: npt.ArrayLike) -> Days:
    """The same month and day ``years`` later; 29 February becomes 1 March in other years."""
    return add_months(days, 12 * np.asarray(years))
