"""Working days against the public notices, deadlines against known cases, and laws that hold for all of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from kexin.core import calendar
from kexin.core.calendar import add, elapsed, parse_intervals
from kexin.core.policy import check_values
from kexin.core.values import Duration, Unit
from kexin.core.working_days import MADE_UP, TRADING, WORKING, DayNature, Days

PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "data" / "holidays"
INTERVALS = parse_intervals(["09:00-12:00", "13:00-17:30"])
ZONE = calendar.zone()
DATES = st.dates(dt.date(2004, 1, 2), dt.date(2026, 6, 30))
STARTS = st.datetimes(dt.datetime(2004, 1, 2), dt.datetime(2026, 6, 30)).map(lambda each: each.replace(tzinfo=ZONE))
OFF_2026 = [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21")]
OFF_2026 += [("09-25", "09-27"), ("10-01", "10-07")]
MADE_UP_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
TRADED = {2013: 238, 2014: 245, 2015: 244, 2016: 244, 2017: 244, 2018: 243, 2019: 244, 2020: 243, 2021: 243, 2022: 242}
TRADED |= {2023: 242, 2024: 242, 2025: 243}  # days on which Shanghai traded


@pytest.fixture(autouse=True)
def published() -> Iterator[Days]:
    """The published calendar alone, and the default working hours: no database."""
    known = Days()
    with (
        mock.patch.object(calendar, "days", return_value=known),
        mock.patch.object(calendar, "working_intervals", return_value=INTERVALS),
    ):
        yield known


def _use(known: Days) -> AbstractContextManager[object]:
    return mock.patch.object(calendar, "days", return_value=known)


def _local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def _due(start: str, amount: Decimal | int | str, unit: Unit) -> str:
    return add(_local(start), Duration(amount, unit)).at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


# -- days ---------------------------------------------------------------------------------------------------------


@pytest.mark.public_data
@pytest.mark.parametrize("year", range(2018, 2026))
def test_every_published_day_agrees_with_the_notices_of_the_state_council(year: int, published: Days) -> None:
    path = PUBLIC / f"{year}.json"
    if not path.exists():
        pytest.skip(f"the public data folder has no holidays of {year}")
    notices = {}
    for each in sorted(PUBLIC.glob("*.json")):  # a notice may speak of the last days of the year before
        for day in json.loads(each.read_text(encoding="utf-8"))["days"]:
            notices[dt.date.fromisoformat(day["date"])] = not day["isOffDay"]
    day = dt.date(year, 1, 1)
    while day.year == year:
        expected = notices.get(day, day.weekday() < 5)
        assert published.is_working(day) == expected, day
        if day != dt.date(2024, 2, 9):  # New Year's Eve: banks worked, the exchanges did not
            assert published.is_trading(day) == (expected and day.weekday() < 5), day
        day += dt.timedelta(days=1)


def test_every_day_of_2026_is_as_the_regulation_page_says(published: Days) -> None:
    for ordinal in range(dt.date(2026, 1, 1).toordinal(), dt.date(2027, 1, 1).toordinal()):
        day = dt.date.fromordinal(ordinal)
        name = f"{day:%m-%d}"
        off = any(first <= name <= last for first, last in OFF_2026)
        assert published.is_working(day) == (name in MADE_UP_2026 or (day.weekday() < 5 and not off)), day


def test_the_institutions_own_days_override_each_calendar_apart() -> None:
    typhoon, saturday = dt.date(2025, 9, 24), dt.date(2025, 9, 27)
    known = Days(
        {(WORKING, typhoon): (False, "台风"), (WORKING, saturday): (True, "清机"), (TRADING, typhoon): (True, "")}
    )
    assert (known.is_working(typhoon), known.is_trading(typhoon)) == (False, True)
    assert (known.is_working(saturday), known.is_trading(saturday)) == (True, False)
    assert known.info(typhoon).nature == DayNature.OWN_CLOSED
    assert known.info(typhoon).name == "台风"


@pytest.mark.parametrize(
    ("day", "kind", "nature", "name"),
    [
        ("2026-02-17", WORKING, DayNature.HOLIDAY, "春节"),
        ("2026-02-14", WORKING, DayNature.MADE_UP, "春节"),
        ("2026-02-14", TRADING, DayNature.WEEKEND, ""),
        ("2026-03-07", WORKING, DayNature.WEEKEND, ""),
        ("2026-03-06", TRADING, DayNature.WORKDAY, ""),
    ],
)
def test_a_day_says_why_it_is_open_or_closed(
    published: Days, day: str, kind: str, nature: DayNature, name: str
) -> None:
    info = published.info(dt.date.fromisoformat(day), kind)
    assert (info.nature, info.name, info.settled) == (nature, name, True)


def test_a_year_has_twelve_months_with_every_day() -> None:
    months = calendar.year(2024)
    assert [len(month.days) for month in months] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert sum(month.open_days for month in months) == 251


@pytest.mark.parametrize(("year", "traded"), TRADED.items())
def test_the_exchanges_trade_as_often_as_they_did(year: int, traded: int) -> None:
    assert sum(month.open_days for month in calendar.year(year, TRADING)) == traded


# -- known deadlines ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2025-09-30 16:00", 1, Unit.WORKING_DAYS, "2025-10-09 17:30"),  # over the eight days of National Day
        ("2025-01-24 10:00", 1, Unit.WORKING_DAYS, "2025-01-26 17:30"),  # the next day worked is a made-up Sunday
        ("2025-01-24 10:00", 3, Unit.WORKING_DAYS, "2025-02-05 17:30"),
        ("2025-03-01 10:00", 15, Unit.WORKING_DAYS, "2025-03-21 17:30"),  # received on a Saturday
        ("2025-03-03 23:59", 15, Unit.WORKING_DAYS, "2025-03-24 17:30"),
        ("2025-10-04 10:00", 0, Unit.WORKING_DAYS, "2025-10-09 17:30"),
        ("2025-03-03 10:00", 0, Unit.WORKING_DAYS, "2025-03-03 17:30"),
        ("2025-01-31 10:00", 60, Unit.CALENDAR_DAYS, "2025-04-01 23:59"),
        ("2024-01-30 10:00", 30, Unit.CALENDAR_DAYS, "2024-02-29 23:59"),
        ("2025-12-31 20:00", 24, Unit.CLOCK_HOURS, "2026-01-01 20:00"),
        ("2025-03-03 10:00", "0.5", Unit.CLOCK_HOURS, "2025-03-03 10:30"),
        ("2025-03-03 11:30", 1, Unit.WORKING_HOURS, "2025-03-03 13:30"),  # over lunch
        ("2025-03-03 11:00", 1, Unit.WORKING_HOURS, "2025-03-03 12:00"),
        ("2025-03-07 17:00", 2, Unit.WORKING_HOURS, "2025-03-10 10:30"),  # over the weekend
        ("2025-03-08 03:00", "7.5", Unit.WORKING_HOURS, "2025-03-10 17:30"),
        ("2025-09-30 17:29", "0.25", Unit.WORKING_HOURS, "2025-10-09 09:14"),
    ],
)
def test_known_deadlines(start: str, amount: int | str, unit: Unit, due: str) -> None:
    assert _due(start, amount, unit) == due


def test_a_deadline_is_reckoned_in_local_time_whatever_zone_the_start_bears() -> None:
    start = dt.datetime(2025, 3, 3, 17, 0, tzinfo=dt.UTC)  # the 4th already, in Shanghai
    assert add(start, Duration(1, Unit.WORKING_DAYS)).at == _local("2025-03-05 17:30")


@pytest.mark.parametrize(
    ("start", "end", "unit", "amount"),
    [
        ("2025-03-03 09:00", "2025-03-04 10:30", Unit.WORKING_HOURS, "9"),
        ("2025-03-08 09:00", "2025-03-09 10:30", Unit.WORKING_HOURS, "0"),
        ("2025-09-30 09:00", "2025-10-09 08:00", Unit.WORKING_DAYS, "1"),
        ("2025-09-30 09:00", "2025-10-09 08:00", Unit.CALENDAR_DAYS, "9"),
        ("2025-09-30 09:00", "2025-10-01 09:30", Unit.CLOCK_HOURS, "24.5"),
    ],
)
def test_known_times_that_passed(start: str, end: str, unit: Unit, amount: str) -> None:
    assert elapsed(_local(start), _local(end), unit) == Decimal(amount)
    assert elapsed(_local(end), _local(start), unit) == -Decimal(amount)


@pytest.mark.parametrize(
    "wrong", [[], ["09:00"], ["12:00-09:00"], ["09:00-12:00", "11:00-13:00"], ["9-12"], ["09:00-25:00"]]
)
def test_working_hours_that_make_no_sense_are_refused(wrong: list[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_intervals(wrong)
    assert [reason.field for reason in check_values("core.calendar", {"intervals": wrong}).reasons] == ["intervals"]


def test_good_working_hours_are_accepted_as_a_policy() -> None:
    assert check_values("core.calendar", {"intervals": ["08:30-12:00", "13:30-17:30"]}).allowed


# -- laws ---------------------------------------------------------------------------------------------------------


@given(STARTS, st.integers(0, 90), st.integers(0, 90), st.sampled_from(Unit))
def test_more_time_is_never_due_earlier(start: dt.datetime, less: int, more: int, unit: Unit) -> None:
    less, more = sorted((less, more))
    assert add(start, Duration(less, unit)).at <= add(start, Duration(more, unit)).at


@given(STARTS, STARTS, st.integers(0, 60), st.sampled_from(Unit))
def test_who_starts_later_is_never_due_earlier(one: dt.datetime, two: dt.datetime, amount: int, unit: Unit) -> None:
    one, two = sorted((one, two))
    assert add(one, Duration(amount, unit)).at <= add(two, Duration(amount, unit)).at


@given(STARTS, st.integers(1, 60), st.integers(1, 60), st.sampled_from(Unit))
def test_two_stretches_are_one_long_one(start: dt.datetime, one: int, two: int, unit: Unit) -> None:
    halfway = add(start, Duration(one, unit)).at
    assert add(halfway, Duration(two, unit)).at == add(start, Duration(one + two, unit)).at


@given(STARTS, st.integers(1, 60), st.sampled_from(Unit))
def test_what_was_added_has_elapsed(start: dt.datetime, amount: int, unit: Unit) -> None:
    assert elapsed(start, add(start, Duration(amount, unit)).at, unit) == amount


@given(STARTS, st.integers(1, 400))
def test_working_days_and_hours_end_while_the_institution_works(start: dt.datetime, amount: int) -> None:
    for unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
        at = add(start, Duration(amount % 60 + 1, unit)).at.astimezone(ZONE)
        assert calendar.is_working(at.date())
        assert any(opening <= at.time() <= closing for opening, closing in INTERVALS)


@given(DATES)
def test_the_next_working_day_is_worked_and_nothing_between_is(day: dt.date) -> None:
    following = calendar.next_working(day)
    assert calendar.is_working(following)
    assert Days().count_working(day, following) == 1


# -- years that nobody has published ------------------------------------------------------------------------------


@given(
    st.integers(2004, 2025), st.dates(dt.date(2000, 1, 1), dt.date(2000, 12, 31)), st.integers(0, 120),
    st.sampled_from([Unit.WORKING_DAYS, Unit.WORKING_HOURS]),
)  # fmt: skip
def test_a_provisional_deadline_is_never_later_than_the_true_one(
    year: int, day: dt.date, amount: int, unit: Unit
) -> None:
    """Forget what was published after ``year``, and compare with what came."""
    start = dt.datetime(year, day.month, min(day.day, 28), 10, tzinfo=ZONE)
    true = add(start, Duration(amount, unit))
    with _use(Days(library_until=year)):
        early = add(start, Duration(amount, unit))
    assert early.at <= true.at
    assert early.provisional or early.at == true.at


@pytest.mark.parametrize(
    ("start", "amount", "unit", "provisional"),
    [
        ("2026-12-01 10:00", 10, Unit.WORKING_DAYS, False),
        ("2026-12-01 10:00", 18, Unit.WORKING_DAYS, True),  # the notice for 2027 may still change 25 December on
        ("2026-12-31 10:00", 1, Unit.WORKING_HOURS, True),
        ("2026-12-31 10:00", 30, Unit.CALENDAR_DAYS, False),
        ("2026-12-31 10:00", 240, Unit.CLOCK_HOURS, False),
        ("2031-05-05 10:00", 5, Unit.WORKING_DAYS, True),
        ("1993-07-05 10:00", 5, Unit.WORKING_DAYS, True),
    ],
)
def test_what_depends_on_an_unpublished_year_is_provisional(
    start: str, amount: int, unit: Unit, provisional: bool
) -> None:
    with _use(Days(library_until=2026)):
        deadline = add(_local(start), Duration(amount, unit))
    assert deadline.provisional == provisional
    assert bool(deadline.memo()) == provisional


def test_the_first_weekend_days_of_an_unpublished_year_may_be_worked() -> None:
    with _use(Days(library_until=2025)):
        dues = [_due("2030-05-10 10:00", n, Unit.WORKING_DAYS)[:10] for n in range(1, 11)]  # a Friday
    assert MADE_UP == 3
    assert dues == [f"2030-05-{day}" for day in (11, 12, 13, 14, 15, 16, 17, 18, 20, 21)]


def test_a_year_counts_as_published_once_its_holidays_were_entered() -> None:
    closed = [dt.date(2031, 1, 1), dt.date(2031, 5, 1), dt.date(2031, 10, 1), dt.date(2031, 1, 23)]
    own = {(WORKING, day): (False, "") for day in closed}
    known = Days({**own, (WORKING, dt.date(2031, 1, 18)): (True, "春节")})
    assert known.is_settled(dt.date(2031, 12, 24))
    assert not known.is_settled(dt.date(2031, 12, 25))
    assert known.is_working(dt.date(2031, 1, 18))
    assert not known.is_trading(dt.date(2031, 1, 18))
    assert not known.is_trading(dt.date(2031, 1, 23))
    assert not Days({(WORKING, closed[0]): (False, "")}).is_settled(dt.date(2031, 3, 3))


# -- today --------------------------------------------------------------------------------------------------------


def test_a_historical_bank_lives_on_its_own_day() -> None:
    with override_settings(KEXIN_BUSINESS_DATE="1998-12-31"):
        assert calendar.business_date() == dt.date(1998, 12, 31)
        assert calendar.business_now().date() == dt.date(1998, 12, 31)
        assert calendar.business_now().tzinfo is not None


def test_without_a_day_of_its_own_today_is_the_local_date() -> None:
    with override_settings(KEXIN_BUSINESS_DATE="", TIME_ZONE="Pacific/Kiritimati"):
        ahead = calendar.business_date()
    with override_settings(KEXIN_BUSINESS_DATE="", TIME_ZONE="Pacific/Pago_Pago"):
        behind = calendar.business_date()
    assert ahead > behind  # 25 hours apart: never the same date
