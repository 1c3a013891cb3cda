"""The institution keeps its own calendar, and provisional deadlines follow it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kexin.core import calendar, frame
from kexin.core.actor import Actor, Grant, system
from kexin.core.calendar_operations import redate, remove_calendar_day, set_calendar_day, upload_calendar
from kexin.core.choices import ActorKind, Reach
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, CalendarDay, WorkItem
from kexin.core.tasks import redate_work
from kexin.core.values import Duration
from kexin.core.workflow import open_work

pytestmark = pytest.mark.django_db

CLOCK = system("clock.calendar")
STEWARD = Actor(
    kind=ActorKind.PERSON,
    name="2001",
    grants=(Grant("steward", frozenset({"core.upload_calendar", "core.set_calendar_day"}), Reach.ALL),),
)
YEAR_2031 = b"""day,kind,open,name
2031-01-01,working,no,\xe5\x85\x83\xe6\x97\xa6
2031-01-18,working,yes,\xe6\x98\xa5\xe8\x8a\x82
2031-01-22,,\xe5\x90\xa6,\xe6\x98\xa5\xe8\x8a\x82
2031-05-01,working,0,
2031-10-01,working,false,
2031-01-22,trading,no,
"""


def _jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'core.redate_work'")
        return int(cursor.fetchone()[0])


def test_a_day_is_set_and_removed_and_both_are_audited() -> None:
    day = dt.date(2025, 9, 24)
    assert calendar.is_working(day)
    set_calendar_day(actor=CLOCK, day=day, is_open=False, name="台风")
    assert not calendar.is_working(day)
    remove_calendar_day(actor=CLOCK, day=day)
    assert calendar.is_working(day)
    entries = AuditEntry.objects.filter(operation__endswith="calendar_day").order_by("-id")[:2]
    assert [entry.operation for entry in entries] == ["core.remove_calendar_day", "core.set_calendar_day"]
    assert entries[1].arguments == {"day": "2025-09-24", "is_open": False, "name": "台风"}


def test_setting_a_day_twice_keeps_the_last_word() -> None:
    for is_open in (False, True):
        set_calendar_day(actor=CLOCK, day=dt.date(2025, 9, 27), is_open=is_open)
    assert list(CalendarDay.objects.values_list("is_open", flat=True)) == [True]


def test_what_is_not_there_or_not_permitted_is_refused() -> None:
    with pytest.raises(NotFound):
        remove_calendar_day(actor=CLOCK, day=dt.date(2025, 9, 24))
    with pytest.raises(NotPermitted):
        remove_calendar_day(actor=STEWARD, day=dt.date(2025, 9, 24))
    with pytest.raises(RuleViolation):
        set_calendar_day(actor=CLOCK, day=dt.date(2025, 9, 24), is_open=True, kind="lunar")


def test_a_year_is_uploaded_and_counts_as_published() -> None:
    done = upload_calendar(actor=STEWARD, content=YEAR_2031)
    assert (done.created, done.updated, done.unchanged, done.unpublished_years) == (6, 0, 0, ())
    assert calendar.is_working(dt.date(2031, 1, 18))
    assert not calendar.is_working(dt.date(2031, 1, 22))
    again = upload_calendar(
        actor=STEWARD, content=YEAR_2031.replace(b"2031-05-01,working,0,", b"2031-05-01,working,0,x")
    )
    assert (again.created, again.updated, again.unchanged) == (0, 1, 5)


def test_a_file_from_a_chinese_spreadsheet_is_read() -> None:
    upload_calendar(actor=STEWARD, content="day,open,name\r\n2031-02-01,是,调休\r\n".encode("gb18030"))
    assert CalendarDay.objects.get().name == "调休"


def test_the_public_json_is_read_and_an_incomplete_year_is_told() -> None:
    days = [{"name": "元旦", "date": "2031-01-01", "isOffDay": True}]
    done = upload_calendar(actor=STEWARD, content=json.dumps({"year": 2031, "days": days}).encode())
    assert (done.created, done.unpublished_years) == (1, (2031,))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"day,open\n",
        b"date,open\n2031-01-01,no\n", b"day,open\n2031-13-01,no\n", b"day,open\n2031-01-01,maybe\n",
        b"day,open\n2031-01-01\n", b"day,kind,open\n2031-01-01,lunar,no\n", b"day,open\n1066-10-14,no\n",
        b"day,open\n2031-01-01,no\n2031-01-01,yes\n", b"\xff\xfe\x00\x01", b"{}", b'{"days": [{"date": 1}]}',
        b"day,open\n" + b"x" * 1_000_001, b"day,open\n" + b"2031-01-01,no\n" * 5_001, b"day,open\n\x00,no\n",
    ],
)  # fmt: skip
def test_a_file_that_is_no_calendar_changes_nothing(content: bytes) -> None:
    set_calendar_day(actor=CLOCK, day=dt.date(2031, 1, 1), is_open=True)
    with pytest.raises(RuleViolation) as refusal:
        upload_calendar(actor=STEWARD, content=content)
    assert str(refusal.value.message) or refusal.value.fields
    assert list(CalendarDay.objects.values_list("day", "is_open")) == [(dt.date(2031, 1, 1), True)]


def test_wrong_lines_are_named() -> None:
    with pytest.raises(RuleViolation) as refusal:
        upload_calendar(actor=STEWARD, content=b"day,open\n2031-01-01,no\n2031-02-30,no\n2031-01-03,perhaps\n")
    assert list(refusal.value.fields) == ["line 3", "line 4"]


def _owe(days: int, start: str) -> WorkItem:
    token = frame.current.set(frame.Frame("test.owe", CLOCK))
    try:
        moment = dt.datetime.fromisoformat(start).replace(tzinfo=calendar.zone())
        due = calendar.add(moment, Duration(days, "working_days"))
        item = open_work("test.kind", unit_id=1, owner_post_id=1, due_at=due, subject_kind="t", subject_id=days)
    finally:
        frame.current.reset(token)
    WorkItem.objects.filter(pk=item.pk).update(opened_at=moment)
    return item


def _due(item: WorkItem) -> tuple[str, bool, dict[str, Any]]:
    item.refresh_from_db()
    return item.due_at.astimezone(calendar.zone()).strftime("%Y-%m-%d %H:%M"), item.due_provisional, item.details


def test_provisional_work_is_dated_anew_once_the_year_is_published() -> None:
    final = _owe(5, "2025-03-03 10:00")
    item = _owe(10, "2031-01-13 10:00")
    provisional = _due(item)
    assert provisional[:2] == ("2031-01-23 17:30", True)
    assert redate(actor=CLOCK) == 0
    assert _due(item) == provisional

    waiting = _jobs()
    upload_calendar(actor=STEWARD, content=YEAR_2031)
    assert _jobs() == waiting + 1
    redate_work()

    # Ten days after 13 January: the made-up Saturday counts, the 22nd does not.
    assert _due(item) == ("2031-01-27 17:30", False, {})
    assert item.version == 2
    assert item.next_step_at - item.opened_at == (item.due_at - item.opened_at) / 2  # the first step, at half the time
    assert _due(final) == ("2025-03-10 17:30", False, {})


def test_closed_work_is_left_as_it_was() -> None:
    item = _owe(10, "2031-01-13 10:00")
    WorkItem.objects.filter(pk=item.pk).update(status="done", closed_at=timezone.now())
    upload_calendar(actor=STEWARD, content=YEAR_2031)
    assert redate(actor=CLOCK) == 0


def test_an_upload_that_fails_defers_nothing() -> None:
    waiting = _jobs()
    with pytest.raises(RuleViolation):
        upload_calendar(actor=STEWARD, content=b"day,open\nx,y\n")
    assert _jobs() == waiting
