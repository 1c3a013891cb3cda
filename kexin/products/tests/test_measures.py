"""Return, fall and fluctuation of net values, and when they may be shown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.products.values import measures
from kexin.products.values.measures import Series, series_of
from kexin.products.values.rules import (
    jump,
    months_later,
    net_value_possible,
    performance_may_be_shown,
    plausible,
)

D = dt.date


def of(*values: float, accumulated: tuple[float, ...] | None = None) -> Series:
    """One net value a day from 1 January on."""
    whole = accumulated or values
    return series_of([(D(2026, 1, 1) + dt.timedelta(days=n), values[n], whole[n]) for n in range(len(values))])


def test_a_distribution_is_no_loss() -> None:
    paid = of(1.10, 1.00, 1.05, accumulated=(1.10, 1.10, 1.15))
    assert paid.returns == pytest.approx([0, 0.05])
    assert measures.period_return(paid) == pytest.approx(0.05)
    assert measures.largest_fall(paid) is None


def test_return_by_the_year_and_nothing_of_too_little() -> None:
    assert measures.annualised(0.01, 73) == pytest.approx(1.01**5 - 1)
    assert measures.annualised(0.01, 0) is None
    assert measures.annualised(-1, 30) is None
    assert measures.period_return(of(1.0)) is None
    assert measures.period_return(of()) is None
    assert measures.volatility(of(1.0, 1.1).returns, 250) is None


def test_the_largest_fall_has_a_top_a_bottom_and_a_day_of_return() -> None:
    found = measures.largest_fall(of(1.0, 1.2, 0.9, 1.0, 1.2, 1.1))
    assert found is not None
    assert found.depth == pytest.approx(0.25)
    assert (found.top.day, found.bottom.day, found.back and found.back.day) == (2, 3, 5)
    open_still = measures.largest_fall(of(1.0, 0.8, 0.9))
    assert open_still is not None
    assert open_still.back is None


def test_volatility_is_the_deviation_by_the_year() -> None:
    moves = np.array([0.01, -0.01, 0.02, 0.0])
    assert measures.volatility(moves, 250) == pytest.approx(moves.std(ddof=1) * 250**0.5)


@given(st.lists(st.floats(0.2, 5), min_size=2, max_size=60))
def test_a_fall_lies_between_nought_and_all(values: list[float]) -> None:
    found = measures.largest_fall(of(*values))
    assert found is None or 0 < found.depth < 1
    assert found is None or found.top < found.bottom
    gained = measures.period_return(of(*values))
    assert gained == pytest.approx(values[-1] / values[0] - 1)


def test_months_end_where_the_month_ends() -> None:
    assert months_later(D(2026, 1, 31), 1) == D(2026, 2, 28)
    assert months_later(D(2026, 12, 15), 1) == D(2027, 1, 15)


@pytest.mark.parametrize(
    ("began", "today", "allowed"),
    [
        (None, D(2026, 3, 1), False),
        (D(2026, 2, 2), D(2026, 3, 1), False),
        (D(2026, 2, 1), D(2026, 3, 1), True),
    ],
)
def test_the_past_is_shown_once_a_product_is_old_enough(began: dt.date | None, today: dt.date, allowed: bool) -> None:
    assert bool(performance_may_be_shown(began, today, 1)) is allowed


def test_what_is_no_net_value_is_told_at_its_field() -> None:
    today = D(2026, 11, 20)
    found = net_value_possible("time_deposit", today + dt.timedelta(days=1), Decimal(0), Decimal(1), today=today)
    assert {reason.field for reason in found.reasons} == {"product", "day", "unit_value"}
    assert net_value_possible("fund", today, Decimal("1.0234"), Decimal("1.5"), today=today)


def test_a_leap_asks_to_be_confirmed() -> None:
    assert jump(Decimal(1), Decimal("0.75")) == 25
    assert plausible(Decimal(1), Decimal("1.2"), Decimal(20), D(2026, 1, 1))
    assert not plausible(Decimal(1), Decimal("1.21"), Decimal(20), D(2026, 1, 1))
    assert plausible(None, Decimal(9), Decimal(20), None)
