"""Nobody passes a key point alone: what a product, a text, a seller, a customer's file and a sale need, somebody else
reviews and approves; what was sold is looked at afterwards by those who did not sell it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.policy import in_force
from kexin.party import rules as party_rules
from kexin.party.models import Customer
from kexin.party.operations import admit_customer, tick_check
from kexin.people import operations as people
from kexin.people.models import ProductAuthorisation
from kexin.products.models import Product
from kexin.products.operations import (
    approve_admission,
    assess_risk,
    review_compliance,
    review_protection,
    submit_product,
)
from kexin.products.queries import saleable
from kexin.products.texts.operations import draft_text, review_text, submit_text
from kexin.products.texts.policies import TextReviewPolicy
from kexin.sales.choices import Gate
from kexin.sales.conduct.reporting import report_conduct
from kexin.sales.models import InspectionItem, Order, SalesRecording
from kexin.sales.operations.approving import approve_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.oversight.settling import settle_inspection_item
from kexin.sales.recordings.inspecting import inspect_recording
from kexin.suitability.matching import sources
from tests.personas import Bank
from tests.product_people import SCORES, drafted, hire, ticks
from tests.scenarios.test_a_sale_is_recorded import everything_is_inspected, recorded
from tests.scenarios.test_a_sale_through_its_gates import product, signed, tolerance

__all__ = ["everything_is_inspected", "product", "tolerance"]
REQUIREMENTS = {
    "H-20": (
        "product, text, authorisation, file and sale each pass a review by somebody else before they count; recordings "
        "and inspection items are looked at by those who did not sell",
        "due diligence and checks against lists at the opening",
    ),
}
SCREENS = {"H-20": "待办、产品·准入、/sales/<id>/、/recordings/、/inspection-items/"}
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_product_and_its_text_before_anything_is_sold(bank: Bank) -> None:
    hire(bank)
    fang, wu, luo, ning, du = (bank.actor(each) for each in ("fang", "wu", "luo", "ning", "du"))
    row = drafted(bank, "WM-K1")
    submit_product(row.pk, actor=fang)
    for name in ("fang", "lin"):
        with pytest.raises(NotPermitted):
            review_compliance(row.pk, actor=bank.actor(name), opinion="合规", checks=ticks("compliance"))
    with pytest.raises(Conflict):  # the approver cannot come first
        approve_admission(row.pk, actor=du, opinion="同意", checks=ticks("approval"))
    with pytest.raises(RuleViolation):  # nor does a list with a gap pass
        review_compliance(row.pk, actor=wu, opinion="合规", checks=ticks("compliance")[1:])
    review_compliance(row.pk, actor=wu, opinion="合规", checks=ticks("compliance"))
    assess_risk(row.pk, actor=luo, scores=SCORES, issuer_grade=2, opinion="可控", checks=ticks("risk"))
    review_protection(row.pk, actor=ning, opinion="无误导", checks=ticks("protection"))
    row.refresh_from_db()
    assert not saleable(bank.actor("lin")).filter(pk=row.pk).exists()
    approve_admission(row.pk, actor=du, opinion="同意准入", checks=ticks("approval"))
    row.refresh_from_db()
    assert saleable(bank.actor("lin")).filter(pk=row.pk).exists()
    doors = ["review_compliance", "assess_risk", "review_protection", "approve_admission"]
    steps = AuditEntry.objects.filter(outcome="done", operation__in=[f"products.{each}" for each in doors])
    assert len(set(steps.values_list("actor_name", flat=True))) == 4  # four people, none of them the drafter

    text = draft_text(
        actor=fang, kind="risk_disclosure", language="zh", title="风险揭示书", product_class="wealth",
        body="理财产品不是存款，产品有风险，投资须谨慎。\n\n市场风险：净值会波动，可能亏损本金。业绩比较基准不代表预期收益率。",
    )  # fmt: skip
    submit_text(text.pk, actor=fang)
    answers = {each.code: True for each in in_force(TextReviewPolicy).points("risk_disclosure")}
    with pytest.raises((NotPermitted, RuleViolation)):
        review_text(text.pk, actor=fang, approve=True, answers=answers)
    text.refresh_from_db()
    assert text.state == "in_review"


def test_a_seller_is_authorised_by_two_others(bank: Bank) -> None:
    zhou, wu, today = bank.actor("zhou"), bank.actor("wu"), business_date()
    approval = people.propose_authorisation(
        bank.employees["lin"], actor=zhou, classes=["wealth"], highest_grade=3, starts_on=today,
        ends_on=today + 90 * DAY, reason="通过考核",
    )  # fmt: skip
    for actor in (zhou, bank.actor("lin")):
        with pytest.raises((NotPermitted, RuleViolation)):
            decide_approval(approval, actor=actor, approve=True)
    assert not ProductAuthorisation.objects.exists()
    decide_approval(approval, actor=wu, approve=True)
    row = ProductAuthorisation.objects.get()
    assert (row.proposed_by, row.granted_by) == ("1004", "1005")


def test_a_file_is_admitted_only_with_its_list_complete(bank: Bank, chen: Customer) -> None:
    lin = bank.actor("lin")
    first, *rest = party_rules.ADMISSION_CHECKS
    for each in rest:
        tick_check(chen, actor=lin, process="admission", item=each)
    with pytest.raises(RuleViolation):
        admit_customer(chen, actor=lin)
    tick_check(chen, actor=lin, process="admission", item=first)
    assert admit_customer(chen, actor=lin).status == "active"


def test_a_sale_that_needs_it_waits_for_a_second_person(
    bank: Bank, chen: Customer, product: Product, tolerance: dict[str, Any]
) -> None:  # fmt: skip
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
    sale, lin = signed(bank, chen, product), bank.actor("lin")
    assert Gate.APPROVED in sale.needed
    with pytest.raises(NotPermitted):
        approve_sale(sale, actor=lin, approve=True)
    with pytest.raises(RuleViolation):
        hand_over_sale(sale, actor=lin)
    assert not Order.objects.exists()
    approve_sale(sale, actor=bank.actor("zhou"), approve=True, note="已致电核实")
    hand_over_sale(sale, actor=lin)
    assert Order.objects.filter(sale=sale).count() == 1


def test_what_was_sold_is_looked_at_by_those_who_did_not_sell(
    bank: Bank, chen: Customer, product: Product
) -> None:  # fmt: skip
    hire(bank)
    lin, wu, ning = bank.actor("lin"), bank.actor("wu"), bank.actor("ning")
    sale, recording = recorded(bank, chen, product)
    assert WorkItem.objects.get(kind="sales.inspect_recording").owner_post_id == bank.posts["wu"].pk  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted):
        inspect_recording(recording, actor=lin, result="passed")
    inspect_recording(recording, actor=wu, result="passed")
    assert SalesRecording.objects.get().inspection.result == "passed"

    report_conduct(sale, actor=bank.actor("zhou"), rule="misleading_statement", words="说成定期")
    item = InspectionItem.objects.get()
    assert WorkItem.objects.get(kind="sales.inspection_item").owner_post_id == bank.posts["ning"].pk  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted):
        settle_inspection_item(item, actor=lin, outcome="cleared", reason="没事")
    settle_inspection_item(item, actor=ning, outcome="cleared", reason="录音清楚")
    reviewed = AuditEntry.objects.filter(
        operation__in=["sales.inspect_recording", "sales.settle_inspection_item"], outcome="done"
    )
    assert set(reviewed.values_list("actor_name", flat=True)) == {wu.name, ning.name}
