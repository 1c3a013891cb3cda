"""A day of a calendar as quarters of an hour and lanes side by side: pure, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from kexin.core.working_days import DayInfo
from kexin.engagement.appointment_queries import Entry

FIRST_HOUR, LAST_HOUR = 7, 21
SLOTS = (LAST_HOUR - FIRST_HOUR) * 4
MOST_LANES = 4


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its first quarter (from 1), how many quarters it fills, and its lane (from 1)."""

    entry: Entry
    start: int
    length: int
    lane: int


@dataclass(slots=True)
class Column:
    """A day (or one colleague's day): its heading and what is placed in it."""

    day: dt.date
    info: DayInfo
    label: str
    today: bool
    post_id: int
    placed: list[Placed] = field(default_factory=list)
    lanes: int = 1


def place(entries: Iterable[Entry], day: dt.date) -> tuple[list[Placed], int]:
    """Entries of a day in lanes: the first lane that is free; what begins before or ends after the grid is cut."""
    ends: list[int] = []
    placed = []
    for entry in sorted(entries, key=lambda each: (each.starts_at, each.id)):
        begin = _quarter(entry.starts_at, day, up=False)
        end = max(_quarter(entry.ends_at, day, up=True), begin + 1)
        lane = next((n for n, busy_until in enumerate(ends) if busy_until <= begin), len(ends))
        if lane >= MOST_LANES:
            lane = MOST_LANES - 1
        if lane == len(ends):
            ends.append(end)
        ends[lane] = max(ends[lane], end)
        placed.append(Placed(entry, begin + 1, end - begin, lane + 1))
    return placed, max(len(ends), 1)


def _quarter(at: dt.datetime, day: dt.date, *, up: bool) -> int:
    if at.date() < day:
        return 0
    if at.date() > day:
        return SLOTS
    minutes = at.hour * 60 + at.minute - FIRST_HOUR * 60
    quarter = -(-minutes // 15) if up else minutes // 15
    return min(max(quarter, 0), SLOTS if up else SLOTS - 1)


def week_of(day: dt.date) -> list[dt.date]:
    """Monday to Sunday of the week of a day."""
    monday = day - dt.timedelta(days=day.weekday())
    return [monday + dt.timedelta(days=n) for n in range(7)]


def month_of(day: dt.date) -> list[dt.date]:
    """All days of the weeks that the month touches."""
    first = day.replace(day=1)
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    start, end = week_of(first)[0], week_of(last)[6]
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
