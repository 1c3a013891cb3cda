"""What may go wrong in a sale while nobody does anything wrong: each moment ends calmly, nothing half done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event, PolicyVersion, WorkItem
from kexin.core.policy import forget_cache, in_force
from kexin.core.policy_operations import propose_policy
from kexin.engagement.timeline import rendering_of
from kexin.holdings.models import ExchangeRate
from kexin.party.models import Customer
from kexin.people.models import ProductAuthorisation, Qualification
from kexin.people.operations import appoint, let_go
from kexin.products.events import OfferingFailed
from kexin.products.models import Product, TradingTerms
from kexin.products.operations import propose_failure, propose_resumption, suspend_product
from kexin.sales.choices import Gate
from kexin.sales.handlers import end_what_was_ordered
from kexin.sales.models import Order, QuotaReservation, Sale
from kexin.sales.operations.approving import approve_sale
from kexin.sales.operations.confirming import tell_opinion
from kexin.sales.operations.opening import open_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.operations.passing import passed_gates
from kexin.sales.tasks import lapse_sales
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.matching import sources
from kexin.suitability.matching.gather import age_of
from kexin.suitability.matching.operations import match
from tests.personas import Bank
from tests.product_people import hire
from tests.scenarios import test_a_sale_through_its_gates as story
from tests.scenarios.test_a_sale_through_its_gates import DAY, opened, read, signed

product, tolerance = story.product, story.tolerance  # the same set-up
REQUIREMENTS = {"D-26": ("refusals in the reader's language; unfinished sales lapse", "analysis is shown elsewhere")}
pytestmark = pytest.mark.django_db


def sentence(fact: Event) -> str:
    """What the timeline says of it, in the language of the moment."""
    rendering = rendering_of(fact.name)
    assert rendering is not None
    return f"{rendering.label} {rendering.sentence(fact.payload)}"


def test_a_refusal_is_read_in_the_readers_language(
    bank: Bank, chen: Customer, product: Product, tolerance: dict[str, Any], client_of: Any
) -> None:
    sale = signed(bank, chen, product)
    tolerance["now"] = sources.Assessed("expired", None, valid_until=business_date() - DAY)
    hand_over_sale(sale, actor=bank.actor("lin"))
    sale.refresh_from_db()
    assert (sale.state, sale.reason) == ("refused", "")
    browser = client_of("lin")
    address = reverse("sales:sale", args=[sale.pk])
    assert "风险测评" in browser.get(address).content.decode()
    english = browser.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "The risk assessment expired on" in english
    assert "风险测评已" not in english
    told = Event.objects.filter(name="sales.SaleClosed").latest("pk")
    assert "expired" in told.payload["reason_en"]
    with translation.override("en"):
        assert "expired" in sentence(told)
    with translation.override("zh-hans"):
        assert "风险测评" in sentence(told)


def test_an_unfinished_sale_goes_on_until_midnight_of_its_last_day(
    bank: Bank, chen: Customer, product: Product, tolerance: dict[str, Any], time_machine: Any
) -> None:
    tolerance["now"] = sources.Assessed(
        "valid",
        3,
        elder=True,
        assessment_id=1,
        valid_until=business_date() + 90 * DAY,
        horizon="d",
        experience=3,
        objective="growth",
    )
    Product.objects.filter(pk=product.pk).update(own_grade=3, issuer_grade=3)
    sale, waiting = opened(bank, chen, product), signed(bank, chen, product)
    assert sale.lapses_on == business_date() + 7 * DAY
    midnight = dt.datetime.combine(sale.lapses_on + DAY, dt.time(), zone())

    time_machine.move_to(midnight - dt.timedelta(seconds=1), tick=False)
    lapse_sales(timestamp=0)
    tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")  # the last second
    time_machine.move_to(midnight, tick=False)
    with pytest.raises(RuleViolation) as late:
        hand_over_sale(waiting, actor=bank.actor("lin"))
    assert "未在期限内" in str(late.value.message)
    lapse_sales(timestamp=0)
    lapse_sales(timestamp=0)  # told again: nothing
    for row in (sale, waiting):
        row.refresh_from_db()
        assert (row.state, row.closed_at is not None) == ("lapsed", True)
    assert WorkItem.objects.get(kind="sales.approval").status == "cancelled"
    told = Event.objects.filter(name="sales.SaleClosed", payload__sale_id__in=[sale.pk, waiting.pk]).order_by("-pk")[:2]
    assert [each.payload["state"] for each in told] == ["lapsed", "lapsed"]
    assert "逾期" in sentence(told[0])
    runs = AuditEntry.objects.filter(operation="sales.lapse_sales", outcome="done")
    assert [each.arguments["lapsed"] for each in runs] == [2]


def test_a_product_suspended_while_the_customer_reads(
    bank: Bank, chen: Customer, product: Product, client_of: Any
) -> None:
    house = hire(bank)
    sale = opened(bank, chen, product)
    tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")
    suspend_product(product.pk, actor=house.actor("fang"), reason="净值异常")
    with pytest.raises(RuleViolation) as stopped:
        read(sale, chen)
    assert "停止销售" in str(stopped.value.message)
    sale.refresh_from_db()
    assert (sale.state, passed_gates(sale)) == ("open", [Gate.ASSESSED, Gate.TOLD])
    approval = propose_resumption(product.pk, actor=house.actor("fang"), reason="已核实")
    decide_approval(approval, actor=house.actor("wu"), approve=True)
    read(sale, chen)  # on sale again: she goes on where she was
    assert passed_gates(sale)[-1] == Gate.DISCLOSED


def test_a_policy_that_changes_in_mid_sale(bank: Bank, chen: Customer, product: Product) -> None:
    sale = opened(bank, chen, product)
    tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")
    values = PolicyVersion.objects.filter(code="sales.sale").latest("number").values
    approval = propose_policy(
        actor=bank.actor("gao"), code="sales.sale", values={**values, "disclosure_seconds": 300, "sale_days": 2},
        in_force_from=business_date(), legal_basis="本机构自定", reason="多读一会儿",
    )  # fmt: skip
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    forget_cache()
    read(sale, chen, seconds=60)  # began under fifteen seconds and goes on by them
    later = opened(bank, chen, product)
    assert (later.lapses_on - business_date()).days == 2
    assert later.policies != sale.policies
    tell_opinion(later, actor=bank.actor("lin"), mode="spoken")
    with pytest.raises(RuleViolation) as fast:
        read(later, chen, seconds=60)
    assert "300" in str(fast.value.message)


def test_a_customer_who_turns_65_between_signature_and_order(
    bank: Bank, chen: Customer, product: Product, tolerance: dict[str, Any], time_machine: Any
) -> None:
    birthday = business_date() + DAY
    Customer.objects.filter(pk=chen.pk).update(
        born_year=birthday.year - 65, birthday=birthday.month * 100 + birthday.day
    )
    Product.objects.filter(pk=product.pk).update(own_grade=3, issuer_grade=3)
    elder = in_force(AssessmentPolicy).elder_age

    def by_age(rows: list[Customer], on: dt.date) -> dict[int, sources.Assessed]:
        return {row.pk: replace(tolerance["now"], elder=(age_of(row, on) or 0) >= elder) for row in rows}

    sources._assessed[:] = [by_age]  # the list is the test's own, see the fixture
    chen.refresh_from_db()
    sale = signed(bank, chen, product)
    assert Gate.APPROVED not in sale.needed, "64 years old"
    time_machine.move_to(dt.datetime.combine(birthday, dt.time(9), zone()))
    hand_over_sale(sale, actor=bank.actor("lin"))
    sale.refresh_from_db()
    assert (sale.state, Gate.APPROVED in sale.needed, Order.objects.count()) == ("open", True, 0)
    assert WorkItem.objects.get(kind="sales.approval").status == "open"
    approve_sale(sale, actor=bank.actor("zhou"), approve=True, note="已致电关怀")
    hand_over_sale(sale, actor=bank.actor("lin"))
    assert Order.objects.filter(sale=sale).count() == 1


def test_the_seller_leaves_and_somebody_who_may_sell_goes_on(bank: Bank, chen: Customer, product: Product) -> None:
    sale, today = signed(bank, chen, product), business_date()
    let_go(bank.employees["lin"], actor=system("set-up"), left_on=today - DAY)  # type: ignore[arg-type]
    appoint(bank.posts["lin"], actor=system("set-up"), employee=bank.employees["mei"], starts_on=today)  # type: ignore[arg-type]
    mei = bank.actor("mei")
    with pytest.raises(RuleViolation) as refusal:
        hand_over_sale(sale, actor=mei)
    assert "须由有权销售" in str(refusal.value.message)
    sale.refresh_from_db()
    assert (sale.state, sale.seller_id) == ("open", bank.employees["lin"].pk), "it waits, and stays Lin's sale"  # type: ignore[attr-defined]
    for row in (*Qualification.objects.all(), *ProductAuthorisation.objects.all()):
        row.pk, row.employee = None, bank.employees["mei"]
        if isinstance(row, Qualification):
            row.number = "W-2"
        row.save(force_insert=True)
    hand_over_sale(sale, actor=mei)
    assert Order.objects.get(sale=sale).made_by == "1002"


def test_an_offering_that_fails_takes_every_order_with_it(
    bank: Bank, chen: Customer, product: Product, client_of: Any
) -> None:
    house, today = hire(bank), business_date()
    TradingTerms.objects.create(
        product=product, trades=["offer", "cancel"], offer_from=today - DAY, offer_until=today + DAY,
        established_on=today + 3 * DAY, value_on=today + 3 * DAY, quota=Decimal(900_000), raise_least=Decimal(10**8),
    )  # fmt: skip
    reading, ordered = opened(bank, chen, product), signed(bank, chen, product)
    hand_over_sale(ordered, actor=bank.actor("lin"))
    approval = propose_failure(product.pk, actor=house.actor("fang"), reason="未达最低募集规模，产品不成立")
    assert Sale.objects.exclude(state="failed").count() == 2, "nothing before somebody else has approved"
    decide_approval(approval, actor=house.actor("wu"), approve=True)
    fact = Event.objects.filter(name="products.OfferingFailed").latest("pk")
    for _twice in range(2):
        end_what_was_ordered(OfferingFailed(**fact.payload))
    for sale in (reading, ordered):
        sale.refresh_from_db()
        assert (sale.state, "不成立" in sale.reason) == ("failed", True)
    assert Order.objects.get(sale=ordered).state == "failed"
    assert not QuotaReservation.objects.filter(ended_at=None).exists()
    told = WorkItem.objects.filter(kind="sales.offering_failed", customer_id=chen.pk)
    assert told.count() == 2
    page = client_of("fang").get(reverse("products:product", args=[product.pk])).content.decode()
    assert "已退出" in page
    assert AuditEntry.objects.filter(operation="sales.fail_sales_of", outcome="done").count() == 2
    TradingTerms.objects.filter(product=product).update(value_on=today)
    with pytest.raises(RuleViolation):  # once the return counts, nothing can fail any more
        propose_failure(product.pk, actor=house.actor("fang"), reason="再次")


def test_an_amount_in_a_foreign_currency_counts_at_its_rate(bank: Bank, chen: Customer, product: Product) -> None:
    lin = bank.actor("lin")
    Product.objects.filter(pk=product.pk).update(currency="USD", own_grade=3, issuer_grade=3)
    unknown = match(chen, product, actor=lin, channel="phone", amount=Decimal(50_000))
    assert [each["code"] for each in unknown.refusals] == ["rate_missing"]
    ExchangeRate.objects.create(currency="USD", day=business_date(), rate=Decimal("7.1"))
    Customer.objects.filter(pk=chen.pk).update(assets=Decimal(100_000))
    told = match(chen, product, actor=lin, channel="phone", amount=Decimal(50_000))  # 355,000 of 455,000 yuan
    assert [(each["code"], each["values"]["share"]) for each in told.conditions] == [("concentration_near", "78.0")]
    sale = open_sale(
        chen, product, actor=lin, amount=Decimal(50_000), channel="remote", staff_took_part=True, decision_no=told.pk
    )
    assert sale.currency == "USD"
