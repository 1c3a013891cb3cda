"""Callers who are not on file: found again by their number, a customer's once it is known whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.deskwork.macros import merge_values
from kexin.service.events import RequestClosed
from kexin.service.models import Complaint, ServiceRequest
from kexin.service.policies import parse_stages
from kexin.service.queries import request_file, requests_of
from kexin.service.requests import closing, handling
from kexin.service.requests.callers import (
    found_by,
    identify_caller,
    open_caller_request,
    perhaps_customers,
    same_caller,
    whose,
)
from kexin.service.surveys.handlers import ask_after_service

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
TOLD = {"kind": "consultation", "category": "account", "channel": "phone", "subject": "开户要带什么"}
CALLER = {"name": "李先生", "phone": "+86 139 0000 1234", "email": "Li@Mail.example"}


@pytest.fixture
def asked(bank: Any, time_machine: Any) -> ServiceRequest:
    time_machine.move_to(MONDAY, tick=False)
    return open_caller_request(actor=bank.actor("sun"), **CALLER, **TOLD)


def fresh(row: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=row.pk)


def test_a_caller_has_an_owner_clocks_and_a_record_and_the_name_lies_encrypted(bank: Any, asked: Any) -> None:
    assert (asked.customer_id, asked.owner_post, asked.unit) == (None, bank.posts["sun"], bank.units["east"])
    assert sorted(asked.clocks.values_list("code", flat=True)) == ["response", "result"]
    assert WorkItem.objects.open().filter(kind="service.clock", customer_id=None).count() == 2
    file = request_file(bank.actor("sun"), asked.pk)
    assert [each.text for each in file.entries] == [TOLD["subject"]]
    assert whose(bank.actor("sun"), file.row) == "李先生"
    with connection.cursor() as cursor:
        cursor.execute("SELECT caller_name, caller_phone FROM service_servicerequest WHERE id = %s", [asked.pk])
        assert all("李".encode() not in bytes(each) and b"1390" not in bytes(each) for each in cursor.fetchone())
    entry = AuditEntry.objects.get(operation="service.open_caller_request", outcome="done")
    assert "1390000" not in str(entry.arguments)
    assert "李" not in str(entry.arguments)
    assert Event.objects.get(name="service.RequestOpened").payload["customer_id"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"phone": "", "email": ""}, "phone"),
        ({"phone": "12a"}, "phone"),
        ({"email": "li@mail"}, "email"),
        ({"subject": ""}, "subject"),
    ],
)
def test_what_is_missing_is_told_at_its_field(bank: Any, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        open_caller_request(actor=bank.actor("sun"), **(CALLER | TOLD | wrong))
    assert set(refused.value.fields) == {field}
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("typed", ["13900001234", "139 0000 1234", "+8613900001234", "li@mail.example", "Q2026"])
def test_a_caller_is_found_again_by_number_address_or_the_requests_number(asked: Any, typed: str) -> None:
    assert list(found_by(ServiceRequest.objects.all(), typed)) == [asked]
    assert not found_by(ServiceRequest.objects.all(), "13900001235").exists()


def test_the_next_call_shows_the_earlier_one_and_the_two_can_be_joined(bank: Any, asked: Any) -> None:
    sun = bank.actor("sun")
    again = open_caller_request(actor=sun, name="李", phone="13900001234", **TOLD)
    other = open_caller_request(actor=sun, name="王", phone="13900009999", **TOLD)
    assert same_caller(sun, again) == [asked]
    assert same_caller(bank.actor("mei"), again) == []  # out of her reach
    with pytest.raises(RuleViolation):
        closing.join_requests(other, actor=sun, into_no=asked.request_no)
    closing.join_requests(again, actor=sun, into_no=asked.request_no)
    assert fresh(again).joined_into == asked


def test_once_recognised_it_stands_with_the_customer(bank: Any, asked: Any, chen: Any) -> None:
    sun = bank.actor("sun")
    known = open_caller_request(actor=sun, name="陈女士", phone="13800005678", **TOLD)
    assert [pk for pk, _name in perhaps_customers(sun, known)] == [chen.pk]
    assert perhaps_customers(bank.actor("mei"), known) == []
    with pytest.raises(RuleViolation):
        identify_caller(known, actor=sun, customer_id=99_999)
    identify_caller(known, actor=sun, customer_id=chen.pk)
    row = fresh(known)
    assert row.customer == chen
    assert [each.pk for each in requests_of(sun, chen)] == [row.pk]
    assert set(row.clocks.values_list("customer_id", flat=True)) == {chen.pk}
    owed = WorkItem.objects.open().filter(subject_id__in=row.clocks.values("pk"), kind="service.clock")
    assert set(owed.values_list("customer_id", flat=True)) == {chen.pk}
    assert Event.objects.get(name="service.CallerIdentified").payload["customer_id"] == chen.pk
    assert request_file(bank.actor("lin"), row.pk).entries[0].text == TOLD["subject"]  # who leads her sees it
    with pytest.raises(RuleViolation):
        identify_caller(row, actor=sun, customer_id=chen.pk)


def test_it_is_worked_on_and_ends_as_any_other_but_nobody_is_surveyed(bank: Any, asked: Any) -> None:
    sun = bank.actor("sun")
    handling.record_contact(asked, actor=sun, channel="phone", text="带身份证")
    assert merge_values(sun, fresh(asked))["customer"] == "李先生"
    closing.tell_result(asked, actor=sun, result="带身份证即可", solved=True, channel="phone")
    closing.confirm_request(asked, actor=sun, agreed=True, channel="phone")
    row = fresh(asked)
    assert (row.state, row.customer_id) == ("closed", None)
    ask_after_service(RequestClosed(None, row.request_no, row.pk, "confirmed"))
    with pytest.raises(RuleViolation):
        identify_caller(row, actor=sun, customer_id=1)


def test_pages_of_a_caller(bank: Any, chen: Any, client_of: Callable[[str], Client]) -> None:
    sun = client_of("sun")
    new = reverse("service:new_caller_request")
    assert sun.get(new).status_code == 200
    form = TOLD | {"name": "陈女士", "phone": "13800005678", "urgency": "general"}
    assert sun.post(new, form | {"phone": ""}).status_code == 422
    assert sun.post(new, form).status_code == 302
    row = ServiceRequest.objects.get()
    page = reverse("service:request", args=[row.pk])
    said = sun.get(page).content.decode()
    assert "陈女士" in said
    assert reverse("party:customer", args=[chen.pk]) in said
    listed = sun.get(reverse("service:requests") + "?state=unfinished&q=13800005678").content.decode()
    assert row.request_no in listed
    whom = reverse("service:identify_caller", args=[row.pk])
    assert sun.get(whom).status_code == 200
    assert sun.post(whom, {"customer": ""}).status_code == 422
    assert sun.get(reverse("complaints:from_request", args=[row.pk])).status_code == 200
    for name in ("offer", "tell", "follow", "join", "snooze"):
        assert sun.get(reverse(f"service:{name}", args=[row.pk])).status_code == 200, name
    assert sun.post(whom, {"customer": chen.pk}).status_code == 302
    assert fresh(row).customer == chen
    assert client_of("mei").get(page).status_code == 404


def test_a_caller_who_complains_is_a_complainant_not_on_file(bank: Any, asked: Any) -> None:
    made = receive_complaint(
        ComplaintData(
            triage="complaint", source="hotline", channel="phone", subject="态度差", text="柜员不理人，请处理",
            complainant_name="李先生", complainant_phone="13900001234",
        ),
        actor=bank.actor("sun"),
        request=asked,
    )  # fmt: skip
    assert isinstance(made, Complaint)
    assert (made.customer_id, fresh(asked).state) == (None, "complaint")


def test_a_stage_is_entered_when_what_it_needs_is_so(bank: Any, chen: Any) -> None:
    sun = bank.actor("sun")
    row = open_caller_request(actor=sun, **CALLER, **(TOLD | {"kind": "product_change"}))
    handling.move_request(row, actor=sun, stage="identity")
    for stage in ("handling", "feedback"):  # over it one does not come either
        with pytest.raises(RuleViolation) as refused:
            handling.move_request(row, actor=sun, stage=stage)
        assert set(refused.value.fields) == {"stage"}
    identify_caller(row, actor=sun, customer_id=chen.pk)
    handling.move_request(row, actor=sun, stage="handling")
    assert fresh(handling.move_request(row, actor=sun, stage="reception")).stage == "reception"  # back needs nothing


@pytest.mark.parametrize("needs", [["gossip"], ["note", "note"]])
def test_a_condition_that_nobody_knows_is_no_policy(needs: list[str]) -> None:
    rows = [{"code": "one", "name": "一", "name_en": "One"}, {"code": "two", "name": "二", "name_en": "Two"}]
    assert [each.needs for each in parse_stages([rows[0], rows[1] | {"needs": ["note"]}])] == [(), ("note",)]
    with pytest.raises(ValueError, match="a stage"):
        parse_stages([rows[0], rows[1] | {"needs": needs}])
    with pytest.raises(ValueError, match="a stage"):
        parse_stages([rows[0] | {"needs": ["note"]}, rows[1]])


def test_out_of_reach_nobody_identifies_or_sees_a_caller(bank: Any, asked: Any, chen: Any) -> None:
    with pytest.raises(NotFound):
        identify_caller(asked, actor=bank.actor("mei"), customer_id=chen.pk)
