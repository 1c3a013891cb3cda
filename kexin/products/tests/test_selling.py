"""On the shelf and off it; another grade; another benchmark: who may, what is told, what is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from kexin.core.approval import decide_approval
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.products.models import Benchmark, RiskRating
from kexin.products.operations import (
    change_benchmark,
    propose_rerating,
    propose_resumption,
    redraft_product,
    set_terms,
    suspend_product,
    withdraw_product,
)
from kexin.products.queries import product_file, saleable, trading_preview
from tests.product_people import BENCHMARK, SCORES, TERMS, admitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(house):
    return admitted(house)


def test_a_suspended_product_is_not_sold_until_somebody_else_resumes_it(house, product):
    fang, lin = house.actor("fang"), house.actor("lin")
    with pytest.raises(RuleViolation):
        suspend_product(product.pk, actor=fang, reason=" ")
    with pytest.raises(NotPermitted):
        suspend_product(product.pk, actor=lin, reason="行情")
    suspend_product(product.pk, actor=fang, reason="管理人核查")
    assert not saleable(lin).exists()
    approval = propose_resumption(product.pk, actor=fang, reason="核查完毕")
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=fang, approve=True)
    decide_approval(approval, actor=house.actor("du"), approve=True)
    assert list(saleable(lin)) == [product]
    told = list(Event.objects.filter(name__startswith="products.").order_by("id").values_list("name", flat=True))[-2:]
    assert told == ["products.ProductSuspended", "products.ProductResumed"]
    entry = AuditEntry.objects.get(operation="products.suspend_product", outcome="done")
    assert entry.arguments["reason"] == "管理人核查"


def test_a_withdrawn_product_comes_back_only_through_admission(house, product):
    fang = house.actor("fang")
    withdraw_product(product.pk, actor=fang, reason="产品线调整")
    with pytest.raises(RuleViolation):
        propose_resumption(product.pk, actor=fang, reason="再试")
    redraft_product(product.pk, actor=fang, reason="重新设计")
    product.refresh_from_db()
    assert product.state == "draft"
    assert not saleable(house.actor("lin")).exists()


def test_another_grade_rules_once_approved_and_is_told_with_both_grades(house, product):
    luo = house.actor("luo")
    scores = SCORES | {"history": 5, "leverage": 4}
    approval = propose_rerating(product.pk, actor=luo, scores=scores, issuer_grade=3, reason="信用利差走阔")
    product.refresh_from_db()
    assert product.risk_grade == 2  # a proposal changes nothing
    with pytest.raises(RuleViolation):
        propose_rerating(product.pk, actor=luo, scores=scores, reason="再来一次")
    decide_approval(approval, actor=house.actor("du"), approve=True)
    product.refresh_from_db()
    assert (product.own_grade, product.issuer_grade, product.risk_grade) == (4, 3, 4)
    event = Event.objects.get(name="products.ProductRerated")
    assert (event.payload["before"], event.payload["after"]) == (2, 4)
    assert sorted(RiskRating.objects.values_list("grade", "state")) == [(2, "replaced"), (4, "in_force")]


def test_a_rejected_grade_leaves_everything_as_it_was(house, product):
    approval = propose_rerating(product.pk, actor=house.actor("luo"), scores=SCORES | {"history": 5}, reason="波动")
    decide_approval(approval, actor=house.actor("wu"), approve=False, note="依据不足")
    product.refresh_from_db()
    assert product.risk_grade == 2
    assert set(RiskRating.objects.values_list("state", flat=True)) == {"in_force", "dropped"}
    assert not Event.objects.filter(name="products.ProductRerated").exists()


def test_a_benchmark_changes_with_reason_and_keeps_its_history(house, product):
    fang = house.actor("fang")
    other = dataclasses.replace(BENCHMARK, from_on=dt.date(2026, 3, 16), low=Decimal("1.65"))
    with pytest.raises(RuleViolation) as refusal:
        change_benchmark(product.pk, actor=fang, data=other)
    assert "reason" in refusal.value.fields
    with pytest.raises(RuleViolation) as refusal:
        change_benchmark(product.pk, actor=fang, data=dataclasses.replace(BENCHMARK, reason="下调"))
    assert "from_on" in refusal.value.fields
    approval = change_benchmark(product.pk, actor=fang, data=dataclasses.replace(other, reason="市场收益率下行"))
    decide_approval(approval, actor=house.actor("du"), approve=True)
    assert [each.words for each in Benchmark.objects.all()] == ["1.65%", "1.85%"]
    assert product_file(fang, product.pk).benchmark.words == "1.85%"  # the new one begins next Monday
    assert Event.objects.get(name="products.BenchmarkChanged").payload["before"] == "1.85%"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"trades": ()}, "trades"),
        ({"payout_days": 0}, "payout_days"),
        ({"offer_from": dt.date(2026, 5, 1), "offer_until": dt.date(2026, 4, 1)}, "offer_until"),
        ({"matures_on": dt.date(2026, 5, 1), "paid_on": dt.date(2026, 4, 30)}, "paid_on"),
        ({"open_every_days": 90}, "open_length_days"),
        ({"trades": ("offer",)}, "offer_until"),
        ({"fast_limit": Decimal(10_001)}, "fast_limit"),
        ({"quota": Decimal("0.001")}, "quota"),
    ],
)
def test_terms_that_contradict_each_other_are_refused_at_their_field(house, product, change, field):
    data = dataclasses.replace(TERMS, **change)
    with pytest.raises(RuleViolation) as refusal:
        set_terms(product.pk, actor=house.actor("fang"), data=data, reason="调整")
    assert field in refusal.value.fields


def test_what_becomes_of_an_order_today(house, product):
    from kexin.core.calendar import zone

    placed = dt.datetime(2026, 3, 13, 15, 0, tzinfo=zone())  # Friday, at the cut-off
    found = trading_preview(house.actor("lin"), product.pk, placed)
    assert found is not None
    assert (found.bought.dealing_day, found.bought.confirmed_on) == (dt.date(2026, 3, 16), dt.date(2026, 3, 17))
    assert found.redeemed is not None
    assert found.redeemed.paid_on == dt.date(2026, 3, 18)
    assert found.open


def test_in_its_offering_a_product_is_confirmed_when_it_is_established(house, product):
    data = dataclasses.replace(
        TERMS, trades=("offer",), offer_until=dt.date(2026, 3, 13), established_on=dt.date(2026, 3, 16)
    )
    decide_approval(
        set_terms(product.pk, actor=house.actor("fang"), data=data, reason="封闭式发行"),
        actor=house.actor("du"),
        approve=True,
    )
    from kexin.core.calendar import zone

    last, late = (dt.datetime(2026, 3, 13, hour, tzinfo=zone()) for hour in (14, 16))
    found = trading_preview(house.actor("lin"), product.pk, last)
    assert found is not None
    assert (found.bought.confirmed_on, found.redeemed, found.open) == (dt.date(2026, 3, 16), None, True)
    after = trading_preview(house.actor("lin"), product.pk, late)
    assert after is not None
    assert not after.open
