"""Delegation of work by the interface: by a person, by a service account for somebody absent, and what climbed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from kexin.core import frame
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.work_ladder import escalate_work
from kexin.core.workflow import open_work
from tests.personas import Bank

pytestmark = pytest.mark.django_db


def taken(bank: Bank, absent: str, delegate: str) -> dict[str, Any]:
    return {
        "post_id": bank.posts[absent].pk,
        "delegate_post_id": bank.posts[delegate].pk,
        "starts_on": str(business_date()),
        "ends_on": str(business_date() + dt.timedelta(days=6)),
        "reason": "年休假",
    }


def owed(bank: Bank, who: str) -> WorkItem:
    token = frame.current.set(frame.Frame(operation="test.open", actor=system("test")))
    try:
        due = timezone.now() + dt.timedelta(hours=4)
        post = bank.posts[who]
        return open_work("test.call", unit_id=post.unit_id, owner_post_id=post.pk, due_at=due)
    finally:
        frame.current.reset(token)


def test_a_person_names_a_delegate_who_does_the_work_and_ends_it(bank: Bank, browser_of: Any) -> None:
    item = owed(bank, "lin")
    lin, mei = browser_of("lin"), browser_of("mei")
    made = lin("POST", "/me/delegations", taken(bank, "lin", "mei"))
    assert made.status_code == 201
    assert (made.json()["absent"], made.json()["delegate"]) == ("1001", "1002")
    assert [each["id"] for each in mei("GET", "/work-items").json()["items"]] == [item.pk]
    assert mei("POST", f"/work-items/{item.pk}/completion", {"outcome": "done"}).json()["status"] == "done"
    assert AuditEntry.objects.get(operation="core.complete_work", outcome="done").arguments["acted_for"] == "1001"
    assert [each["id"] for each in mei("GET", "/delegations").json()["items"]] == [made.json()["id"]]
    ended = mei("POST", f"/delegations/{made.json()['id']}/end", {})
    assert (ended.status_code, ended.json()["ended_by"]) == (200, "1002")
    assert browser_of("sun")("GET", "/delegations").json()["items"] == []


def test_what_is_refused_is_told_at_its_field(bank: Bank, browser_of: Any) -> None:
    lin = browser_of("lin")
    strange = lin("POST", "/me/delegations", {**taken(bank, "lin", "mei"), "delegate_post_id": 999_999})
    assert "delegate_post_id" in strange.json()["fields"]
    late = lin("POST", "/me/delegations", {**taken(bank, "lin", "mei"), "ends_on": "2000-01-01"})
    assert (late.status_code, list(late.json()["fields"])) == (422, ["ends_on"])
    assert lin("POST", "/me/delegations", taken(bank, "mei", "lin")).status_code == 404
    assert lin("POST", "/delegations", taken(bank, "mei", "lin")).status_code == 403


def test_a_service_account_names_one_within_its_units(bank: Bank, caller: Any) -> None:
    staff_system = caller(["people.delegate_for"], reach="unit", unit="east")
    assert staff_system("POST", "/delegations", taken(bank, "mei", "lin")).status_code == 404
    made = staff_system("POST", "/delegations", taken(bank, "lin", "mei"))
    assert (made.status_code, made.json()["absent"]) == (201, "1001")
    assert staff_system("POST", "/me/delegations", taken(bank, "lin", "mei")).status_code == 404
    assert staff_system("POST", f"/delegations/{made.json()['id']}/end", {}).status_code == 200


def test_what_climbed_is_listed_for_those_it_reached(bank: Bank, browser_of: Any) -> None:
    item = owed(bank, "lin")
    escalate_work(actor=system("clock.work"), now=item.due_at + dt.timedelta(minutes=1))
    (line,) = browser_of("zhou")("GET", "/work-items?view=escalated").json()["items"]
    assert (line["id"], line["escalation_level"], line["escalated_to"]) == (item.pk, 1, [bank.posts["zhou"].pk])
    assert line["reminded_at"] is not None
    assert line["next_step_at"] is not None
