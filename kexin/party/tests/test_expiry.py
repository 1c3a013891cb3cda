"""Expiring identity documents: one work item each, which rises; a new document closes it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.actor import system
from kexin.core.models import Event, PolicyVersion, WorkItem
from kexin.core.policy import check_values, forget_cache, in_force
from kexin.core.work_operations import complete_work, snooze_work
from kexin.core.workflow import work_kinds
from kexin.party.data import DocumentData
from kexin.party.models import IdentityDocument
from kexin.party.operations import flag_expiring_documents, record_document
from kexin.party.policies import FilePolicy
from kexin.party.rules import EXPIRED, urgency, validity_stages

CLOCK = system("clock.documents")
END = dt.date(2035, 1, 1)  # of Mrs Chen's identity card
KIND = "party.document_expiring"
STEPS = st.lists(st.integers(1, 730), min_size=1, max_size=6, unique=True).map(lambda days: sorted(days, reverse=True))


def flag(days_left: int) -> int:
    """The clock's round so many days before the end."""
    return flag_expiring_documents(actor=CLOCK, today=END - dt.timedelta(days=days_left))


def items() -> list[WorkItem]:
    return list(WorkItem.objects.filter(kind=KIND).order_by("pk"))


@given(STEPS, st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(-400, 900))
def test_every_end_belongs_to_one_stage_and_the_nearer_is_the_more_urgent(
    steps: list[int], today: dt.date, left: int
) -> None:
    end = today + dt.timedelta(days=left)
    held = [
        stage for stage, first, last in validity_stages(steps, today) if (first is None or first <= end) and end <= last
    ]
    if left > steps[0]:
        assert held == []
        return
    wanted = EXPIRED if left < 0 else min(step for step in steps if left <= step)
    assert held == [wanted]
    ranks = [urgency(steps, stage) for stage in (*steps, EXPIRED)]
    assert ranks == list(range(2, 2 + len(steps) + 1))


@pytest.mark.django_db
def test_one_item_opens_and_rises_step_by_step(bank: Any, chen: Any) -> None:
    old = IdentityDocument.objects.get(party=chen.party)
    seen = []
    for left in (91, 90, 89, 31, 30, 29, 8, 7, 1, 0, -1, -2):
        changed = flag(left)
        seen.append((left, changed, *[(item.details["stage"], item.priority) for item in items()]))
    assert [line for line in seen if line[1]] == [
        (90, 1, (90, 2)),
        (30, 1, (30, 3)),
        (7, 1, (7, 4)),
        (-1, 1, (EXPIRED, 5)),
    ]
    (item,) = items()
    assert (item.owner_post_id, item.customer_id, item.subject_id) == (bank.posts["lin"].pk, chen.pk, old.pk)
    assert item.due_at.astimezone(timezone.get_default_timezone()).date() == END
    assert Event.objects.filter(name="party.DocumentExpiring", customer_id=chen.pk).count() == 2  # near, and over


@pytest.mark.django_db
def test_an_item_put_off_comes_back_when_it_rises(bank: Any, chen: Any) -> None:
    flag(90)
    (item,) = items()
    snooze_work(item, actor=bank.actor("lin"), until=timezone.now() + dt.timedelta(days=300))
    flag(60)
    item.refresh_from_db()
    assert item.snoozed_until is not None
    flag(30)
    item.refresh_from_db()
    assert item.snoozed_until is None
    assert item.reminded_at is not None


@pytest.mark.django_db
def test_ticked_off_without_a_new_document_it_is_asked_again_at_the_next_step(bank: Any, chen: Any) -> None:
    flag(90)
    complete_work(items()[0], actor=bank.actor("lin"))
    assert flag(45) == 0
    assert flag(30) == 1
    assert [(item.status, item.details["stage"]) for item in items()] == [("done", 90), ("open", 30)]


@pytest.mark.django_db
@pytest.mark.parametrize("replaces", [True, False])
def test_a_new_document_closes_it_at_once(bank: Any, chen: Any, replaces: bool) -> None:
    lin = bank.actor("lin")
    passport = DocumentData(type="PASSPORT", number="E12345678", expires_on=END)
    old = record_document(chen, actor=lin, data=passport)
    flag(20)
    assert {item.subject_id for item in items()} == set(IdentityDocument.objects.values_list("pk", flat=True))
    new = DocumentData(type="PASSPORT", number="E87654321", expires_on=dt.date(2044, 1, 1))
    record_document(chen, actor=lin, data=new, replaces=old if replaces else None)
    found = {item.subject_id: item.outcome for item in items()}
    assert found.pop(old.pk) == "replaced"
    assert set(found.values()) == {""}  # the identity card has not been renewed
    assert flag(-5) == 1
    assert not WorkItem.objects.open().filter(subject_id=old.pk).exists()


@pytest.mark.django_db
def test_a_corrected_end_closes_it(bank: Any, chen: Any) -> None:
    flag(20)
    IdentityDocument.objects.filter(party=chen.party).update(expires_on=dt.date(2045, 1, 1))
    assert flag(19) == 0
    assert [item.outcome for item in items()] == ["replaced"]


@pytest.mark.django_db
def test_what_the_item_says(bank: Any, chen: Any, time_machine: Any) -> None:
    said = {}
    for left in (30, 1, 0, -3):
        time_machine.move_to(dt.datetime.combine(END - dt.timedelta(days=left), dt.time(12), dt.UTC), tick=False)
        flag(left)
        (item,) = items()
        with translation.override("zh-hans"):
            said[left] = str(work_kinds[KIND].sentence(item))
    assert "还剩 30 天" in said[30]
    assert "还剩 1 天" in said[1]
    assert "今天" in said[0]
    assert "已于 2035-01-01 过期" in said[-3]
    assert work_kinds[KIND].url(item) == f"/customers/{chen.pk}/?tab=profile"


@pytest.mark.django_db
def test_the_policy_takes_falling_days_only() -> None:
    rest = {"duplicate_review_working_days": 5}
    for wrong in ([], [30, 90], [30, 30], [0], [731], ["30"], [90, 60, 45, 30, 14, 7, 1]):
        assert [each.field for each in check_values("party.file", {**rest, "document_steps": wrong}).reasons] == [
            "document_steps"
        ], wrong
    PolicyVersion.objects.filter(code="party.file").update(values={**rest, "document_warn_days": 45})
    forget_cache()
    assert in_force(FilePolicy).document_steps == [45]
