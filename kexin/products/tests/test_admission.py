"""A product comes to sale through four persons; the database refuses what the rules refuse."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.products.choices import ProductState
from kexin.products.models import Admission, Product, ProductStep, RiskRating
from kexin.products.operations import (
    approve_admission,
    assess_risk,
    change_product,
    draft_product,
    return_product,
    review_compliance,
    review_protection,
    set_risks,
    submit_product,
)
from kexin.products.queries import ProductFilter, product_of, products, saleable
from tests.product_people import RISKS, SCORES, admitted, data_of, drafted, ticks

pytestmark = pytest.mark.django_db


def test_a_product_is_on_sale_only_after_all_four_steps(house):
    product = drafted(house)
    lin = house.actor("lin")
    with pytest.raises(NotFound):
        product_of(lin, product.pk)  # a seller does not see what is not admitted
    submit_product(product.pk, actor=house.actor("fang"), note="请加快")
    seen = []
    for step, door, person in (
        ("compliance", review_compliance, "wu"),
        ("risk", None, "luo"),
        ("protection", review_protection, "ning"),
        ("approval", approve_admission, "du"),
    ):
        item = WorkItem.objects.get(kind="products.admission", status="open")
        assert (item.details["step"], item.owner_post_id) == (step, house.posts[person].pk)
        seen.append(item.pk)
        assert not saleable(lin).exists()
        common = {"actor": house.actor(person), "opinion": f"{step}意见", "checks": ticks(step)}
        if door is None:
            assess_risk(product.pk, scores=dict.fromkeys(SCORES, 1) | {"history": 4}, issuer_grade=2, **common)
        else:
            door(product.pk, **common)
    product.refresh_from_db()
    assert product.state == ProductState.ADMITTED
    assert (product.own_grade, product.issuer_grade, product.risk_grade) == (3, 2, 3)  # history 4 demands R3
    assert list(saleable(lin)) == [product]
    assert not WorkItem.objects.filter(pk__in=seen, status="open").exists()
    assert Event.objects.filter(name="products.ProductAdmitted").get().payload["grade"] == 3
    assert AuditEntry.objects.filter(operation="products.approve_admission", outcome="done").count() == 1
    rating = RiskRating.objects.get()
    assert (rating.state, rating.raised_by[0]["factor"]) == ("in_force", "history")


def test_what_is_missing_is_named_before_anybody_reviews(house):
    product = draft_product(actor=house.actor("fang"), data=data_of(registration_code="", manager=""))
    with pytest.raises(RuleViolation) as refusal:
        submit_product(product.pk, actor=house.actor("fang"))
    for word in ("登记编码", "管理人", "六类风险", "交易规则", "业绩比较基准"):
        assert word in str(refusal.value.message)
    assert Product.objects.get().state == ProductState.DRAFT
    assert not Admission.objects.exists()


def test_neither_reviewer_is_the_drafter_and_the_approver_is_somebody_else(house):
    product = drafted(house)
    submit_product(product.pk, actor=house.actor("fang"))
    admission = Admission.objects.get()
    for values in (
        {"compliance_user_id": admission.drafter_user_id},
        {"protection_user_id": 7, "compliance_user_id": 7},
        {"risk_user_id": 8, "approval_user_id": 8},
        {"state": "approved", "closed_at": admission.submitted_at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Admission.objects.filter(pk=admission.pk).update(**values)
    # Wu, who changed the draft in his own name, may not review it either.
    Admission.objects.filter(pk=admission.pk).update(drafter_user_id=house.actor("wu").user_id)
    with pytest.raises(RuleViolation):
        review_compliance(product.pk, actor=house.actor("wu"), opinion="好", checks=ticks("compliance"))


def test_a_step_out_of_turn_an_unticked_line_and_a_silent_opinion_are_refused(house):
    product = drafted(house)
    submit_product(product.pk, actor=house.actor("fang"))
    with pytest.raises(Conflict):
        review_protection(product.pk, actor=house.actor("ning"), opinion="好", checks=ticks("protection"))
    with pytest.raises(RuleViolation) as refusal:
        review_compliance(product.pk, actor=house.actor("wu"), opinion="好", checks=ticks("compliance")[1:])
    assert "checks" in refusal.value.fields
    with pytest.raises(RuleViolation):
        review_compliance(product.pk, actor=house.actor("wu"), opinion=" ", checks=ticks("compliance"))
    with pytest.raises(NotPermitted):
        review_compliance(product.pk, actor=house.actor("lin"), opinion="好", checks=ticks("compliance"))
    with pytest.raises(RuleViolation):
        set_risks(product.pk, actor=house.actor("fang"), risks=RISKS)  # nothing changes while it is reviewed
    assert not ProductStep.objects.filter(act="passed").exists()


def test_a_returned_product_goes_round_again(house):
    product = drafted(house)
    submit_product(product.pk, actor=house.actor("fang"))
    with pytest.raises(NotPermitted):
        return_product(product.pk, actor=house.actor("ning"), reason="不是我的步骤")
    with pytest.raises(RuleViolation):
        return_product(product.pk, actor=house.actor("wu"), reason=" ")
    return_product(product.pk, actor=house.actor("wu"), reason="登记编码有误")
    product.refresh_from_db()
    assert product.state == ProductState.DRAFT
    mending = WorkItem.objects.get(kind="products.returned", status="open")
    assert mending.owner_post_id == house.posts["fang"].pk
    change_product(product.pk, actor=house.actor("fang"), data=data_of(registration_code="Z7000026000002"))
    submit_product(product.pk, actor=house.actor("fang"))
    assert list(Admission.objects.values_list("number", "state")) == [(2, "open"), (1, "returned")]
    assert not WorkItem.objects.filter(kind="products.returned", status="open").exists()
    assert ProductStep.objects.get(act="returned").text == "登记编码有误"


def test_the_record_of_a_product_cannot_be_rewritten(house):
    drafted(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductStep.objects.update(text="anders")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductStep.objects.all().delete()


def test_two_edits_of_one_draft_do_not_overwrite_each_other(house):
    product = drafted(house)
    fang = house.actor("fang")
    change_product(product.pk, actor=fang, data=data_of(name="甲"), version=product.version)
    with pytest.raises(Conflict):
        change_product(product.pk, actor=fang, data=data_of(name="乙"), version=product.version)
    assert Product.objects.get().name == "甲"


def test_a_list_is_narrowed_by_every_axis(house):
    admitted(house, labels=("green",))
    fund = {"fund_type": "equity", "valuation": "收盘价", "strategy": "指数"}
    admitted(
        house, "FD-X1", product_class="fund", regime="securities", details=fund, issuer_grade=4,
        return_form="equity", term_days=None,
    )  # fmt: skip
    lin = house.actor("lin")
    for wanted, expected in (
        (ProductFilter(), {"WM-X1", "FD-X1"}),
        (ProductFilter(text="fd"), {"FD-X1"}),
        (ProductFilter(grade=4), {"FD-X1"}),
        (ProductFilter(grade=2), {"WM-X1"}),
        (ProductFilter(band="high"), {"FD-X1"}),
        (ProductFilter(label="green"), {"WM-X1"}),
        (ProductFilter(categories={"six": "fund"}), {"FD-X1"}),
        (ProductFilter(categories={"five": "wealth"}), {"WM-X1"}),
        (ProductFilter(term_most=90), {"WM-X1"}),
        (ProductFilter(regime="insurance"), set()),
    ):
        assert {each.code for each in products(lin, wanted)} == expected, wanted
