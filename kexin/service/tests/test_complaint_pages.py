"""Complaints in the browser of a member of staff: acceptance three ways, inbox, one case, every act, within budgets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import business_date
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, Remediation, ServiceRequest
from kexin.service.requests import opening
from tests.complaint_people import hire_officers, signed_copy

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SAID = {"triage": "complaint", "source": "hotline", "channel": "phone", "subject": "存款变保险", "text": "要求退回本金"}
FORM = {**SAID, "subject_kind": "other", "persons": "1"}


@pytest.fixture
def case(bank: Any, chen: Any) -> Complaint:
    hire_officers(bank)
    made = receive_complaint(ComplaintData(**SAID), actor=bank.actor("sun"), customer=chen)
    assert isinstance(made, Complaint)
    return made


def url(name: str, *args: object) -> str:
    return reverse(f"complaints:{name}", args=args)


def test_received_on_the_customers_page_out_of_a_request_and_without_a_customer(
    bank: Any, chen: Any, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    hire_officers(bank)
    sun = client_of("sun")
    wrong = sun.post(url("new_of", chen.pk), FORM | {"text": ""})
    assert wrong.status_code == 422
    assert "存款变保险" in wrong.content.decode()
    assert not Complaint.objects.exists()
    made = sun.post(url("new_of", chen.pk), FORM)
    row = Complaint.objects.get()
    assert made.headers["Location"] == url("complaint", row.pk)
    told = {"complainant_name": "王芳", "complainant_phone": "13900001111", "text": "另一件事，柜台排队三小时无人理"}
    assert sun.post(url("new"), FORM | told).status_code == 302
    asked = opening.open_request(
        chen, actor=bank.actor("sun"), kind="consultation", category="card", channel="phone", subject="卡被吞"
    )
    assert "卡被吞" in sun.get(url("from_request", asked.pk)).content.decode()
    assert sun.post(url("from_request", asked.pk), FORM | {"text": "卡被吞了还收我手续费，要投诉"}).status_code == 302
    assert ServiceRequest.objects.get(pk=asked.pk).state == "complaint"
    assert "此工单已转为投诉" in sun.get(reverse("service:request", args=[asked.pk])).content.decode()
    assert sun.get(url("list")).headers["Location"].endswith("?state=unfinished")
    with django_assert_max_num_queries(24):
        inbox = sun.get(url("list") + "?state=unfinished").content.decode()
    assert "王芳" not in client_of("wu").get(url("list") + "?state=unfinished").content.decode()
    assert "data-countdown" in inbox
    for query, found in (("due=legal_late", False), ("grade=urgent", False), ("source=hotline", True)):
        assert ("存款变保险" in sun.get(url("list") + "?" + query).content.decode()) is found, query
    assert "存款变保险" in sun.get(f"/panel/customer/{chen.pk}/complaints/").content.decode()
    with django_assert_max_num_queries(42):
        shown = sun.get(url("complaint", row.pk)).content.decode()
    assert "内部时限" in shown
    assert "法定时限" in shown
    assert "首次响应" in shown


def test_what_was_typed_is_not_lost_where_a_rule_refuses(case: Complaint, client_of: ClientOf) -> None:
    sun = client_of("sun")
    answer = sun.post(url("contact", case.pk), {"channel": "pigeon", "text": "我已回电", "outward": "1"})
    assert answer.status_code == 422
    assert "我已回电" in answer.content.decode()
    assert case.entries.count() == 1
    sun.post(url("contact", case.pk), {"channel": "phone", "text": "我已回电", "outward": "1"})
    assert case.clocks.get(code="response").state == "met"
    assert sun.post(url("note", case.pk), {"text": "她很着急"}).status_code == 302


def test_every_act_has_its_page(bank: Any, case: Complaint, client_of: ClientOf) -> None:
    ning = client_of("ning")
    for act, data in (
        ("grade", {"grade": "urgent", "reason": "老人"}),
        ("classify", {"place": "premises", "business": "agency", "causes": ["marketing"]}),
        ("shield", {"accused": ["1002"], "hidden_from_unit": "on"}),
    ):
        assert ning.get(url(act, case.pk)).status_code == 200, act
        assert ning.post(url(act, case.pk), data).status_code == 302, act
    row = Complaint.objects.get(pk=case.pk)
    assert (row.grade, row.causes, row.accused, row.hidden_from_unit) == ("urgent", ["marketing"], ["1002"], True)
    export = ning.post(url("export") + "?state=unfinished", {"purpose": "月报", "format": "csv"})
    assert export.status_code == 200
    assert row.complaint_no in b"".join(export.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert ning.post(url("withdraw", case.pk), {"channel": "phone", "text": "不告了"}).status_code == 302
    assert client_of("zhou").get(url("complaint", case.pk)).status_code == 404
    assert client_of("sun").get(url("grade", case.pk)).status_code == 403
    assert client_of("gao").get(url("list") + "?state=unfinished").status_code == 403


def test_english(case: Complaint, client_of: ClientOf) -> None:
    sun = client_of("sun")
    sun.cookies["django_language"] = "en"
    page = sun.get(url("complaint", case.pk)).content.decode()
    assert "Limits set by law" in page
    assert "First response" in page


def test_the_whole_course_by_its_pages(bank: Any, case: Complaint, client_of: ClientOf) -> None:
    """Each step has its form; the page says what is missing, the letter is a PDF, the cause goes to its owner."""
    ning, bai, wu, sun, zhou = (client_of(who) for who in ("ning", "bai", "wu", "sun", "zhou"))
    assert "调查人" in ning.get(url("complaint", case.pk)).content.decode()
    posts = bank.posts
    for who, act, data in (
        (ning, "assign", {"post_id": str(posts["bai"].pk)}),
        (bai, "findings", {"findings": "录音显示未提示"}),
        (ning, "draft", {"addressee": "self", "facts": "属实", "remedies": ["review"]}),
    ):
        assert who.get(url(act, case.pk)).status_code == 200, act
        assert who.post(url(act, case.pk), data).status_code == 302, act
    assert "缺少处理依据" in ning.get(url("complaint", case.pk)).content.decode()
    assert ning.get(url("reply_file", case.pk)).status_code == 404
    refused = ning.post(url("submit", case.pk), {"x": "1"})
    assert refused.status_code == 422
    assert "缺少处理理由" in refused.content.decode()
    whole = {"addressee": "self", "outcome": "upheld", "facts": "属实", "basis": "办法", "reasons": "未充分告知",
             "decision": "致歉", "remedies": ["review", "mediation", "arbitration", "court"]}  # fmt: skip
    day = f"{business_date() + dt.timedelta(days=9):%Y-%m-%d}"
    for who, act, data in (
        (ning, "draft", whole),
        (ning, "submit", {"x": "1"}),
        (wu, "review-reply", {"approve": "1"}),
        (ning, "extend", {"reason": "等回函"}),
        (wu, "approve-extension", {"approve": "1"}),
        (sun, "tell-extension", {"channel": "phone", "text": "延至下月"}),
        (ning, "suspend", {"course": "mediation", "note": "调解中心"}),
        (ning, "resume", {"note": "达成"}),
        (ning, "settle", {"amount": "800", "terms": "退手续费"}),
        (wu, "settle-small", {"approve": "1"}),
        (ning, "settle-signed", {"agreement_no": "HJ-1", "signed_on": f"{business_date():%Y-%m-%d}", "reason": "wish"}),
        (wu, "settle-paper", {"approve": "1"}),
        (wu, "settle-paid", {"paid_on": f"{business_date():%Y-%m-%d}", "tax": "0", "reference": "P1"}),
        (sun, "deliver", {"way": "post", "proof": "EMS 1"}),
        (sun, "attempt", {"channel": "phone", "text": "无人接"}),
        (sun, "word", {"agreed": "1", "channel": "phone", "text": "认可"}),
        (ning, "classify", {"place": "premises", "business": "agency", "causes": ["risk_told"]}),
        (ning, "remedy", {"cause": "risk_told", "problem": "未提示", "post_id": str(posts["zhou"].pk), "due_on": day}),
        (ning, "archive", {"x": "1"}),
    ):
        if act == "settle-signed":
            data = data | {"file_id": str(signed_copy(ning, case.pk))}
        assert who.get(url(act, case.pk)).status_code == 200, act
        answer = who.post(url(act, case.pk), data)
        assert answer.status_code == 302, (act, answer.content.decode()[-3000:])
    assert Complaint.objects.get(pk=case.pk).state == "archived"
    letter = ning.get(url("reply_file", case.pk))
    assert letter.content.startswith(b"%PDF")
    shown = ning.get(url("complaint", case.pk)).content.decode()
    assert "EMS 1" in shown
    measure = Remediation.objects.get()
    assert "未提示" in zhou.get(url("remediations")).content.decode()
    assert zhou.post(url("remediation", measure.pk), {"measure": "加提示", "done": "已上线"}).status_code == 302
    assert ning.post(url("remediation", measure.pk), {"effective": "0", "effect": "仍有"}).status_code == 422
    assert ning.post(url("remediation", measure.pk), {"effective": "1", "effect": "已无"}).status_code == 302
    assert "效果已验证" in ning.get(url("remediation", measure.pk)).content.decode()
    assert client_of("mei").get(url("remediation", measure.pk)).status_code == 403
