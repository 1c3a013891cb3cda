"""Cooling-off and cut-off: the customer takes a purchase back in time, by phone or by a signed wish."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader

from kexin.core.actor import Actor, customer, system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.holdings.models import Holding
from kexin.party.models import Customer
from kexin.products.models import Product, TextVersion, TradingTerms
from kexin.products.queries import calendar_of
from kexin.products.trading import open_day_from
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.dossier.checking import _evidence, verify
from kexin.sales.models import Order, OrderDifference, Sale, Withdrawal
from kexin.sales.operations.dossiers import export_dossier
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.orders.answering import note_core_answer
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer
from kexin.sales.withdrawing.choices import Ground
from kexin.sales.withdrawing.rules import Standing, may_withdraw, right_of
from kexin.sales.withdrawing.taking_back import right_now, withdraw_sale
from kexin.suitability.models import QualifiedInvestor, SuitabilityDecision
from tests.personas import Bank
from tests.scenarios import test_a_sale_through_its_gates as story
from tests.scenarios.test_a_sale_through_its_gates import AMOUNT, DAY, OWN, signed

product, tolerance = story.product, story.tolerance  # the same set-up

REQUIREMENTS = {
    "D-06": ("cancelling in the cooling-off and before the cut-off, held in time", "conversion, regular investment")
}
SCREENS = {"D-06": "/sales/<id>/, portal: /purchases/<id>/"}
pytestmark = pytest.mark.django_db
CORE = system("core")
WISH = "柜面撤销申请书 2026-0312"


def herself(row: Customer) -> Actor:
    return customer(row.pk, row.customer_no, (*OWN, "sales.withdraw_sale"), session="portal.1", address="10.0.0.7")


@pytest.fixture
def private(product: Product, chen: Customer) -> Product:
    """A private wealth product whose documents give 48 hours; Mrs Chen is verified as qualified."""
    today = business_date()
    Product.objects.filter(pk=product.pk).update(offering="private", details={"cooling_hours": "48"})
    QualifiedInvestor.objects.create(
        customer=chen, basis="assets", evidence="资产证明", valid_until=today + 90 * DAY, verified_on=today,
        proposed_by="1001", verified_by="1005",
    )  # fmt: skip
    product.refresh_from_db()
    return product


def handed(bank: Bank, chen: Customer, product: Product) -> tuple[Sale, Order]:
    """A sale whose order the core system has."""
    sale = signed(bank, chen, product)
    hand_over_sale(sale, actor=bank.actor("lin"))
    Order.objects.filter(sale=sale).update(state="taken", attempts=1)
    sale.refresh_from_db()
    return sale, Order.objects.get(sale=sale)


def answered(number: str, kind: AnswerKind = AnswerKind.CONFIRMED, **more: Any) -> None:
    given = {"core_no": f"C-{number}", "amount": AMOUNT, "value_on": business_date(), "account_no": "6222-9"} | more
    note_core_answer(actor=CORE, answer=Answer(number, kind, **given), source="test")


NOW = dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("standing", "ground"),
    [
        (Standing("sent", "taken", NOW + HOUR, None), Ground.COOLING_OFF),
        (Standing("executed", "confirmed", NOW, None), Ground.COOLING_OFF),  # the last moment counts
        (Standing("executed", "confirmed", NOW - HOUR, NOW + HOUR), None),  # confirmed: no cut-off any more
        (Standing("sent", "taken", None, NOW + HOUR), Ground.CUT_OFF),
        (Standing("sent", "taken", None, NOW), None),  # at the cut-off the day is over
        (Standing("sent", "unclear", NOW - HOUR, NOW + HOUR), Ground.CUT_OFF),
        (Standing("open", None, NOW + HOUR, None), None),
        (Standing("failed", "refused", NOW + HOUR, NOW + HOUR), None),
        (Standing("sent", "taken", None, None), None),
    ],
)
def test_by_which_right_and_until_when(standing: Standing, ground: Ground | None) -> None:
    right = right_of(NOW, standing)
    assert (right.ground if right else None) == ground
    assert bool(may_withdraw(NOW, standing, by_customer=True, evidence="")) == (ground is not None)
    assert not may_withdraw(NOW, standing, by_customer=False, evidence=" ")


def test_in_the_cooling_off_the_holding_goes_and_the_money_comes_back(
    bank: Bank, chen: Customer, private: Product, client_of: Any
) -> None:
    sale, order = handed(bank, chen, private)
    signature = sale.signatures.get()
    assert sale.cooling_until == signature.at + dt.timedelta(hours=48), "from the signature, as the product says"
    answered(order.order_no)
    sale.refresh_from_db()
    assert (sale.state, Holding.objects.filter(customer=chen).count()) == ("executed", 1)
    browser, address = client_of("lin"), reverse("sales:sale", args=[sale.pk])
    assert "投资冷静期" in browser.get(address).content.decode()
    with pytest.raises(NotPermitted):
        withdraw_sale(sale, actor=bank.actor("sun"), evidence=WISH)
    with pytest.raises(RuleViolation) as wishless:
        withdraw_sale(sale, actor=bank.actor("lin"))
    assert list(wishless.value.fields) == ["evidence"]
    asked = withdraw_sale(sale, actor=herself(chen), reason="再考虑一下")
    assert (asked.ground, asked.party, asked.outcome) == ("cooling_off", "customer", "")
    cancelling = Order.objects.get(sale=sale, side="cancel")
    assert (cancelling.order_no, cancelling.amount) == (f"{order.order_no}-C1", AMOUNT)
    assert Holding.objects.filter(customer=chen).exists(), "nothing before the core system answers"
    with pytest.raises(RuleViolation):
        withdraw_sale(sale, actor=herself(chen))
    Order.objects.filter(pk=cancelling.pk).update(attempts=1)
    answered(cancelling.order_no)
    answered(cancelling.order_no)  # told again: nothing
    sale.refresh_from_db()
    assert (sale.state, sale.reason) == ("withdrawn", "再考虑一下")
    assert not Holding.objects.filter(customer=chen).exists()
    assert Withdrawal.objects.get().outcome == "done"
    assert WorkItem.objects.get(kind="sales.follow_up").status == "cancelled"
    facts = set(Event.objects.filter(customer_id=chen.pk).values_list("name", flat=True))
    assert {"sales.WithdrawalAsked", "sales.WithdrawalEnded", "holdings.PurchaseReversed"} <= facts
    assert AuditEntry.objects.filter(operation="sales.withdraw_sale", outcome="refused").exists()
    assert "已撤销" in browser.get(address).content.decode()
    examined(export_dossier(sale, actor=bank.actor("wu"), purpose="冷静期核查").content, sale)


def examined(file: bytes, sale: Sale) -> None:
    """The dossier holds opinions and texts whole, and notices a text that is not the one given."""
    found = verify(file, LocalAuthority().root())
    assert found.findings == ()
    assert found.data is not None
    sections = {each["code"]: each for each in found.data["sections"]}
    opinion = next(e for e in found.data["sections"] if e["code"] == "opinion" and e["data"]["no"] == sale.decision_no)
    stored = SuitabilityDecision.objects.get(pk=sale.decision_no or 0)
    assert (opinion["data"]["facts"], opinion["data"]["conditions"]) == (stored.facts, stored.conditions)
    assert opinion["data"]["policy"]["values"] == stored.policy.values
    (text,) = found.data["texts"]
    given = TextVersion.objects.get()
    assert (text["body"], text["sha256"], text["language"]) == (given.body, given.sha256, "zh")
    assert sections["taken_back"]["data"]["asked"][0]["outcome"] == "done"
    names = PdfFileReader(io.BytesIO(file)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    attached = {str(names[i]): names[i + 1] for i in range(0, len(names), 2)}
    assert attached[text["name"]]["/EF"]["/F"].data.decode() == given.body
    other = {**found.data, "texts": [{**text, "body": text["body"] + "保本"}]}
    assert [each.code for each in _evidence(other, LocalAuthority().root())] == ["text"]


def test_after_its_time_nothing_is_taken_back_neither_by_the_door_nor_past_it(
    bank: Bank, chen: Customer, private: Product, time_machine: Any
) -> None:
    sale, order = handed(bank, chen, private)
    assert sale.cooling_until is not None
    time_machine.move_to(sale.cooling_until + dt.timedelta(seconds=1), tick=False)
    assert right_now(sale) is None
    with pytest.raises(RuleViolation) as late:
        withdraw_sale(sale, actor=herself(chen))
    assert "截止" in str(late.value.message)
    past = timezone.now() - 3 * DAY

    def write(**values: Any) -> None:
        given = {"until": past, "at": past - DAY, "ground": "cooling_off"} | values
        with transaction.atomic():
            Withdrawal.objects.create(sale=sale, round=1, by="x", party="customer", **given)

    for values in ({}, {"until": sale.cooling_until + DAY}, {"ground": "cut_off"}):
        with pytest.raises(IntegrityError, match="time to take it back"):
            write(**values)
    with pytest.raises(IntegrityError, match="stays as it was told"), transaction.atomic():
        Sale.objects.filter(pk=sale.pk).update(cooling_until=sale.cooling_until + DAY)
    with pytest.raises(IntegrityError, match="asked in time"), transaction.atomic():
        Sale.objects.filter(pk=sale.pk).update(state="withdrawn", closed_at=timezone.now())
    assert Order.objects.filter(sale=sale).get().pk == order.pk


def test_before_the_cut_off_an_order_is_cancelled_by_a_signed_wish(
    bank: Bank, chen: Customer, product: Product, time_machine: Any
) -> None:
    terms = TradingTerms.objects.create(product=product, trades=["purchase", "cancel"], cut_off=dt.time(15))
    day = open_day_from(business_date() + DAY, calendar_of(terms))
    time_machine.move_to(dt.datetime.combine(day, dt.time(9, 30), zone()), tick=False)
    sale, order = handed(bank, chen, product)
    assert sale.cooling_until is None, "a public wealth product has no cooling-off"
    right = right_now(sale)
    assert right is not None
    assert (right.ground, right.until) == (Ground.CUT_OFF, dt.datetime.combine(day, dt.time(15), zone()))
    time_machine.move_to(right.until, tick=False)
    assert right_now(sale) is None, "at the cut-off the day is over"
    with pytest.raises(RuleViolation):
        withdraw_sale(sale, actor=bank.actor("lin"), evidence=WISH)
    time_machine.move_to(right.until - dt.timedelta(seconds=1), tick=False)
    withdraw_sale(sale, actor=bank.actor("lin"), evidence=WISH)
    cancelling = Order.objects.get(sale=sale, side="cancel")
    Order.objects.filter(pk=cancelling.pk).update(attempts=1)
    answered(cancelling.order_no)
    sale.refresh_from_db()
    order.refresh_from_db()
    assert (sale.state, order.state) == ("withdrawn", "cancelled")
    assert not Holding.objects.filter(customer=chen).exists()
    answered(order.order_no)  # confirmed all the same: for a person to settle, nothing is booked
    assert OrderDifference.objects.get().kind == "after_end"
    assert not Holding.objects.filter(customer=chen).exists()


def test_an_order_that_was_never_handed_over_ends_at_once_and_a_refusal_becomes_somebodys_work(
    bank: Bank, chen: Customer, private: Product
) -> None:
    sale = signed(bank, chen, private)
    hand_over_sale(sale, actor=bank.actor("lin"))
    withdraw_sale(sale, actor=bank.actor("lin"), evidence=WISH)
    sale.refresh_from_db()
    assert (sale.state, Order.objects.get(sale=sale).state) == ("withdrawn", "cancelled")
    assert Withdrawal.objects.get().evidence == WISH
    other, order = handed(bank, chen, private)
    withdraw_sale(other, actor=herself(chen))
    cancelling = Order.objects.get(sale=other, side="cancel")
    Order.objects.filter(pk=cancelling.pk).update(attempts=1)
    answered(cancelling.order_no, AnswerKind.REFUSED, reason="已确认，不可撤", amount=None)
    other.refresh_from_db()
    assert (other.state, Withdrawal.objects.latest("pk").outcome) == ("sent", "refused")
    assert OrderDifference.objects.get().kind == "not_cancelled"
    answered(order.order_no)  # the purchase goes on as it stood
    other.refresh_from_db()
    assert other.state == "executed"
    assert right_now(other) is not None, "and it can be asked again within the time"
    assert Decimal(Holding.objects.get(customer=chen).cost) == AMOUNT
