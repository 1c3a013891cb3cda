"""Clocks against a slow obvious model: hour by hour and day by day over the published calendar, with pauses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexin.core import calendar
from kexin.core.calendar import zone
from kexin.core.values import Duration, Unit
from kexin.core.working_days import Days
from kexin.service.clocks import due_after, may_pause, used

HOURS = [(dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(17, 30))]
ONE = dt.timedelta(days=1)
MOMENTS = st.datetimes(dt.datetime(2006, 1, 1), dt.datetime(2025, 10, 1)).map(
    lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0, tzinfo=zone())
)
SPANS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=0, max_size=3)


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """The published calendar and the shipped working hours, without a database."""
    days = Days()
    monkeypatch.setattr(calendar, "days", lambda: days)
    monkeypatch.setattr(calendar, "working_intervals", lambda: HOURS)


def slow_days(
    start: dt.datetime, amount: int, pauses: list[tuple[dt.datetime, dt.datetime]], *, working: bool
) -> dt.date:
    """Day after day: the day of the start is not counted, nor is a day by whose beginning the clock stood still."""
    known, day, left = Days(), start.date(), amount
    while True:
        counts = known.is_working(day) if working else True
        stood = any(began.date() < day <= ended.date() for began, ended in pauses)
        if day > start.date() and counts and not stood:
            left -= 1
        if left <= 0 and not any(began.date() <= day < ended.date() for began, ended in pauses) and counts:
            return day
        day += ONE


def slow_hours(start: dt.datetime, amount: int, pauses: list[tuple[dt.datetime, dt.datetime]]) -> dt.datetime:
    """Quarter of an hour after quarter of an hour, of working time outside pauses."""
    known, at, left, step = Days(), start, amount * 4, dt.timedelta(minutes=15)
    while left:
        local = at.astimezone(zone())
        inside = known.is_working(local.date()) and any(a <= local.time() < b for a, b in HOURS)
        left -= inside and not any(began <= at < ended for began, ended in pauses)
        at += step
    return at


def spans_of(
    start: dt.datetime, gaps: list[tuple[int, int]], due: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Pauses one after the other, each begun before the clock is due as it stands then: later ones are refused."""
    found, at = [], start
    for run, stand in gaps:
        began = at + dt.timedelta(minutes=15 * run)
        at = began + dt.timedelta(minutes=15 * stand)
        found.append((began, at))
    return found if found and found[0][0] <= due else []


@given(
    start=MOMENTS, amount=st.integers(1, 60), gaps=SPANS, unit=st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])
)
@settings(max_examples=150)
def test_days_are_counted_as_somebody_with_a_wall_calendar_counts_them(start, amount, gaps, unit) -> None:  # type: ignore[no-untyped-def]
    within, kept = Duration(amount, unit), []
    for span in spans_of(start, gaps, calendar.add(start, within).at):
        if span[0] > due_after(start, within, kept, add=calendar.add, elapsed=calendar.elapsed).at:
            break
        kept.append(span)
    due = due_after(start, within, kept, add=calendar.add, elapsed=calendar.elapsed)
    assert due.at.astimezone(zone()).date() == slow_days(start, amount, kept, working=unit == Unit.WORKING_DAYS)
    assert not due.provisional


@given(start=MOMENTS, amount=st.integers(1, 30), gaps=SPANS)
@settings(max_examples=100)
def test_working_hours_run_only_while_somebody_works_and_nothing_is_awaited(start, amount, gaps) -> None:  # type: ignore[no-untyped-def]
    within, kept = Duration(amount, Unit.WORKING_HOURS), []
    for span in spans_of(start, gaps, calendar.add(start, within).at):
        if span[0] >= due_after(start, within, kept, add=calendar.add, elapsed=calendar.elapsed).at:
            break
        kept.append(span)
    due = due_after(start, within, kept, add=calendar.add, elapsed=calendar.elapsed)
    assert due.at == slow_hours(start, amount, kept)


@given(start=MOMENTS, amount=st.integers(1, 72), gaps=SPANS)
def test_clock_hours_are_due_later_by_exactly_the_pauses(start, amount, gaps) -> None:  # type: ignore[no-untyped-def]
    within = Duration(amount, Unit.CLOCK_HOURS)
    kept = [span for span in spans_of(start, gaps, start) if span[0] == start]
    due = due_after(start, within, kept, add=calendar.add, elapsed=calendar.elapsed)
    assert due.at - start == dt.timedelta(hours=amount) + sum((b - a for a, b in kept), dt.timedelta())
    assert used(start, due.at, kept, Unit.CLOCK_HOURS, calendar.elapsed) == Decimal(amount)


def test_only_a_running_clock_in_time_that_its_rule_lets_pause_does() -> None:
    now = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
    assert may_pause(state="running", pausable=True, due_at=now, now=now)
    for state, pausable, due in (("paused", True, now), ("running", False, now), ("running", True, now - ONE)):
        assert not may_pause(state=state, pausable=pausable, due_at=due, now=now)
