"""Amounts as people read them, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from kexin.core.ui import numbers


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        (Decimal("128412000.50"), "1.284 亿", "128.4 m"),
        (Decimal("21400000"), "2,140 万", "21.4 m"),
        (Decimal("2146380.52"), "214.6 万", "2.15 m"),
        (Decimal("620000"), "62 万", "620 k"),
        (Decimal("9999.99"), "9,999.99", "10 k"),
        (Decimal("980.5"), "980.50", "980.50"),
        (Decimal("-54000"), "−5.4 万", "−54 k"),
        (Decimal(0), "0.00", "0.00"),
        (None, "–", "–"),
    ],
)
def test_amounts_by_size(amount: Decimal | None, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert numbers.by_size(amount) == chinese
    with override("en"):
        assert numbers.by_size(amount) == english


def test_exact_amounts_round_halves_up_and_changes_carry_their_sign() -> None:
    assert numbers.exact(Decimal("1234567.125")) == "1,234,567.13"
    assert numbers.exact(Decimal("-0.005")) == "−0.01"
    assert numbers.exact(12, 0) == "12"
    assert numbers.signed(Decimal("1.80")) == "+1.8"
    assert numbers.signed(Decimal("-5.2")) == "−5.2"
    assert numbers.signed(0) == "0"
