"""A few products as a catalogue would hold them, and the institution's day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kexin.products.models import NetValue, Product
from tests.personas import Bank
from tests.product_people import hire

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def today(settings: Any) -> dt.date:
    """The institution's day."""
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return TODAY


@pytest.fixture
def house(bank: Bank, settings: Any) -> Bank:
    """The bank with drafter, reviewers and approver of products, on a Monday in March."""
    settings.KEXIN_BUSINESS_DATE = "2026-03-09"
    return hire(bank)


@pytest.fixture
def wealth(db: None, today: dt.date) -> Product:
    """An admitted wealth product with a benchmark."""
    return Product.objects.create(
        code="W90",
        name="稳健添利 90 天",
        name_en="Steady 90 days",
        product_class="wealth",
        regime="investment",
        own_grade=2,
        issuer_grade=2,
        rate=Decimal("3.2"),
        minimum_amount=Decimal(10_000),
        term_days=90,
        issuer="江澜理财",
        state="admitted",
    )


def give_values(product: Product, count: int, *, last: dt.date = TODAY, seed: int = 3) -> list[NetValue]:
    """So many daily net values up to a day, as a load would leave them: a quiet rise with a fall in the middle."""
    import numpy as np
    from django.utils import timezone

    moves = np.random.default_rng(seed).normal(0.0002, 0.004, count)
    moves[count // 2 : count // 2 + 5] -= 0.01
    level = np.exp(np.cumsum(moves))
    return NetValue.objects.bulk_create(
        NetValue(
            product=product,
            day=last - dt.timedelta(days=count - 1 - n),
            unit_value=Decimal(f"{value:.4f}"),
            accumulated=Decimal(f"{value:.4f}"),
            source="test",
            entered_by="test.import",
            entered_at=timezone.now(),
        )
        for n, value in enumerate(level)
    )


@pytest.fixture
def writer(bank: Bank) -> Any:
    """The product manager: writes texts, reviews none."""
    return hire(bank).actor("fang")
