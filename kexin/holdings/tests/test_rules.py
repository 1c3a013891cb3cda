"""Rules of holdings, without a database."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.holdings.rules import (
    AssetClass,
    asset_class,
    counts_as_asset,
    filled_forward,
    holding_period_return,
    points_back,
    summed,
)

DAY = dt.date(2026, 1, 1)
D = Decimal


def days(*numbers: int) -> list[dt.date]:
    return [DAY + dt.timedelta(days=n) for n in numbers]


@pytest.mark.parametrize(
    ("cost", "value", "expected"),
    [
        ("100", "101", "1.00"),
        ("600000", "620000", "3.33"),
        ("100", "94.8", "-5.20"),
        ("3", "3", "0.00"),
        ("0", "5", None),
    ],
)
def test_holding_period_return(cost: str, value: str, expected: str | None) -> None:
    assert holding_period_return(D(cost), D(value)) == (None if expected is None else D(expected))


@pytest.mark.parametrize(
    ("kind", "status", "role", "counts"),
    [
        ("current", "open", "owner", True),
        ("current", "frozen", "owner", True),
        ("current", "closed", "owner", False),
        ("current", "open", "joint_owner", False),
        ("current", "open", "disponent", False),
        ("card", "open", "owner", False),
        ("loan", "open", "owner", False),
    ],
)
def test_what_counts_as_an_asset(kind: str, status: str, role: str, counts: bool) -> None:
    assert counts_as_asset(kind, status, role) is counts


def test_classes() -> None:
    assert asset_class("certificate") == asset_class("current") == AssetClass.DEPOSIT
    assert asset_class("trust") == AssetClass.OTHER


def test_balances_are_carried_forward_from_the_last_stated_day() -> None:
    stated = {days(3)[0]: D(10), days(5)[0]: D(20)}
    line = filled_forward(days(0, 3, 4, 5, 9), stated, opened_on=None, closed_on=None, balance=D(99))
    assert line == [None, D(10), D(10), D(20), D(20)]


def test_nothing_before_the_opening_and_after_the_closing() -> None:
    stated = {days(3)[0]: D(10)}
    line = filled_forward(days(1, 3, 6, 7), stated, opened_on=days(2)[0], closed_on=days(6)[0], balance=D(0))
    assert line == [D(0), D(10), D(0), D(0)]


def test_an_account_never_booked_has_its_present_balance() -> None:
    line = filled_forward(days(0, 5, 9), {}, opened_on=days(4)[0], closed_on=None, balance=D(800))
    assert line == [D(0), D(800), D(800)]


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert summed([[D(1), None], [D(2), D(3)]], 2) == [D(3), None]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.sampled_from([12, 24]))
def test_points_end_today_and_are_evenly_apart(today: dt.date, months: int) -> None:
    points = points_back(today, months)
    gaps = {(b - a).days for a, b in itertools.pairwise(points)}
    assert points[-1] == today
    assert gaps == {7 * months // 12}
