"""Birthdays by the solar and the lunar calendar, against published dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.errors import NotPermitted
from kexin.party.birthdays import birthdays, lunar_codes, solar_codes
from kexin.party.models import Customer, Party

D = dt.date


# Festivals as the State Council's notices and the calendar of the Purple Mountain Observatory (GB/T 33661) date them.
@pytest.mark.parametrize(
    ("day", "code"),
    [
        (D(2024, 2, 10), "01-01"),  # Spring Festival
        (D(2025, 1, 29), "01-01"),
        (D(2026, 2, 17), "01-01"),
        (D(2025, 5, 31), "05-05"),  # Dragon Boat
        (D(2026, 6, 19), "05-05"),
        (D(2024, 9, 17), "08-15"),  # Mid-Autumn
        (D(2025, 10, 6), "08-15"),
        (D(2026, 9, 25), "08-15"),
        (D(2026, 10, 18), "09-09"),  # Double Ninth
    ],
)
def test_published_festivals(day: dt.date, code: str) -> None:
    assert code in set(lunar_codes(day))


def test_nobody_has_a_birthday_in_a_leap_month() -> None:
    leap = [D(2025, 7, 25) + dt.timedelta(days=n) for n in range(29)]  # 闰六月 of 2025: 25 July to 22 August
    assert not [code for day in leap for code in lunar_codes(day)]
    assert "06-01" in set(lunar_codes(D(2025, 6, 25)))
    assert "07-01" in set(lunar_codes(D(2025, 8, 23)))
    assert not list(lunar_codes(D(2023, 3, 22)))  # 闰二月初一


def test_the_thirtieth_of_a_short_month_is_its_last_day() -> None:
    eve = D(2025, 1, 28)  # 除夕 of the year 2024 is 腊月二十九: the month is a short one
    assert list(lunar_codes(eve)) == ["12-29", "12-30"]
    assert list(lunar_codes(D(2024, 2, 9))) == ["12-30"]  # the year before it was a long one
    assert list(lunar_codes(D(2024, 2, 8))) == ["12-29"]


def test_every_lunar_birthday_comes_once_a_year() -> None:
    for year in (2023, 2024, 2025, 2026):
        first = {2023: D(2023, 1, 22), 2024: D(2024, 2, 10), 2025: D(2025, 1, 29), 2026: D(2026, 2, 17)}[year]
        last = {2023: D(2024, 2, 9), 2024: D(2025, 1, 28), 2025: D(2026, 2, 16), 2026: D(2027, 2, 5)}[year]
        codes = [c for n in range((last - first).days + 1) for c in lunar_codes(first + dt.timedelta(days=n))]
        assert len(codes) == len(set(codes)) == 360


def test_the_leap_day_is_kept_on_the_28th() -> None:
    assert list(solar_codes(D(2025, 2, 28))) == [228, 229]
    assert list(solar_codes(D(2024, 2, 28))) == [228]
    assert list(solar_codes(D(2024, 2, 29))) == [229]


@pytest.mark.django_db
def test_the_stated_calendar_decides(bank: Any, chen: Any) -> None:
    Customer.objects.filter(pk=chen.pk).update(born_year=1957, birthday=123)  # 丙申年腊月廿三
    actor = bank.actor("lin")
    (found,) = birthdays(actor, D(2026, 1, 20), D(2026, 1, 31))
    assert (found.customer.pk, found.day, found.lunar, found.turns) == (chen.pk, D(2026, 1, 23), False, 69)
    Party.objects.filter(pk=chen.pk).update(lunar_birthday="12-23")
    assert birthdays(actor, D(2026, 1, 20), D(2026, 1, 31)) == []
    (found,) = birthdays(actor, D(2026, 2, 1), D(2026, 2, 28))
    assert (found.day, found.lunar, found.turns) == (D(2026, 2, 10), True, 69)


@pytest.mark.django_db
def test_birthdays_are_within_reach_only(bank: Any, chen: Any) -> None:
    Customer.objects.filter(pk=chen.pk).update(born_year=1957, birthday=123)
    span = (D(2026, 1, 20), D(2026, 1, 31))
    assert [each.customer.pk for each in birthdays(bank.actor("zhou"), *span)] == [chen.pk]
    assert birthdays(bank.actor("mei"), *span) == []
    with pytest.raises(NotPermitted):
        birthdays(bank.actor("gao"), *span)
    with pytest.raises(ValueError, match="62 days"):
        birthdays(bank.actor("lin"), D(2026, 1, 1), D(2026, 3, 4))
