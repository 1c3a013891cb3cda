"""Products side by side: equal periods only, nothing under the shortest time, the same words everywhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kexin.products.models import NetValue, Product
from kexin.products.tests.conftest import TODAY
from kexin.products.values.comparing import equal_spans, percent, side_by_side

DAY = dt.timedelta(days=1)


def days(first: dt.date, last: dt.date, step: int = 1) -> list[dt.date]:
    return [first + DAY * n for n in range(0, (last - first).days + 1, step)]


def test_a_period_is_the_same_for_all() -> None:
    old = days(dt.date(2025, 1, 2), TODAY)
    young = days(dt.date(2026, 7, 1), TODAY - DAY)
    assert equal_spans([old, young], 1) == [
        (0, dt.date(2026, 7, 1), dt.date(2026, 11, 19)),
        (3, dt.date(2026, 8, 19), dt.date(2026, 11, 19)),
        (1, dt.date(2026, 10, 19), dt.date(2026, 11, 19)),
    ]
    assert [months for months, _first, _last in equal_spans([old, old], 1)] == [0, 12, 3, 1]


def test_nothing_shorter_than_the_policy_lets_be_shown() -> None:
    old, young = days(dt.date(2025, 1, 2), TODAY), days(TODAY - 40 * DAY, TODAY)
    assert [months for months, _first, _last in equal_spans([old, old], 6)] == [0, 12]
    assert equal_spans([old, young], 2) == []  # forty days in common are less than two months
    assert equal_spans([old, []][:1], 1) == []
    assert equal_spans([days(TODAY - 90 * DAY, TODAY - 60 * DAY), days(TODAY - 30 * DAY, TODAY)], 1) == []


@pytest.mark.django_db
def test_one_read_for_four_and_the_young_stay_silent(wealth: Product, today: dt.date, settings: Any) -> None:
    def another(code: str, product_class: str = "wealth") -> Product:
        return Product.objects.create(code=code, name=code, product_class=product_class, state="admitted")

    weekly, young, deposit = another("W2"), another("W3"), another("D1", "time_deposit")
    rows = []
    for product, every, first in ((wealth, 1, 400), (weekly, 7, 399), (young, 1, 20)):
        for day in days(TODAY - first * DAY, TODAY, every):
            level = 1 + Decimal((day - (TODAY - 400 * DAY)).days) / 10_000
            rows.append(
                NetValue(product=product, day=day, unit_value=level, accumulated=level, entered_at=timezone.now())
            )
    NetValue.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as caught:
        found = side_by_side([wealth, weekly, young, deposit])
    assert len([each for each in caught if "netvalue" in each["sql"]]) == 1
    assert [each.months for each in found.periods] == [0, 12, 3, 1]
    for each in found.periods:
        assert each.gained[2] is None
        assert each.gained[3] is None
        assert all(isinstance(gained, float) and gained > 0 for gained in each.gained[:2])
    month = found.periods[-1]
    assert (month.last - month.first).days in (30, 31)
    assert abs(month.gained[0] - month.gained[1]) < 0.0008  # type: ignore[operator]  # a weekly value stands up to six days
    assert str(TODAY - 20 * DAY) not in found.against[2]  # it says from when, not that it is good
    assert found.against[2]
    assert not found.against[3]  # a deposit has no net value to be silent about
    assert "过往业绩不代表未来" in found.past_words
    assert percent(-0.0123) == "−1.23%"
