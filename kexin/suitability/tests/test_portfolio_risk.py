"""Value at risk of holdings together: against NumPy and SciPy, and on the customer's page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from scipy import stats

from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.holdings.models import Account, Holding
from kexin.products.models import NetValue, Product
from kexin.products.values.value_at_risk import risk_of
from kexin.suitability.portfolio.queries import portfolio_risk
from kexin.suitability.portfolio.rules import together

FIRST = dt.date(2025, 1, 1)
WORTH = {1: Decimal(600_000), 2: Decimal(300_000), 3: Decimal(100_000)}


def drawn(days: int = 500) -> dict[int, dict[dt.date, float]]:
    """Three products that move partly together."""
    chance = np.random.default_rng(11)
    market = chance.normal(0.0002, 0.008, days)
    rows = {1: market + chance.normal(0, 0.002, days), 2: 0.5 * market, 3: chance.standard_t(4, days) * 0.012}
    return {pk: {FIRST + dt.timedelta(n): float(each) for n, each in enumerate(row)} for pk, row in rows.items()}


def test_the_portfolio_moves_as_its_weights_say_and_scipy_and_numpy_agree() -> None:
    returns = drawn()
    found = together(WORTH, returns, window=400, least=100)
    whole = np.array([list(returns[pk].values())[-400:] for pk in WORTH])
    weights = np.array([0.6, 0.3, 0.1])
    assert found.returns == pytest.approx(weights @ whole)
    assert (found.used, len(found.days)) == ((1, 2, 3), 400)
    risk = risk_of(found.returns, 0.99, 1)
    spread = float(np.sqrt(weights @ np.cov(whole) @ weights))
    loss = stats.norm(-float(weights @ whole.mean(axis=1)), spread)
    assert risk.parametric.value_at_risk == pytest.approx(loss.ppf(0.99), rel=1e-9)
    beyond = loss.expect(lambda x: x, lb=loss.ppf(0.99), conditional=True)
    assert risk.parametric.expected_shortfall == pytest.approx(beyond, rel=1e-6)
    worse = np.sort(-found.returns)[::-1]
    assert risk.historical.value_at_risk == pytest.approx(worse[3])
    assert np.quantile(-found.returns, 0.99, method="inverted_cdf") in worse[3:5]
    alone = [risk_of(np.array(row), 0.99, 1).parametric.value_at_risk for row in whole]
    assert risk.parametric.value_at_risk < weights @ np.array(alone), "what moves apart helps"


def test_products_that_say_too_little_are_left_out_until_the_rest_share_enough_days() -> None:
    returns = drawn()
    few = {**returns, 3: dict(list(returns[3].items())[:60])}
    assert together(WORTH, few, window=400, least=100).used == (1, 2)
    apart = {**returns, 3: {day + dt.timedelta(450): value for day, value in list(returns[3].items())[:120]}}
    assert together(WORTH, apart, window=400, least=100).used == (1, 2), "the shortest goes, not everything"
    assert together({1: Decimal(0)}, returns, window=400, least=100).used == ()
    assert len(together({}, {}, window=400, least=100).returns) == 0


@pytest.mark.django_db
def test_a_manager_sees_it_beside_the_assets_and_nobody_of_another_branch(bank: Any, chen: Any, client_of: Any) -> None:
    today, chance = business_date(), np.random.default_rng(5)
    account = Account.objects.create(
        source="core", source_no="W-1", customer=chen, key_id=chen.party.key_id, kind="wealth", currency="CNY",
        unit_id=chen.unit_id, opened_on=today,
    )  # fmt: skip
    rows = []
    for number, (days, value) in enumerate(((300, 200_000), (300, 100_000), (5, 50_000)), 1):
        product = Product.objects.create(code=f"P{number}", name=f"稳盈{number}号", product_class="wealth")
        Holding.objects.create(
            account=account, customer=chen, product=product, units=1, cost=value, market_value=value, as_of=today
        )
        levels = np.cumprod(1 + chance.normal(0, 0.004, days))
        rows += [
            NetValue(
                product=product, day=today - dt.timedelta(days - n), unit_value=round(Decimal(level), 6),
                accumulated=round(Decimal(level), 6), entered_by="x", entered_at=timezone.now(),
            )
            for n, level in enumerate(levels)
        ]  # fmt: skip
    NetValue.objects.bulk_create(rows)
    found = portfolio_risk(bank.actor("lin"), chen.pk)
    assert (found.value, found.left_out_value) == (Decimal(300_000), Decimal(50_000))
    assert [each.code for each in found.left_out] == ["P3"]
    assert found.observations >= 200
    assert {each.method for each in found.losses} >= {"historical", "parametric"}
    for each in found.losses:
        assert 0 < each.amount <= each.beyond_amount < found.value
        assert each.amount == pytest.approx(found.value * each.percent / 100, abs=Decimal(20))
    with pytest.raises(NotFound):
        portfolio_risk(bank.actor("mei"), chen.pk)
    page = client_of("lin").get(reverse("core:panel", args=["customer", chen.pk, "portfolio_risk"])).content.decode()
    assert "历史模拟法" in page
    assert "稳盈3号" in page
