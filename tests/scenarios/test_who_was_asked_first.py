"""Mrs Chen asks the same thing by telephone, at the counter and on her phone; nobody can say it was not theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.calendar import zone
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.policy import in_force
from kexin.engagement.timeline import rendering_of
from kexin.portal.tests.conftest import Phone, invited, phone  # noqa: F401  fixtures
from kexin.service.models import ServiceRequest
from kexin.service.policies import RequestPolicy, parse_kinds
from kexin.service.queries import request_file
from kexin.service.requests.closing import tell_result
from kexin.service.requests.handling import move_request, note_request, record_contact
from kexin.service.requests.opening import open_request
from kexin.service.requests.responsibility import answer_offer, offer_request
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
REQUIREMENTS = {
    "F-02": "a consultation goes from reception to feedback, each step recorded",
    "F-03": "stages are data of each kind",
    "F-04": "by object, content and mode",
    "F-06": "the first answer is due within 24 hours",
    "F-07": (
        "consultation, suggestion and change of a product, each with its limit",
        "complaints have their own process",
    ),
    "F-08": "the first asked stays responsible until somebody accepts",
    "F-12": "a ticket with its handling time",
    "F-13": "words, result and the customer's reaction are recorded",
    "F-20": (
        "the same clock, words and fields by telephone, counter and portal",
        "e-mail, conversation; preference survey",
    ),
    "F-24": ("a colleague is asked from the record, with a clock", "the desk is shown elsewhere"),
    "G-05": "responsible person, limit, result, confirmation",
    "G-09": "followed until the customer agrees that it is solved",
    "G-10": "the result is told in writing or by word, recorded either way",
}
SCREENS = {"F-08": "/requests/<id>/", "F-12": "/requests/", "G-05": "/requests/<id>/"}


def test_asked_three_ways_kept_by_one_until_another_accepts(
    bank: Bank,
    chen: Any,
    time_machine: Any,
    invited: str,  # noqa: F811
    phone: Phone,  # noqa: F811
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    sun, lin, told = bank.actor("sun"), bank.actor("lin"), {"category": "card", "subject": "银行卡不能取款"}
    by_phone = open_request(chen, actor=sun, kind="consultation", channel="phone", **told)
    at_counter = open_request(chen, actor=sun, kind="consultation", channel="branch", **told)
    phone.enter(invited)
    assert phone.post("/requests/new/", {"kind": "consultation", **told}).status_code == 302
    own = ServiceRequest.objects.latest("pk")
    rows = (by_phone, at_counter, own)
    assert len({tuple(row.clocks.order_by("code").values_list("code", "due_at")) for row in rows}) == 1
    assert [row.mode for row in rows] == ["phone", "face", "online"]
    assert own.due_at == MONDAY + dt.timedelta(hours=24)
    assert (own.owner_post, by_phone.owner_post) == (bank.posts["lin"], bank.posts["sun"])

    offer_request(by_phone, actor=sun, post_id=bank.posts["lin"].pk, reason="她的客户")
    assert ServiceRequest.objects.get(pk=by_phone.pk).owner_post == bank.posts["sun"]
    answer_offer(by_phone, actor=lin, accept=True)
    note_request(own, actor=lin, text="卡中心怎么说？", ask=[bank.posts["sun"].pk])
    assert WorkItem.objects.open().get(kind="service.question").owner_post_id == bank.posts["sun"].pk

    time_machine.move_to(MONDAY + dt.timedelta(minutes=5), tick=False)
    record_contact(own, actor=lin, channel="phone", text="已联系卡中心", reaction="neutral")
    move_request(own, actor=lin, stage="answer")
    tell_result(own, actor=lin, result="新卡已寄出", solved=True, channel="phone")
    page = phone.get(f"/requests/{own.pk}/").content.decode()
    assert "新卡已寄出" in page
    assert "卡中心怎么说" not in page  # nobody but staff reads notes
    assert phone.post(f"/requests/{own.pk}/", {"agreed": "0"}).status_code == 422
    assert phone.post(f"/requests/{own.pk}/", {"agreed": "0", "note": "还没收到"}).status_code == 302
    again = ServiceRequest.objects.get(pk=own.pk)
    assert (again.state, again.round, again.ticking) == ("open", 2, True)
    tell_result(again, actor=lin, result="已当面交付", solved=True, channel="visit")
    assert phone.post(f"/requests/{own.pk}/", {"agreed": "1"}).status_code == 302
    file = request_file(lin, own.pk)
    assert (file.row.state, file.row.confirmation) == ("closed", "confirmed")
    assert [each.text for each in file.entries] == [
        "银行卡不能取款", "卡中心怎么说？", "已联系卡中心", "新卡已寄出", "还没收到", "已当面交付",
    ]  # fmt: skip
    assert AuditEntry.objects.filter(operation="service.confirm_own_request", actor_kind="customer").count() == 3


def test_stages_are_data_and_every_fact_has_its_sentence(bank: Bank) -> None:
    kinds = {each.code: [stage.code for stage in each.stages] for each in parse_kinds(in_force(RequestPolicy).kinds)}
    assert kinds["consultation"] == ["reception", "needs", "answer", "feedback"]
    assert kinds["product_change"] == ["reception", "identity", "handling", "feedback"]
    for name in ("RequestOpened", "ResultGiven", "RequestClosed", "RequestReopened", "RequestsJoined"):
        assert rendering_of(f"service.{name}") is not None
