"""Lin is certified and authorised, sees what fits Mrs Chen, and is stopped on the day after her certificate ends.

The customer answers the questionnaire herself; each opinion keeps the three checks and everything it stood on.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date, zone
from kexin.party.models import Customer, IdentityDocument
from kexin.people import operations as people
from kexin.people.models import QualificationFile
from kexin.products.models import Product
from kexin.suitability.assessments.operations import answer_question, open_session, submit_assessment
from kexin.suitability.matching.operations import match
from kexin.suitability.matching.shelf import shelf_of
from kexin.suitability.tests.conftest import as_customer

REQUIREMENTS = {
    "D-12": "matching by tolerance, horizon, assets, state; nothing above the customer's grade is recommended",
    "D-13": "the three checks with each opinion: who the customer is, what can be borne, whether the product fits",
    "J-01": "certificates, training, authorisations of each seller, the files that prove them, what is missing",
    "J-02": "certified on duty: the roster of a unit says who lacks what the post asks for; an expired one stops sales",
    "J-06": (
        "recommendations only by who is certified and authorised",
        "call lists and messages are shown elsewhere",
    ),
}
SCREENS = {"D-12": "适配产品", "D-13": "适配产品", "J-01": "销售人员", "J-02": "销售人员·持证上岗", "J-06": "适配产品"}
pytestmark = pytest.mark.django_db
TODAY, DAY = dt.date(2026, 11, 20), dt.timedelta(days=1)


def _assessed(chen: Customer) -> None:
    actor = as_customer(chen)
    begun = open_session(actor=actor, channel="link", device="phone")
    assert begun.questionnaire is not None
    for each in begun.questionnaire.parsed.questions():
        answer_question(begun, actor=actor, question=each.code, value="c")
    submit_assessment(begun, actor=actor)


def test_the_file_of_a_seller_holds_what_proves_each_certificate_and_says_what_is_missing(
    bank: Any, settings: Any, tmp_path: Any, client_of: Any
) -> None:
    settings.KEXIN_FILES_DIR = tmp_path
    lin, today, scan = bank.employees["lin"], business_date(), b"%PDF-1.7 a certificate of Lin %%EOF" * 40
    page, zhou = reverse("people_seller_file", args=[lin.pk]), client_of("zhou")
    assert "理财经理须持有银行理财销售资格，尚未登记。" in zhou.get(page).content.decode()
    new = reverse("people_new_qualification", args=[lin.pk])
    said = {"kind": "bank_wealth", "number": "W-7", "issuer": "协会", "issued_on": f"{today}", "evidence": "官网查询"}
    assert zhou.post(new, {**said, "file": SimpleUploadedFile("w7.pdf", scan)}).status_code == 302
    seen = zhou.get(page).content.decode()
    assert ("w7.pdf" in seen, "须持有银行理财销售资格" in seen) == (True, False)
    own = client_of("lin")
    assert "w7.pdf" in own.get(reverse("people_own_seller_file")).content.decode()
    kept = QualificationFile.objects.get()
    assert b"".join(own.post(reverse("people_own_evidence", args=[kept.pk])).streaming_content) == scan
    paper = client_of("wu").post(reverse("people_seller_document", args=[lin.pk]), {"purpose": "持证上岗检查"})
    assert paper.content.startswith(b"%PDF-")


def test_certified_today_stopped_the_day_after(bank: Any, chen: Any, time_machine: Any, client_of: Any) -> None:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)
    Customer.objects.filter(pk=chen.pk).update(born_year=1981, birthday=301, status="active", assets=Decimal(400_000))
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    chen = Customer.objects.get(pk=chen.pk)
    _assessed(chen)
    lin, zhou, today = bank.actor("lin"), bank.actor("zhou"), business_date()
    people.record_qualification(
        bank.employees["lin"], actor=zhou, kind="bank_wealth", number="W-7", issuer="协会", issued_on=today - 30 * DAY,
        valid_until=today, evidence="官网查询",
    )  # fmt: skip
    approval = people.propose_authorisation(
        bank.employees["lin"], actor=zhou, classes=["wealth"], highest_grade=5, starts_on=today,
        ends_on=today + 90 * DAY, reason="通过考核",
    )  # fmt: skip
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    made = [
        Product.objects.create(
            code=f"S{grade}", name=f"江岚{grade}号", product_class="wealth", regime="investment", state="admitted",
            own_grade=grade, issuer_grade=grade, minimum_amount=Decimal(10_000),
        )
        for grade in (1, 5)
    ]  # fmt: skip
    shelf = shelf_of(lin, chen.pk)
    assert [line.product.code for line in shelf.fitting] == ["S1"]
    assert [each.code for each in shelf.others[0].verdict.refusals] == ["grade_above", "objective_contrary"]
    told = match(chen, made[0], actor=lin, purpose="recommendation")
    assert (told.outcome, all(told.checks.values())) == ("allow", True)
    assert not match(chen, made[1], actor=lin).checks["product"]
    time_machine.move_to(dt.datetime.combine(TODAY + DAY, dt.time(9), zone()), tick=False)
    later = match(chen, made[0], actor=lin, purpose="recommendation")
    assert ([each["code"] for each in later.refusals], later.checks["seller"]) == (["seller"], False)
    roster = client_of("zhou").get(reverse("people_on_duty"), {"state": "lacking", "q": "林"}).content.decode()
    assert "缺：银行理财销售资格" in roster
    told.refresh_from_db()
    assert told.outcome == "allow"
