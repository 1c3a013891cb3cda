"""Requests in the browser of a member of staff: inbox, one request, every act, within a budget of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.service.models import ServiceRequest
from kexin.service.requests import opening

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
TOLD = {"kind": "consultation", "category": "card", "channel": "phone", "subject": "银行卡不能取款"}


@pytest.fixture
def asked(bank: Any, chen: Any) -> ServiceRequest:
    return opening.open_request(chen, actor=bank.actor("sun"), **TOLD)


def url(name: str, *args: object) -> str:
    return reverse(f"service:{name}", args=args)


def test_a_request_is_opened_on_the_customers_page_and_found_in_the_inbox(
    bank: Any, chen: Any, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    sun = client_of("sun")
    page = sun.get(url("new", chen.pk))
    assert "银行卡" in page.content.decode()  # a category
    wrong = sun.post(url("new", chen.pk), TOLD | {"urgency": "general", "received_at": "2199-01-01T10:00"})
    assert wrong.status_code == 422
    assert "此时间在将来" in wrong.content.decode()
    assert not ServiceRequest.objects.exists()
    answer = sun.post(url("new", chen.pk), TOLD | {"urgency": "urgent", "text": "急"})
    row = ServiceRequest.objects.get()
    assert answer.headers["Location"] == url("request", row.pk)
    assert sun.get(url("requests")).headers["Location"].endswith("?state=unfinished&side=owned")
    with django_assert_max_num_queries(22):
        inbox = sun.get(url("requests") + "?state=unfinished&side=owned").content.decode()
    assert "银行卡不能取款" in inbox
    assert "data-countdown" in inbox
    for query, found in (("due=late", False), ("state=unfinished&side=offered", False), ("urgency=urgent", True)):
        assert ("银行卡不能取款" in sun.get(url("requests") + "?" + query).content.decode()) is found, query
    panel = sun.get(f"/panel/customer/{chen.pk}/requests/")
    assert "银行卡不能取款" in panel.content.decode()
    with django_assert_max_num_queries(24):
        shown = sun.get(url("request", row.pk)).content.decode()
    assert "紧急" in shown
    assert "首次答复" in shown


def test_what_was_typed_is_not_lost_where_a_rule_refuses(asked: ServiceRequest, client_of: ClientOf) -> None:
    sun = client_of("sun")
    answer = sun.post(url("contact", asked.pk), {"channel": "pigeon", "text": "我已回电", "outward": "1"})
    assert answer.status_code == 422
    assert "我已回电" in answer.content.decode()
    assert asked.entries.count() == 1
    sun.post(url("contact", asked.pk), {"channel": "phone", "text": "我已回电", "outward": "1", "reaction": "content"})
    assert asked.entries.count() == 2


def test_every_act_has_its_page(bank: Any, asked: ServiceRequest, client_of: ClientOf) -> None:
    sun, lin = client_of("sun"), client_of("lin")
    for act, data in (
        ("move", {"stage": "needs"}),
        ("grade", {"urgency": "important"}),
        ("note", {"text": "请看", "ask": [str(bank.posts["lin"].pk)]}),
        ("offer", {"post_id": str(bank.posts["lin"].pk), "reason": "她的客户"}),
    ):
        assert sun.post(url(act, asked.pk), data).status_code == 302, act
    assert "她的客户" in lin.get(url("request", asked.pk)).content.decode()
    assert lin.post(url("answer", asked.pk), {"accept": "1"}).status_code == 302
    row = ServiceRequest.objects.get(pk=asked.pk)
    assert (row.owner_post, row.stage, row.urgency) == (bank.posts["lin"], "needs", "important")
    page = lin.get(url("pause", asked.pk, "result"))
    assert "等待客户补充资料" in page.content.decode()
    assert lin.post(url("pause", asked.pk, "result"), {"reason": "awaits_customer"}).status_code == 302
    assert "继续计时" in lin.get(url("request", asked.pk)).content.decode()
    assert lin.post(url("resume", asked.pk, "result")).status_code == 302
    assert lin.post(url("tell", asked.pk), {"result": "已换卡", "solved": "1", "channel": "phone"}).status_code == 302
    assert lin.post(url("confirm", asked.pk), {"agreed": "0", "channel": "phone"}).status_code == 422
    assert lin.post(url("confirm", asked.pk), {"agreed": "1", "channel": "phone"}).status_code == 302
    assert lin.post(url("reopen", asked.pk), {"reason": "又坏了"}).status_code == 302
    assert lin.post(url("withdraw", asked.pk), {"channel": "phone", "note": "不用了"}).status_code == 302
    assert ServiceRequest.objects.get(pk=asked.pk).state == "withdrawn"


def test_english_and_no_right(asked: ServiceRequest, client_of: ClientOf) -> None:
    sun = client_of("sun")
    sun.cookies["django_language"] = "en"
    page = sun.get(url("request", asked.pk)).content.decode()
    assert "First asked" in page
    assert "Consultation · Cards" in page
    gao = client_of("gao")
    assert gao.get(url("requests") + "?state=open").status_code == 403
    assert client_of("mei").get(url("request", asked.pk)).status_code == 404
    assert client_of("qian").get(url("offer", asked.pk)).status_code == 403
