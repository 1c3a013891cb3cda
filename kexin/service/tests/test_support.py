"""Support desks: asked from a record without naming the customer, answered with a clock, made an article."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.models import ArticleCategory, ArticleVersion, ServiceRequest, SupportQuestion
from kexin.service.requests.opening import open_request
from kexin.service.support.asking import (
    answer_support,
    article_from_support,
    ask_support,
    settle_support,
    take_support,
)
from kexin.service.support.queries import support_beside, support_of_customer, support_question, support_questions
from kexin.service.tests.test_complaints import brought
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
ASKED = {
    "desk": "compliance",
    "subject": "双录可以后补吗",
    "question": "陈秀兰女士（13800138000）今天没有录像，可以明天补吗？",
}


@pytest.fixture
def request_of_chen(bank: Any, chen: Any, time_machine: Any) -> ServiceRequest:
    time_machine.move_to(MONDAY, tick=False)
    said = {"kind": "consultation", "category": "wealth", "channel": "phone", "subject": "补录"}
    return open_request(chen, actor=bank.actor("sun"), **said)


@pytest.fixture
def asked(bank: Any, request_of_chen: ServiceRequest) -> SupportQuestion:
    return ask_support(actor=bank.actor("sun"), request_id=request_of_chen.pk, **ASKED)


def test_asked_answered_and_asked_on_until_it_helps(bank: Any, asked: SupportQuestion, time_machine: Any) -> None:
    sun, wu = bank.actor("sun"), bank.actor("wu")
    row = SupportQuestion.objects.get()
    assert "陈" not in row.question
    assert "13800138000" not in row.question
    assert (row.owner_post, row.state) == (bank.posts["wu"], "open")
    assert row.due_at > MONDAY + 7 * HOUR  # eight working hours
    item = WorkItem.objects.open().get(kind="service.support")
    assert (item.owner_post_id, item.due_at, item.customer_id) == (row.owner_post_id, row.due_at, None)
    with pytest.raises(RuleViolation):
        answer_support(row, actor=bank.actor("gao"), answer="可以")  # another desk
    with pytest.raises(RuleViolation):
        answer_support(row, actor=wu, answer=" ")
    time_machine.move_to(MONDAY + HOUR, tick=False)
    answer_support(row, actor=wu, answer="不可以，当日必须录制；请改约。")
    assert Event.objects.get(name="service.SupportAnswered").payload["late"] is False
    assert [each.answer_text for each in support_beside(sun, request_id=asked.request_id)] == [
        "不可以，当日必须录制；请改约。"
    ]
    with pytest.raises(RuleViolation):
        settle_support(row, actor=wu, helped=True)  # who asked says so
    with pytest.raises(RuleViolation):
        settle_support(row, actor=sun, helped=False)
    again = settle_support(row, actor=sun, helped=False, more="客户陈女士已离店，怎么办？")
    assert (again.state, again.rounds, "陈女士" in again.question) == ("open", 2, False)
    answer_support(row, actor=wu, answer="改约明天办理，认购也改到明天。")
    assert settle_support(row, actor=sun, helped=True).state == "settled"
    assert not WorkItem.objects.open().filter(kind="service.support").exists()


def test_an_answer_becomes_a_draft_that_somebody_else_reviews(bank: Any, asked: SupportQuestion) -> None:
    category = ArticleCategory.objects.create(name="合规", name_en="Compliance", path="")
    wu = bank.actor("wu")
    with pytest.raises(RuleViolation):
        article_from_support(asked, actor=wu, category_id=category.pk)
    answer_support(asked, actor=wu, answer="不可以，当日必须录制；请改约。")
    made = article_from_support(asked, actor=wu, category_id=category.pk)
    version = ArticleVersion.objects.get()
    assert (version.pk, version.state, version.article.audience) == (made.pk, "draft", "staff")
    assert "当日必须录制" in version.body
    with pytest.raises(RuleViolation):
        article_from_support(asked, actor=wu, category_id=category.pk)


def test_who_may_see_it_and_what_makes_no_sense(bank: Any, chen: Any, asked: SupportQuestion) -> None:
    assert support_question(bank.actor("zhou"), asked.pk) == asked  # the head of the unit that asked
    with pytest.raises(NotFound):
        support_question(bank.actor("mei"), asked.pk)
    mei = bank.actor("mei")
    for about in ({"request_id": asked.request_id}, {"customer_id": chen.pk}, {"sale_no": "S209900000001"}):
        with pytest.raises(NotFound):
            ask_support(actor=mei, **ASKED, **about)
    for said, field in (({"desk": "x"}, "desk"), ({"subject": " "}, "subject"), ({"question": ""}, "question")):
        with pytest.raises(RuleViolation) as refusal:
            ask_support(actor=mei, **ASKED | said)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(RuleViolation) as refusal:
        ask_support(actor=mei, **ASKED | {"desk": "products"})  # nobody holds a post of that role here
    assert set(refusal.value.fields) == {"desk"}
    with pytest.raises(RuleViolation):
        take_support(asked, actor=bank.actor("gao"))
    assert list(support_questions(bank.actor("wu"), side="answer")) == [asked]
    assert list(support_questions(bank.actor("sun"), side="mine")) == [asked]


def test_its_pages(
    bank: Any, asked: SupportQuestion, chen: Any, client_of: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    sun, wu = client_of("sun"), client_of("wu")
    assert sun.get(reverse("service:support")).url.endswith("side=mine")
    with django_assert_max_num_queries(30):
        assert ASKED["subject"] in sun.get(reverse("service:support") + "?side=mine").content.decode()
    url = reverse("service:ask_support_request", args=[asked.request_id])
    assert sun.post(url, {"desk": "systems", "subject": "", "question": "x"}).status_code == 422
    assert sun.post(url, {"desk": "systems", "subject": "打印机", "question": "打不出凭证"}).status_code == 302
    assert sun.get(reverse("service:ask_support_customer", args=[chen.pk])).status_code == 200
    card = sun.get(reverse("service:support_beside", args=[asked.request_id])).content.decode()
    assert "打印机" in card
    page = wu.get(reverse("service:support_question", args=[asked.pk])).content.decode()
    assert "陈" not in page.split("<main", 1)[-1].split("</main>", 1)[0] or "陈秀兰" not in page
    assert wu.post(reverse("service:answer_support", args=[asked.pk]), {"answer": "请改约"}).status_code == 302
    assert sun.post(reverse("service:settle_support", args=[asked.pk]), {"helped": "1"}).status_code == 302
    assert SupportQuestion.objects.get(pk=asked.pk).state == "settled"
    assert client_of("mei").get(reverse("service:support_question", args=[asked.pk])).status_code == 404


def test_the_customers_page_shows_it_but_nothing_of_a_case_kept_from_the_reader(
    bank: Any, asked: SupportQuestion, chen: Any, client_of: Callable[[str], Client]
) -> None:
    panel = reverse("core:panel", args=["customer", chen.pk, "support"])
    sun, zhou, lin = bank.actor("sun"), bank.actor("zhou"), bank.actor("lin")
    answer_support(asked, actor=bank.actor("wu"), answer="当日必须录制；请改约。")
    waiting = ask_support(actor=sun, customer_id=chen.pk, **ASKED | {"subject": "可以代办吗"})
    assert support_of_customer(zhou, chen) == [waiting, asked]
    page = client_of("zhou").get(panel).content.decode()
    assert all(each in page for each in ("当日必须录制", "可以代办吗", "合规"))
    reads = AuditEntry.objects.filter(operation="service.view_support", outcome="read", actor_name=zhou.name)
    assert set(reads.values_list("customer_id", flat=True)) == {chen.pk}
    ServiceRequest.objects.filter(pk=asked.request_id).update(kept_from=["1004"])
    assert support_of_customer(zhou, chen) == [waiting]
    brought(hire_officers(bank), "sun", chen, hidden_from_unit=True)
    assert support_of_customer(zhou, chen) == []
    assert "可以代办吗" not in client_of("zhou").get(panel).content.decode()
    assert support_of_customer(sun, chen) == [waiting, asked]  # who asked reads on
    assert support_of_customer(lin, chen) == []
    assert client_of("mei").get(panel).status_code == 404
