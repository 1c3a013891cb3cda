"""Money, percentages, durations: exact, with their unit, as people type and read them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.values import Duration, Money, Percentage, Unit

amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=2)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "amount", "currency"),
    [
        ("1,234.50", "1234.50", "CNY"),
        ("62.5万", "625000.0", "CNY"),
        ("1.2 亿元", "120000000.0", "CNY"),
        ("１２３", "123", "CNY"),
        ("¥ 8", "8", "CNY"),
        ("￥8", "8", "CNY"),
        ("USD 300", "300", "USD"),
        ("300usd", "300", "USD"),
        ("5万港元", "50000", "HKD"),
        ("-8k", "-8000", "CNY"),
        ("−.5", "-0.5", "CNY"),
        ("2bn EUR", "2000000000", "EUR"),
    ],
)
def test_amounts_as_people_type_them(typed: str, amount: str, currency: str) -> None:
    assert Money.parse(typed) == Money(Decimal(amount), currency)


@pytest.mark.parametrize("typed", ["", "万", "1,23", "1.2.3", "abc", "1e9", "NaN", "1" * 19, "12 apples", "٣"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        Money.parse(typed)


@given(amount=amounts)
def test_what_is_printed_in_full_can_be_read_again(amount: Decimal) -> None:
    assert Money.parse(str(Money(amount, "USD"))) == Money(amount, "USD")


@given(a=amounts, b=amounts)
def test_sums_are_exact(a: Decimal, b: Decimal) -> None:
    assert Money(a) + Money(b) - Money(b) == Money(a)
    assert (Money(a) < Money(b)) == (a < b)


def test_currencies_and_floats_do_not_mix() -> None:
    with pytest.raises(ValueError, match="CNY and USD"):
        Money(Decimal(1)) + Money(Decimal(1), "USD")
    with pytest.raises(ValueError, match="CNY and USD"):
        _ = Money(Decimal(1)) < Money(Decimal(1), "USD")
    with pytest.raises(TypeError, match="float"):
        Money(1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="currency"):
        Money(Decimal(1), "yuan")


def test_rounding_follows_the_currency() -> None:
    assert Money(Decimal("2.345")).rounded().amount == Decimal("2.35")
    assert Money(Decimal("2.5"), "JPY").rounded().amount == Decimal("3")
    assert str(Money(Decimal("2.3456"), "KWD")) == "2.346 KWD"


def test_by_size_in_both_languages() -> None:
    money = Money(Decimal("128400000"))
    assert money.short() == "128.4 m CNY"
    with translation.override("zh-hans"):
        assert "亿" in money.short()
        assert "万" in Money(Decimal(625_000)).short()


@pytest.mark.parametrize(
    ("typed", "percent"),
    [("3.5", "3.5"), ("3.5 %", "3.5"), ("５％", "5"), ("5‰", "0.5"), ("25bp", "0.25"), ("-1%", "-1")],
)
def test_percentages(typed: str, percent: str) -> None:
    assert Percentage.parse(typed) == Percentage(Decimal(percent))


def test_a_percentage_of_an_amount() -> None:
    assert Percentage(Decimal("0.35")).of(Decimal(1000)) == Decimal("3.5")
    assert str(Percentage(Decimal("3.50"))) == "3.5%"
    assert Percentage(Decimal("3.456")).format() == "3.46%"
    with pytest.raises(ValueError, match="percentage"):
        Percentage.parse("half")


@pytest.mark.parametrize(
    ("typed", "amount", "unit"),
    [
        ("5 working days", 5, Unit.WORKING_DAYS),
        ("15个工作日", 15, Unit.WORKING_DAYS),
        ("24h", 24, Unit.CLOCK_HOURS),
        ("0.5 working hours", "0.5", Unit.WORKING_HOURS),
        ("60 天", 60, Unit.CALENDAR_DAYS),
        ("30日", 30, Unit.CALENDAR_DAYS),
        ("2 工作小时", 2, Unit.WORKING_HOURS),
    ],
)
def test_durations_as_people_type_them(typed: str, amount: int | str, unit: Unit) -> None:
    assert Duration.parse(typed) == Duration(amount, unit)


@given(amount=st.integers(0, 1000), unit=st.sampled_from(Unit))
def test_a_printed_duration_can_be_read_again(amount: int, unit: Unit) -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            assert Duration.parse(str(Duration(amount, unit))) == Duration(amount, unit)


@pytest.mark.parametrize("make", [lambda: Duration(-1, "working_days"), lambda: Duration("1.5", Unit.CALENDAR_DAYS)])
def test_impossible_durations(make: object) -> None:
    with pytest.raises(ValueError, match=r"not negative|whole"):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("typed", ["", "5", "5 moons", "days"])
def test_what_is_no_duration_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        Duration.parse(typed)


def test_singular_and_plural() -> None:
    assert str(Duration(1, "working_days")) == "1 working day"
    assert str(Duration(Decimal("1.50"), "clock_hours")) == "1.5 hours"
