"""Mrs Chen is called back, says it was called a deposit; consumer protection looks into it; the rate falls."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.models import Event, WorkItem
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.followup.calling import answer_return_call, try_return_call
from kexin.sales.models import InspectionItem, Order, ReturnCall, Sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.orders.answering import note_core_answer
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer
from kexin.sales.oversight.compliance import asked_for, oversight
from kexin.sales.oversight.policies import RiskRegisterPolicy, RiskSource
from kexin.sales.oversight.settling import settle_inspection_item
from kexin.sales.oversight.verdicts import Fault
from tests.personas import Bank
from tests.product_people import hire
from tests.scenarios.test_a_sale_through_its_gates import AMOUNT, FINE, product, signed, tolerance  # noqa: F401

REQUIREMENTS = {
    "D-24": "return calls by a versioned sheet, the unreached again by policy, contradictions to consumer protection",
    "D-28": "the sales compliance rate per unit and period, the same when asked again",
    "H-08": "the register of sales risks by source, each with control, owner and review date",
}  # fmt: skip
SCREENS = {"D-24": "/return-calls/", "D-28": "/oversight/", "H-08": "/oversight/"}
pytestmark = pytest.mark.django_db


def bought(bank: Bank, row: Customer, sold: Product) -> Sale:
    """A sale through every gate up to the core's confirmation."""
    sale = signed(bank, row, sold)
    hand_over_sale(sale, actor=bank.actor("lin"))
    order = Order.objects.get(sale=sale)
    Order.objects.filter(pk=order.pk).update(state="taken", attempts=1)
    answer = Answer(order.order_no, AnswerKind.CONFIRMED, "C-1", AMOUNT, value_on=business_date(), account_no="6222-9")
    note_core_answer(actor=system("core"), answer=answer, source="test")
    sale.refresh_from_db()
    return sale


def test_called_a_deposit(bank: Bank, chen: Customer, product: Product) -> None:  # noqa: F811
    hire(bank)
    sun, ning, wu = bank.actor("sun"), bank.actor("ning"), bank.actor("wu")
    sale = bought(bank, chen, product)
    today = business_date()
    month = asked_for(today - dt.timedelta(days=30), today, None, today)
    assert str(oversight(wu, month).rate.percent) == "100.0"
    call = ReturnCall.objects.get(sale=sale)
    assert try_return_call(call, actor=sun, result="nobody").attempts == 1
    answer_return_call(call, actor=sun, answers={**FINE, "what_bought": "deposit"}, note="说和定期一样")
    found = oversight(wu, month)
    assert (str(found.rate.percent), found.faults) == ("0.0", [(Fault.CONTRADICTED, 1)])
    item = InspectionItem.objects.get(source="contradiction")
    assert WorkItem.objects.get(subject_id=item.pk, kind="sales.inspection_item").owner_post_id == bank.posts["ning"].pk  # type: ignore[attr-defined]
    settle_inspection_item(item, actor=ning, outcome="cleared", reason="客户误答，录音清楚")
    assert str(oversight(wu, month).rate.percent) == "100.0"
    told = set(Event.objects.filter(customer_id=chen.pk).values_list("name", flat=True))
    assert {"sales.ReturnCallPlanned", "sales.ReturnCallTried", "sales.ReturnCallAnswered"} <= told


def test_the_register_of_risks_names_every_source(bank: Bank) -> None:
    register = in_force(RiskRegisterPolicy).register
    assert {each.source for each in register} == set(RiskSource)
    operational: list[Any] = [each.code for each in register if each.source == RiskSource.OPERATION]
    assert {"untrained_staff", "irregular_process", "customer_information"} <= set(operational)
    assert all(each.owner and each.control["zh"] and each.review_on for each in register)
