"""While the screen faces a customer, nothing else comes back: no note, no other name, no page of the bank's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.models import AuditEntry
from kexin.holdings.tests.conftest import Ledger
from tests.personas import PASSWORD, Bank

ClientOf = Callable[[str], Client]


@pytest.fixture
def ledger(bank: Bank) -> Ledger:
    return Ledger(bank.units["east"])


@pytest.fixture
def turned(bank: Bank, chen: Any, ledger: Ledger, client_of: ClientOf) -> Client:
    """Lin's session, turned to Mrs Chen."""
    ledger.account(chen, balance="88888.10")
    client = client_of("lin")
    client.post(reverse("engagement:write_note", args=[chen.pk]), {"text": "脾气急，女儿不在身边"})
    answer = client.post(reverse("desk:facing", args=[chen.pk]))
    assert answer.status_code == 302
    return client


def test_the_customer_sees_her_own_things_and_nothing_of_the_banks(turned: Client, chen: Any) -> None:
    page = turned.get(reverse("desk:facing", args=[chen.pk])).content.decode()
    assert "陈秀兰" in page
    assert "88,888.10" in page
    for hidden in ("脾气急", "林晓雯", 'class="side"', "data-palette-open", chen.customer_no):
        assert hidden not in page, hidden


@pytest.mark.parametrize(
    "path",
    [
        "/customers/",
        "/customers/{pk}/",
        "/panel/customer/{pk}/timeline/",
        "/palette/?q=a",
        "/me/",
        "/api/v1/me",
        "/calendar/",
    ],
)
def test_no_other_page_answers_until_it_is_left(turned: Client, chen: Any, path: str) -> None:
    answer = turned.get(path.format(pk=chen.pk))
    assert answer.status_code == 403
    assert "脾气急" not in answer.content.decode()
    asked_by_htmx = turned.get(path.format(pk=chen.pk), headers={"HX-Request": "true"})
    assert asked_by_htmx.headers["HX-Redirect"] == reverse("desk:facing", args=[chen.pk])
    assert asked_by_htmx.content == b""


def test_it_is_left_by_the_password_and_both_ends_are_recorded(turned: Client, chen: Any) -> None:
    leave = reverse("desk:leave_facing")
    wrong = turned.post(leave, {"password": "nicht-dies"})
    assert wrong.status_code == 422
    assert "密码不正确" in wrong.content.decode()
    assert turned.get("/customers/").status_code == 403
    assert turned.post(leave, {"password": PASSWORD}).status_code == 302
    assert turned.get(f"/customers/{chen.pk}/").status_code == 200
    recorded = AuditEntry.objects.filter(operation__in=("desk.face_customer", "desk.leave_facing"), outcome="done")
    assert sorted(recorded.values_list("operation", "customer_id")) == [
        ("desk.face_customer", chen.pk), ("desk.leave_facing", chen.pk),
    ]  # fmt: skip


def test_nobody_turns_the_screen_to_a_customer_out_of_reach(bank: Bank, chen: Any, client_of: ClientOf) -> None:
    client = client_of("mei")
    assert client.post(reverse("desk:facing", args=[chen.pk])).status_code == 404
    assert client.get("/customers/").status_code == 200
