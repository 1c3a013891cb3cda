"""Lin is on leave: Mei stands in with her own rights and no more; what is late climbs; an old document becomes work."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.work_ladder import escalate_work
from kexin.core.work_operations import complete_work, escalated_work, my_work
from kexin.party.data import DocumentData
from kexin.party.models import IdentityDocument
from kexin.party.operations import change_customer, flag_expiring_documents, record_document
from kexin.people.operations import delegate_work

REQUIREMENTS = {
    "A-19": (
        "an identity document becomes work 90 days before its end and rises at 30, 7 and when it is over",
        "the regular review of all other data",
    ),
    "B-04": "who stands in reads the customers of that open work, changes none, and only while it is open",
    "H-18": "nobody stands in where the two duties may not meet in one hand",
}
SCREENS = {"A-19": "工作台、待办", "B-04": "我的账户·待办代理", "H-18": "我的账户·待办代理"}

MONDAY = dt.date(2026, 3, 9)
DAY = dt.timedelta(days=1)
CLOCK = system("clock.documents")


@pytest.fixture(autouse=True)
def _on_a_monday_morning(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(MONDAY, dt.time(9), zone()), tick=False)


def leave(bank: Any, delegate: str) -> None:
    """Lin is away from Tuesday to Thursday."""
    delegate_work(
        bank.posts["lin"],
        actor=bank.actor("lin"),
        delegate_post=bank.posts[delegate],
        starts_on=MONDAY + DAY,
        ends_on=MONDAY + 3 * DAY,
        reason="年休假",
    )


def test_the_colleague_does_the_work_in_her_own_name(bank, chen, client_of, time_machine):
    IdentityDocument.objects.filter(party=chen.pk).update(expires_on=MONDAY + 20 * DAY)
    flag_expiring_documents(actor=CLOCK, today=MONDAY)
    item = WorkItem.objects.get(kind="party.document_expiring")
    file = reverse("party:customer", args=[chen.pk])
    leave(bank, "mei")
    assert not my_work(bank.actor("mei")).exists()  # it begins on Tuesday
    time_machine.shift(DAY)
    mei = bank.actor("mei")
    assert "代 林晓雯 处理" in client_of("mei").get("/").content.decode()
    assert client_of("mei").get(file).status_code == 200
    with pytest.raises(NotFound):
        change_customer(chen, actor=mei, version=chen.version, changes={"occupation": "退休"})
    complete_work(item, actor=mei, note="已约周五来行换证")
    said = AuditEntry.objects.get(operation="core.complete_work", outcome="done")
    assert (said.actor_name, said.arguments["acted_for"]) == ("1002", "1001")
    assert client_of("mei").get(file).status_code == 404  # nothing of Lin's concerns her any more
    flag_expiring_documents(actor=CLOCK, today=MONDAY + 13 * DAY)
    assert my_work(mei).filter(subject_id=item.subject_id).exists()
    time_machine.shift(3 * DAY)
    assert not my_work(bank.actor("mei")).exists()  # it ended by itself, and nothing was moved
    assert my_work(bank.actor("lin")).exists()


def test_two_duties_that_may_not_meet_do_not_meet(bank):
    with pytest.raises(RuleViolation):
        leave(bank, "zhou")  # Lin proposes the exit of a customer, Zhou approves it


def test_an_old_document_rises_climbs_and_is_renewed(bank, chen, time_machine):
    end = MONDAY + 91 * DAY
    IdentityDocument.objects.filter(party=chen.pk).update(expires_on=end)
    seen = []
    for number in range(95):
        flag_expiring_documents(actor=CLOCK, today=MONDAY + number * DAY)
        seen.append([(each.details["stage"], each.priority) for each in WorkItem.objects.open()])
    assert [stage for before, stage in pairwise(seen) if before != stage] == [
        [(90, 2)],
        [(30, 3)],
        [(7, 4)],
        [(0, 5)],
    ]
    item = WorkItem.objects.get()
    escalate_work(actor=system("clock.work"), now=item.due_at + dt.timedelta(minutes=1))
    assert escalated_work(bank.actor("zhou")).get() == item
    new = DocumentData(type="CN-RIC", number="310101195904129964", expires_on=end + 7300 * DAY)
    record_document(chen, actor=bank.actor("lin"), data=new, replaces=IdentityDocument.objects.get(party=chen.pk))
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "replaced")
    assert not escalated_work(bank.actor("zhou")).exists()
