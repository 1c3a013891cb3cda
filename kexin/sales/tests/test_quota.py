"""What is left of a quota, as a rule. No database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kexin.sales.quota.rules import QuotaUse, may_reserve

NONE = QuotaUse(None)


def use(quota: int, placed: int = 0, reserved: int = 0) -> QuotaUse:
    return QuotaUse(Decimal(quota), Decimal(placed), Decimal(reserved))


@pytest.mark.parametrize(
    ("whole", "customer", "codes"),
    [
        (NONE, NONE, []),
        (use(100), NONE, []),  # the whole of it
        (use(99), NONE, ["quota"]),
        (use(200, placed=60, reserved=41), NONE, ["quota"]),
        (use(200, placed=60, reserved=40), NONE, []),
        (use(50, placed=80), NONE, ["quota"]),  # a quota made smaller later leaves nothing, not less
        (NONE, use(100, placed=1), ["customer_quota"]),
        (use(99), use(99), ["quota", "customer_quota"]),
    ],
)
def test_an_amount_fits_into_what_is_left(whole: QuotaUse, customer: QuotaUse, codes: list[str]) -> None:
    assert [each.code for each in may_reserve(Decimal(100), whole, customer).reasons] == codes


def test_whoever_comes_second_reads_why() -> None:
    (gone,) = may_reserve(Decimal(100), use(50, placed=80), NONE).reasons
    assert "用完" in str(gone.text)
    (some,) = may_reserve(Decimal(100), use(120, reserved=50), NONE).reasons
    assert "70" in str(some.text)
