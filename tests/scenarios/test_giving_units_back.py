"""Mrs Chen gives part of what she bought back, on her phone; the rest goes at the counter on her signed wish.

No risk is taken anew: her confirmation is enough. The trading terms say what can be done, from which day and with how
much; the core system carries it out, and only then the units leave her holdings. Dividends are hers to choose where the
terms leave a choice.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kexin.core.actor import Actor, customer
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.holdings.models import Holding
from kexin.party.models import Customer
from kexin.products.models import Product, TradingTerms
from kexin.sales.instructing.giving import choose_dividends, redeem_units
from kexin.sales.instructing.rules import Position, may_choose, may_redeem
from kexin.sales.models import Instruction, Order, OrderDifference, Sale
from kexin.sales.orders.adapters import Ticket
from kexin.sales.orders.choices import AnswerKind
from tests.personas import Bank
from tests.scenarios import test_taking_a_purchase_back as taking
from tests.scenarios.test_a_sale_through_its_gates import AMOUNT, OWN
from tests.scenarios.test_taking_a_purchase_back import answered, handed

product, tolerance = taking.product, taking.tolerance  # the same set-up

REQUIREMENTS = {"D-06": ("redemption and choice of dividends as orders of their own", "conversion, regular investment")}
SCREENS = {"D-06": "/sales/<id>/, portal: /purchases/<id>/"}
TODAY = dt.date(2026, 11, 20)
WISH = "赎回申请书 2026-1120"


def herself(row: Customer) -> Actor:
    may = (*OWN, "sales.redeem_units", "sales.choose_dividends")
    return customer(row.pk, row.customer_no, may, session="portal.1", address="10.0.0.7")


FREE = Position("executed", ("purchase", "redeem"), "choice", Decimal(5000), None, TODAY)


@pytest.mark.parametrize(
    ("position", "units", "codes"),
    [
        (FREE, "5000", []),
        (FREE, "0.01", []),
        (FREE, "5000.01", ["units"]),
        (FREE, "0", ["units"]),
        (FREE, "1.001", ["units"]),
        (FREE, "NaN", ["units"]),
        (Position("executed", ("purchase",), "", Decimal(5000), None, TODAY), "1", ["terms"]),
        (Position("sent", ("redeem",), "", Decimal(5000), None, TODAY), "1", ["terms"]),
        (Position("executed", ("redeem",), "", Decimal(0), None, TODAY), "1", ["terms"]),
        (Position("executed", ("redeem",), "", Decimal(5), None, None), "1", ["closed"]),
        (Position("executed", ("redeem",), "", Decimal(5), TODAY + dt.timedelta(days=1), TODAY), "1", ["held"]),
        (Position("executed", ("redeem",), "", Decimal(5), TODAY, TODAY), "1", []),
        (Position("executed", ("redeem",), "", Decimal(5), None, TODAY, asked_already=True), "6", ["asked", "units"]),
    ],
)
def test_what_the_terms_allow(position: Position, units: str, codes: list[str]) -> None:
    said = may_redeem(position, Decimal(units), by_customer=True, agreed=True, evidence="")
    assert [each.code for each in said.reasons] == codes
    assert not may_redeem(position, Decimal(units), by_customer=True, agreed=False, evidence="")
    assert not may_redeem(position, Decimal(units), by_customer=False, agreed=True, evidence=" ")


def test_dividends_only_where_the_terms_leave_a_choice() -> None:
    for dividends, allowed in (("choice", True), ("cash", False), ("", False)):
        position = Position("executed", (), dividends, Decimal(1), None, TODAY)
        assert bool(may_choose(position, "reinvest", by_customer=True, agreed=True, evidence="")) is allowed
    assert not may_choose(FREE, "shares", by_customer=True, agreed=True, evidence="")


def test_a_ticket_names_the_purchase_it_is_about() -> None:
    ticket = Ticket("S1-1-R2", "C1", "W2", Decimal(10), "CNY", TODAY, "redeem")
    assert ticket.as_data()["redeems"] == "S1-1"
    choice = Ticket("S1-1-D1", "C1", "W2", Decimal(10), "CNY", TODAY, "choice", "cash").as_data()
    assert (choice["of"], choice["way"]) == ("S1-1", "cash")


@pytest.fixture
def bought(bank: Bank, chen: Customer, product: Product) -> Sale:
    """Fifty thousand units among the holdings of Mrs Chen, by an executed sale."""
    terms, _new = TradingTerms.objects.get_or_create(product=product)
    terms.trades, terms.dividends, terms.calendar = ["purchase", "redeem"], "choice", "working"
    terms.least_hold_days = 0
    terms.save()
    sale, order = handed(bank, chen, product)
    answered(order.order_no, units=AMOUNT, price=Decimal(1))
    sale.refresh_from_db()
    assert sale.state == "executed"
    return sale


@pytest.mark.django_db
def test_part_by_phone_the_rest_at_the_counter(bank: Bank, chen: Customer, bought: Sale, client_of: Any) -> None:
    lin, browser = bank.actor("lin"), client_of("lin")
    address = reverse("sales:sale", args=[bought.pk])
    assert "redeem-units" in browser.get(address).content.decode()
    with pytest.raises(RuleViolation) as unsaid:
        redeem_units(bought, actor=herself(chen), units=Decimal(20_000))
    assert list(unsaid.value.fields) == ["agreed"]
    made = redeem_units(bought, actor=herself(chen), units=Decimal(20_000), agreed=True)
    assert (made.party, made.order.side, made.order.amount) == ("customer", "redeem", Decimal(20_000))
    assert made.order.order_no.endswith("-R1")
    with pytest.raises(RuleViolation):
        redeem_units(bought, actor=herself(chen), units=Decimal(1), agreed=True)  # one at a time
    assert Holding.objects.get(customer=chen).units == AMOUNT, "nothing before the core system answers"
    Order.objects.filter(pk=made.order.pk).update(state="taken", attempts=1)
    answered(made.order.order_no, amount=Decimal("20400.00"), units=Decimal(20_000), price=Decimal("1.02"))
    answered(made.order.order_no, amount=Decimal("20400.00"), units=Decimal(20_000), price=Decimal("1.02"))  # again
    left = Holding.objects.get(customer=chen)
    assert (left.units, left.cost) == (Decimal(30_000), Decimal("30000.00"))
    made.refresh_from_db()
    assert made.outcome == "done"
    told = Event.objects.get(name="sales.InstructionEnded")
    assert (told.customer_id, told.payload["amount"]) == (chen.pk, "20400.00")
    assert Event.objects.filter(name="holdings.RedemptionBooked", customer_id=chen.pk).count() == 1
    assert not OrderDifference.objects.exists()

    answer = browser.post(reverse("sales:redeem", args=[bought.pk]), {"units": "30,000", "evidence": ""}, follow=True)
    assert "签字" in answer.content.decode() or "申请" in answer.content.decode()
    browser.post(reverse("sales:redeem", args=[bought.pk]), {"units": "30,000", "evidence": WISH})
    rest = Instruction.objects.get(ended_at=None)
    assert (rest.units, rest.evidence, rest.by) == (Decimal(30_000), WISH, lin.name)
    Order.objects.filter(pk=rest.order.pk).update(state="taken", attempts=1)
    answered(rest.order.order_no, amount=Decimal("30600.00"), units=Decimal(30_000))
    assert not Holding.objects.filter(customer=chen).exists()
    assert Sale.objects.get(pk=bought.pk).state == "executed"
    assert AuditEntry.objects.filter(operation="sales.redeem_units", outcome="done").count() == 2
    page = browser.get(address).content.decode()
    assert "redeem-units" not in page
    assert "20,000" in page or "20000" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Instruction.objects.filter(pk=rest.pk).update(units=None)


@pytest.mark.django_db
def test_fewer_units_than_asked_are_a_difference_and_a_refusal_changes_nothing(
    bank: Bank, chen: Customer, bought: Sale
) -> None:
    made = redeem_units(bought, actor=bank.actor("lin"), units=Decimal(20_000), evidence=WISH)
    Order.objects.filter(pk=made.order.pk).update(state="taken", attempts=1)
    answered(made.order.order_no, amount=Decimal(10_000), units=Decimal(10_000))
    found = OrderDifference.objects.get()
    assert (found.kind, found.ours, found.theirs) == ("amount", Decimal(20_000), Decimal(10_000))
    assert Holding.objects.get(customer=chen).units == AMOUNT
    chosen = choose_dividends(bought, actor=herself(chen), way="reinvest", agreed=True)
    Order.objects.filter(pk=chosen.order.pk).update(state="taken", attempts=1)
    answered(chosen.order.order_no, AnswerKind.REFUSED, reason="账户冻结", core_no="", amount=None)
    chosen.refresh_from_db()
    assert chosen.outcome == "refused"
    again = choose_dividends(bought, actor=herself(chen), way="reinvest", agreed=True)
    assert again.order.order_no.endswith("-D2")
    for person in ("mei", "sun"):
        with pytest.raises((NotFound, NotPermitted)):
            redeem_units(bought, actor=bank.actor(person), units=Decimal(1), evidence=WISH)
