"""Dealing days, confirmation, payout, limits: by cases of the real calendar and by properties. No database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.working_days import Days
from kexin.products.trading import (
    NoOpenDay,
    OpenPeriods,
    OrderLimits,
    confirmation_day,
    dealing_day,
    fast_redemption,
    large_redemption,
    may_buy,
    may_cancel,
    offering_succeeded,
    open_days_after,
    payout_day,
)

CUT = dt.time(15)
KNOWN = Days()
MOMENTS = st.datetimes(dt.datetime(2024, 1, 2), dt.datetime(2025, 11, 30))
COUNTS = st.integers(0, 10)


@pytest.mark.parametrize(
    ("placed", "confirmed", "paid"),
    [
        ("2025-09-24T14:59", "2025-09-25", "2025-09-26"),  # Wednesday before the cut-off
        ("2025-09-24T15:00", "2025-09-26", "2025-09-29"),  # at the cut-off the day is over
        ("2025-09-26T14:59", "2025-09-29", "2025-09-30"),  # Friday: the weekend does not count
        ("2025-09-28T10:00", "2025-09-30", "2025-10-09"),  # a make-up Sunday: the exchanges stay closed
        ("2025-09-30T15:30", "2025-10-10", "2025-10-13"),  # National Day and Mid-autumn, 1 to 8 October
    ],
)
def test_t_plus_one_and_two_by_the_exchanges_calendar(placed, confirmed, paid):
    moment = dt.datetime.fromisoformat(placed)
    assert str(confirmation_day(moment, CUT, 1, KNOWN.is_trading)) == confirmed
    assert str(payout_day(moment, CUT, 2, KNOWN.is_trading)) == paid


def test_a_make_up_sunday_is_a_day_for_banks_and_none_for_exchanges():
    sunday = dt.datetime(2025, 9, 28, 10)
    assert dealing_day(sunday, CUT, KNOWN.is_working) == sunday.date()
    assert dealing_day(sunday, CUT, KNOWN.is_trading) == dt.date(2025, 9, 29)


@given(MOMENTS, COUNTS, COUNTS)
def test_days_follow_each_other_and_are_open(placed, confirm, more):
    day = dealing_day(placed, CUT, KNOWN.is_trading)
    confirmed = confirmation_day(placed, CUT, confirm, KNOWN.is_trading)
    paid = payout_day(placed, CUT, confirm + more, KNOWN.is_trading)
    assert placed.date() <= day <= confirmed <= paid
    assert all(KNOWN.is_trading(each) for each in (day, confirmed, paid))
    between = sum(KNOWN.is_trading(day + dt.timedelta(days=n)) for n in range(1, (confirmed - day).days + 1))
    assert between == confirm


@given(MOMENTS, st.timedeltas(dt.timedelta(0), dt.timedelta(days=20)), COUNTS)
def test_whoever_comes_later_is_never_confirmed_earlier(placed, later, count):
    first = confirmation_day(placed, CUT, count, KNOWN.is_trading)
    assert first <= confirmation_day(placed + later, CUT, count, KNOWN.is_trading)


@given(MOMENTS)
def test_an_order_can_be_taken_back_until_its_own_cut_off(placed):
    end = dt.datetime.combine(dealing_day(placed, CUT, KNOWN.is_trading), CUT)
    assert may_cancel(placed, end - dt.timedelta(seconds=1), CUT, KNOWN.is_trading)
    assert not may_cancel(placed, end, CUT, KNOWN.is_trading)


def test_a_calendar_without_an_open_day_says_so():
    with pytest.raises(NoOpenDay):
        open_days_after(dt.date(2025, 1, 1), 1, lambda _day: False)


def test_a_product_opens_every_ninety_days_for_five():
    first = dt.date(2026, 1, 5)
    periods = OpenPeriods(first, 90, 5)
    opened = [n for n in range(-10, 200) if periods.holds(first + dt.timedelta(days=n))]
    assert opened == [0, 1, 2, 3, 4, 90, 91, 92, 93, 94, 180, 181, 182, 183, 184]
    assert OpenPeriods().holds(first)


LIMITS = OrderLimits(
    trades=("purchase",),
    first_least=Decimal(10_000),
    add_least=Decimal(1_000),
    step=Decimal(1_000),
    quota_left=Decimal(50_000),
    customer_left=Decimal(30_000),
)


@pytest.mark.parametrize(
    ("amount", "kind", "holds", "codes"),
    [
        ("10000", "purchase", False, []),
        ("9999.99", "purchase", False, ["least"]),
        ("1000", "purchase", True, []),
        ("10500", "purchase", False, ["step"]),
        ("31000", "purchase", False, ["customer_quota"]),
        ("51000", "purchase", False, ["quota", "customer_quota"]),
        ("10000", "redeem", False, ["trade"]),
        ("0.001", "purchase", False, ["amount"]),
        ("-5", "purchase", False, ["amount"]),
        ("NaN", "purchase", False, ["amount"]),
        ("1E+15", "purchase", False, ["quota", "customer_quota"]),
    ],
)
def test_an_amount_is_held_against_every_limit(amount, kind, holds, codes):
    decision = may_buy(Decimal(amount), LIMITS, kind=kind, holds_already=holds)
    assert [each.code for each in decision.reasons] == codes


MONEY = st.decimals(0, 10**9, places=2)


@given(MONEY, MONEY, MONEY)
def test_a_redemption_is_paid_in_two_parts_that_make_it_whole(asked, limit, paid):
    fast, ordinary = fast_redemption(asked, limit, paid)
    assert fast + ordinary == asked
    assert 0 <= fast <= max(limit - paid, Decimal(0))
    assert fast_redemption(asked, None, paid) == (Decimal(0), asked)


@given(MONEY, MONEY, st.integers(1, 100))
def test_a_large_redemption_accepts_at_least_its_share(net, shares, percent):
    part = large_redemption(net, shares, Decimal(percent))
    assert 0 <= part <= 1
    if net <= shares * percent / 100:
        assert part == 1


def test_a_tenth_is_accepted_of_a_run_on_a_product():
    assert large_redemption(Decimal(400), Decimal(1_000), Decimal(10)) == Decimal("0.25")


def test_an_offering_below_its_least_amount_fails():
    assert not offering_succeeded(Decimal("9999999.99"), Decimal(10_000_000))
    assert offering_succeeded(Decimal(10_000_000), Decimal(10_000_000))
    assert offering_succeeded(Decimal(0), None)
