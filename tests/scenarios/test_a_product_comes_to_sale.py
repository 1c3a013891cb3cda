"""A product comes to sale and lives: drafted, reviewed by three, admitted by a fourth, re-rated, suspended, paid out.

Fang drafts a structured deposit and a bond fund; Wu reviews their compliance, Luo scores their risk, Ning gives the
opinion of consumer protection, Du admits them. Only then a seller sees them, by each axis of classification.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.approval import decide_approval
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.products.choices import RISK_GROUPS, RiskKind
from kexin.products.data import FeeData, RiskData, TermsData
from kexin.products.operations import (
    draft_product,
    propose_rerating,
    set_fees,
    set_risks,
    set_terms,
    submit_product,
    suspend_product,
)
from kexin.products.queries import (
    ProductFilter,
    places_of,
    product_file,
    products,
    record_of,
    saleable,
)
from tests.personas import Bank
from tests.product_people import RISKS, SCORES, admitted, data_of, hire

pytestmark = pytest.mark.django_db

REQUIREMENTS = {
    "D-01": "one catalogue; a scheme of six classes as data, several schemes at once, loans and cards in the list too",
    "D-02": "a scheme of five classes with typical buyers; private wealth products by their offering",
    "D-03": "return form, and low, medium or high risk derived from the grade that rules",
    "D-04": ("liquidity, term, return method, fees, suitable customers, risk features", "the sheet as a document"),
    "D-05": "fields of each class, checked; net-value, structured, green and inclusive as axis and labels",
    "D-06": "stages by the days of the terms, with the change of risk at each",
    "D-07": "compliance, risk, consumer protection and approval before a sale; graded by factors, the higher rules",
    "D-08": "three basic risks, two additional, one of policy, all of them demanded before submission",
    "D-09": "a control for each risk, demanded by rule and database",
}
SCREENS = {
    "D-01": "产品",
    "D-02": "产品",
    "D-03": "产品",
    "D-04": "产品·总览",
    "D-05": "产品·总览",
    "D-06": "产品·交易规则、风险",
    "D-07": "产品·准入、待办",
    "D-08": "产品·风险",
    "D-09": "产品·风险",
}
TODAY = dt.date(2026, 3, 9)
LINKED: dict[str, Any] = {
    "name": "结构性存款 黄金挂钩90天",
    "product_class": "structured",
    "structure": "structured",
    "return_form": "derivative",
    "details": {"linked_to": "上海金基准价", "floor": "0.5", "cap": "2.4", "cooling_hours": "24"},
    "labels": ("inclusive",),
}


@pytest.fixture
def house(bank: Bank, settings: Any) -> Bank:
    """The bank with its product people."""
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return hire(bank)


def test_a_catalogue_by_several_axes_at_once(house: Bank) -> None:
    lin, fang = house.actor("lin"), house.actor("fang")
    fund = {"fund_type": "bond", "valuation": "按估值价计算", "strategy": "中短久期利率债"}
    linked = admitted(house, "SD-X1", **LINKED)
    admitted(house, "FD-X1", product_class="fund", regime="securities", details=fund, labels=("green",))
    admitted(house, "PW-X1", offering="private", scores={**SCORES, "offering": 5}, issuer_grade=4)
    admitted(house, "LN-X1", product_class="loan", regime="none", structure="credit", return_form="", details={})
    assert [place for _scheme, place, _buyers in places_of(linked)] == ["衍生品"]  # the five classes know none
    for wanted, expected in (
        (ProductFilter(categories={"six": "fund"}), {"FD-X1"}),
        (ProductFilter(product_class="loan"), {"LN-X1"}),
        (ProductFilter(categories={"five": "private_wealth"}), {"PW-X1"}),
        (ProductFilter(return_form="derivative"), {"SD-X1"}),
        (ProductFilter(structure="net_value"), {"FD-X1", "PW-X1"}),
        (ProductFilter(band="low"), {"SD-X1", "FD-X1", "LN-X1"}),
        (ProductFilter(band="high"), {"PW-X1"}),
        (ProductFilter(label="inclusive"), {"SD-X1"}),
    ):
        assert {each.code for each in products(lin, wanted)} == expected, wanted
    private = next(each for each in products(lin, ProductFilter(offering="private")))
    assert "合格投资者" in places_of(private)[1][2]
    with pytest.raises(RuleViolation) as refusal:
        draft_product(actor=fang, data=data_of("SD-X2", **(LINKED | {"details": {"floor": "3", "cap": "2"}})))
    assert set(refusal.value.fields) == {"linked_to", "cap"}


def test_from_the_draft_to_the_payout(house: Bank, settings: Any) -> None:
    lin, fang, luo = house.actor("lin"), house.actor("fang"), house.actor("luo")
    product = draft_product(actor=fang, data=data_of("WM-S1"))
    with pytest.raises(RuleViolation):
        submit_product(product.pk, actor=fang)  # nothing of risks, terms or a benchmark yet
    with pytest.raises(RuleViolation):
        set_risks(product.pk, actor=fang, risks=[RiskData("market", 3, "净值下跌", " ")])
    set_risks(product.pk, actor=fang, risks=RISKS[:-1])
    with pytest.raises(RuleViolation, match="六类风险"):
        submit_product(product.pk, actor=fang)

    product = admitted(house, "WM-S2")
    file = product_file(lin, product.pk)
    assert {RISK_GROUPS[RiskKind(each.kind)].value for each in file.risks} == {"basic", "additional", "policy"}
    assert all(each.control for each in file.risks)
    assert file.rating is not None
    assert (file.rating.own_grade, file.rating.issuer_grade, file.rating.grade) == (2, 2, 2)
    with pytest.raises(RuleViolation):
        set_fees(product.pk, actor=fang, fees=[FeeData("management", Decimal("0.3"))])  # admitted: not by the way

    terms = TermsData(
        trades=("offer", "cancel"), offer_from=TODAY, offer_until=dt.date(2026, 3, 13),
        established_on=dt.date(2026, 3, 16), value_on=dt.date(2026, 3, 16), matures_on=dt.date(2026, 6, 15),
        paid_on=dt.date(2026, 6, 17),
    )  # fmt: skip
    decide_approval(
        set_terms(product.pk, actor=fang, data=terms, reason="封闭式发行"),  # type: ignore[arg-type]
        actor=house.actor("du"),
        approve=True,
    )
    seen = {}
    for day in ("2026-03-10", "2026-03-20", "2026-06-15", "2026-06-18"):
        settings.KEXIN_BUSINESS_DATE = day
        seen[day] = (product_file(lin, product.pk).stage.value, saleable(lin).filter(pk=product.pk).exists())
    assert list(seen.values()) == [
        ("issue", True), ("existence", False), ("maturity", False), ("redemption", False),
    ]  # fmt: skip
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    assert [each.text for each in file.stages] == ["净值随市场波动"]

    approval = propose_rerating(
        product.pk, actor=luo, scores={**SCORES, "history": 5}, issuer_grade=3, reason="波动上升"
    )
    decide_approval(approval, actor=house.actor("du"), approve=True)
    suspend_product(product.pk, actor=house.actor("wu"), reason="核查")
    assert not saleable(lin).filter(pk=product.pk).exists()
    told = [each.act for each in record_of(lin, product.pk)]
    assert told[:3] == ["suspended", "rerated", "terms"]
    assert Event.objects.filter(name="products.ProductRerated", subject="WM-S2").count() == 1
    assert AuditEntry.objects.filter(operation="products.review_protection", outcome="done").exists()
