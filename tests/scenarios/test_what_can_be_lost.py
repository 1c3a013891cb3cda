"""What can be lost: value at risk and expected shortfall of a product, and of all that Mrs Chen holds together, at the
confidence and over the days of the policy. The bank asks for another confidence: the figure changes from that day on.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from scipy import stats

from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.models import AuditEntry
from kexin.core.policy_operations import propose_policy
from kexin.holdings.models import Account, Holding
from kexin.party.models import Customer
from kexin.products.models import NetValue, Product
from kexin.products.values.queries import performance
from kexin.suitability.portfolio.queries import portfolio_risk
from tests.personas import Bank

REQUIREMENTS = {
    "H-09": "value at risk and expected shortfall of a product and of a customer's holdings, three methods, at the "
    "confidence and over the days of a policy version",
}
SCREENS = {"H-09": "产品·业绩；客户·资产·在险价值"}
pytestmark = pytest.mark.django_db
TODAY, DAY = dt.date(2026, 11, 20), dt.timedelta(days=1)
DAYS = 400


@pytest.fixture(autouse=True)
def morning(time_machine: Any) -> Any:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(10), zone()), tick=False)
    return time_machine


@pytest.fixture
def held(bank: Bank, chen: Customer) -> list[Product]:
    """Two products with net values of four hundred days; Mrs Chen holds 200,000 and 100,000 yuan of them."""
    chance, rows, made = np.random.default_rng(23), [], []
    account = Account.objects.create(
        source="core", source_no="W-1", customer=chen, key_id=chen.party.key_id, kind="wealth", currency="CNY",
        unit_id=chen.unit_id, opened_on=TODAY - DAYS * DAY,
    )  # fmt: skip
    for number, (value, swing) in enumerate(((200_000, 0.004), (100_000, 0.009)), 1):
        product = Product.objects.create(
            code=f"P{number}", name=f"稳盈{number}号", product_class="wealth", state="admitted"
        )
        Holding.objects.create(
            account=account, customer=chen, product=product, units=1, cost=value, market_value=value, as_of=TODAY
        )
        level = np.cumprod(1 + chance.normal(0, swing, DAYS))
        rows += [
            NetValue(
                product=product, day=TODAY - (DAYS - n) * DAY, unit_value=round(Decimal(float(each)), 6),
                accumulated=round(Decimal(float(each)), 6), entered_by="x", entered_at=timezone.now(),
            )
            for n, each in enumerate(level)
        ]  # fmt: skip
        made.append(product)
    NetValue.objects.bulk_create(rows)
    return made


def reckoned(product: Product, confidence: float, days: int) -> tuple[float, float]:
    """By SciPy: the normal method on the daily returns, over so many days."""
    level = np.array(NetValue.objects.filter(product=product).order_by("day").values_list("accumulated", flat=True))
    returns = np.diff(level.astype(float)) / level[:-1].astype(float)
    loss = stats.norm(-returns.mean(), returns.std(ddof=1))
    at_risk = float(loss.ppf(confidence))
    beyond = float(loss.expect(lambda x: x, lb=at_risk, conditional=True))
    return at_risk * days**0.5, beyond * days**0.5


def test_what_a_product_may_lose(bank: Bank, held: list[Product], client_of: Any) -> None:
    found = client_of("lin").get(f"/api/v1/products/{held[0].pk}/performance").json()["risk"]
    at_risk, beyond = reckoned(held[0], 0.99, 10)
    assert float(found["parametric"]["value_at_risk"]) == pytest.approx(at_risk, rel=1e-3)
    assert float(found["parametric"]["expected_shortfall"]) == pytest.approx(beyond, rel=1e-3)
    assert found["observations"] == DAYS - 1
    for each in (found["historical"], found["parametric"], found["cornish_fisher"]):
        assert 0 < float(each["value_at_risk"]) <= float(each["expected_shortfall"])
    page = client_of("lin").get(reverse("core:panel", args=["product", held[0].pk, "performance"])).content.decode()
    assert "历史模拟法" in page
    assert f"{100 * at_risk:.2f}%" in page


def test_what_she_may_lose_of_all_she_holds(bank: Bank, chen: Customer, held: list[Product], client_of: Any) -> None:
    found = client_of("lin").get(f"/api/v1/customers/{chen.pk}/portfolio-risk").json()
    assert (Decimal(found["value"]), found["confidence_percent"], found["horizon_days"]) == (300_000, "99", 10)
    by = {each["method"]: each for each in found["losses"]}
    alone = 200_000 * reckoned(held[0], 0.99, 10)[0] + 100_000 * reckoned(held[1], 0.99, 10)[0]
    assert 0 < float(by["parametric"]["amount"]) < alone  # what moves apart helps
    assert Decimal(by["historical"]["amount"]) <= Decimal(by["historical"]["beyond_amount"])
    page = client_of("lin").get(reverse("core:panel", args=["customer", chen.pk, "portfolio_risk"])).content.decode()
    assert "99%" in page
    assert client_of("mei").get(f"/api/v1/customers/{chen.pk}/portfolio-risk").status_code == 404
    assert AuditEntry.objects.filter(operation="suitability.view_portfolio_risk", outcome="read").exists()


def test_another_version_changes_the_figure_from_its_day_on(
    bank: Bank, chen: Customer, held: list[Product], morning: Any
) -> None:
    lin = bank.actor("lin")

    def figures() -> tuple[float, Decimal, int]:
        one, whole = performance(lin, held[0].pk), portfolio_risk(lin, chen.pk)
        assert one.risk is not None
        (normal,) = [each for each in whole.losses if each.method == "parametric"]
        return one.risk.parametric.value_at_risk, normal.amount, whole.horizon_days

    before = figures()
    approval = propose_policy(
        actor=bank.actor("gao"), code="products.value_at_risk",
        values={"confidence_percent": 95, "horizon_days": 1, "window": 500, "least": 250},
        in_force_from=TODAY + DAY, legal_basis="本机构自定", reason="日常监测用一日95%",
    )  # fmt: skip
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert figures() == before  # not in force yet
    morning.move_to(dt.datetime.combine(TODAY + DAY, dt.time(10), zone()), tick=False)
    after = figures()
    assert after[2] == 1
    assert after[0] == pytest.approx(reckoned(held[0], 0.95, 1)[0], rel=1e-3)
    assert after[1] < before[1]
