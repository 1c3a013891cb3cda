"""Appointments: made, warned about, moved, closed; who sees what of them; reminders and what is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, History, WorkItem
from kexin.core.work_operations import complete_work
from kexin.engagement.appointment_queries import (
    appointment_in_reach,
    appointments_of,
    calendar_entries,
    notices,
    reminder_in_reach,
)
from kexin.engagement.models import Appointment
from kexin.engagement.operations import (
    add_reminder,
    ask_for_outcomes,
    change_appointment,
    close_appointment,
    make_appointment,
    mark_arrival,
    move_appointment,
)
from kexin.engagement.work import OUTCOME, REMINDER

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 11, 20)


def at(hour: int, minute: int = 0, day: dt.date = FRIDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), zone())


def made(bank: Any, chen: Any, who: str = "lin", **more: Any) -> Appointment:
    given = {"starts_at": at(10), "ends_at": at(11), "purpose": "review", "place": "贵宾室", "about": "到期续作"}
    return make_appointment(actor=bank.actor(who), customer=chen, **{**given, **more})


def test_an_appointment_is_made_encrypted_audited_and_told(bank: Any, chen: Any) -> None:
    row = made(bank, chen)
    assert (row.post_id, row.unit_id) == (bank.posts["lin"].pk, bank.units["east"].pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, about, internal::text FROM engagement_appointment")
        place, about, internal = cursor.fetchone()
    assert "贵宾室".encode() not in bytes(place)
    assert "续作".encode() not in bytes(about)
    assert internal == "{}"
    event = Event.objects.get(name="engagement.AppointmentMade")
    assert (event.customer_id, event.payload["purpose"]) == (chen.pk, "review")
    assert "续作" not in str(event.payload)
    entry = AuditEntry.objects.filter(operation="engagement.make_appointment").latest("id")
    assert entry.outcome == "done"
    assert "续作" not in str(entry.arguments)
    assert History.objects.filter(table_name="engagement_appointment").count() == 1


def test_what_speaks_against_a_time_is_told_and_may_be_overruled(bank: Any, chen: Any) -> None:
    made(bank, chen)
    cases = {
        "城东": {"starts_at": at(10, 30), "ends_at": at(11, 30)},
        "2026-11-21": {"starts_at": at(10, day=dt.date(2026, 11, 21)), "ends_at": at(11, day=dt.date(2026, 11, 21))},
        "early": {"starts_at": at(7), "ends_at": at(8)},
        "late": {"starts_at": at(20), "ends_at": at(21)},
    }
    for name, span in cases.items():
        with pytest.raises(RuleViolation) as told:
            made(bank, chen, **span)
        assert set(told.value.fields) == {"anyway"}, name
        assert made(bank, chen, **span, anyway=True).pk
    after = made(bank, chen, starts_at=at(11, 30), ends_at=at(12))
    assert after.starts_at == at(11, 30)


def test_a_made_up_saturday_is_a_day_like_others(bank: Any, chen: Any) -> None:
    saturday = dt.date(2026, 10, 10)  # made up for the National Day holiday
    assert made(bank, chen, starts_at=at(10, day=saturday), ends_at=at(11, day=saturday)).pk


def test_nonsense_is_refused(bank: Any, chen: Any) -> None:
    for field, given in {
        "ends_at": {"ends_at": at(9)},
        "purpose": {"purpose": "golf"},
        "place": {"place": "x" * 201},
        "others": {"others": [bank.posts["mei"].pk]},
        "post_id": {"post_id": bank.posts["mei"].pk},
    }.items():
        with pytest.raises(RuleViolation) as told:
            made(bank, chen, **given)
        assert set(told.value.fields) == {field}
    with pytest.raises(NotFound):
        made(bank, chen, "mei")
    with pytest.raises(NotPermitted):
        made(bank, chen, "he")


def test_two_editors_and_a_move(bank: Any, chen: Any) -> None:
    row, lin = made(bank, chen), bank.actor("lin")
    moved = move_appointment(row, actor=lin, starts_at=at(14), version=1)
    assert (moved.starts_at, moved.ends_at, moved.times_moved, moved.version) == (at(14), at(15), 1, 2)
    with pytest.raises(Conflict):
        move_appointment(row, actor=bank.actor("zhou"), starts_at=at(16), version=1)
    with pytest.raises(NotFound):
        move_appointment(row, actor=bank.actor("mei"), starts_at=at(16), version=2)
    changed = change_appointment(row, actor=lin, version=2, purpose="papers", others=[bank.posts["zhou"].pk])
    assert (changed.purpose, changed.others) == ("papers", [bank.posts["zhou"].pk])
    assert Event.objects.get(name="engagement.AppointmentMoved").payload["before"].startswith("2026-11-20T")


def test_a_kept_one_says_what_came_of_it_and_what_is_next(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    begun = timezone.now() - dt.timedelta(hours=2)
    row = made(bank, chen, starts_at=begun, ends_at=begun + dt.timedelta(hours=1), anyway=True)
    assert ask_for_outcomes(actor=system("clock.appointments"), now=timezone.now()) == 1
    assert ask_for_outcomes(actor=system("clock.appointments"), now=timezone.now()) == 0
    owed = WorkItem.objects.get(kind=OUTCOME)
    assert (owed.owner_post_id, owed.customer_id) == (bank.posts["lin"].pk, chen.pk)
    with pytest.raises(RuleViolation) as told:
        close_appointment(row, actor=lin, version=1, state="kept")
    assert set(told.value.fields) == {"outcome"}
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    closed = close_appointment(
        row, actor=lin, version=1, state="kept", outcome="续作三年期", next_step="带合同", next_on=tomorrow
    )
    assert (closed.state, closed.said("outcome")) == ("kept", "续作三年期")
    owed.refresh_from_db()
    assert (owed.status, owed.outcome) == ("done", "kept")
    assert WorkItem.objects.get(kind=REMINDER).customer_id == chen.pk
    with pytest.raises(RuleViolation):
        close_appointment(row, actor=lin, version=2, state="missed")
    assert Event.objects.get(name="engagement.AppointmentClosed").payload["state"] == "kept"
    assert [each.said("outcome") for each in appointments_of(lin, chen.pk)] == ["续作三年期"]


def test_what_has_not_begun_is_cancelled_not_missed(bank: Any, chen: Any) -> None:
    later = timezone.now() + dt.timedelta(days=2)
    row = made(bank, chen, starts_at=later, ends_at=later + dt.timedelta(hours=1), anyway=True)
    with pytest.raises(RuleViolation):
        close_appointment(row, actor=bank.actor("lin"), version=1, state="missed")
    assert close_appointment(row, actor=bank.actor("lin"), version=1, state="cancelled").state == "cancelled"


def test_colleagues_see_that_the_time_is_taken_and_no_more(bank: Any, chen: Any) -> None:
    made(bank, chen)
    lin_post = bank.posts["lin"].pk
    (own,) = calendar_entries(bank.actor("lin"), FRIDAY, FRIDAY)
    assert (own.busy, own.customer, own.place, own.mine) == (False, "陈秀兰", "贵宾室", True)
    (head,) = calendar_entries(bank.actor("zhou"), FRIDAY, FRIDAY, [lin_post])
    assert (head.busy, head.about, head.mine) == (False, "到期续作", False)
    team = make_appointment(
        actor=bank.actor("zhou"), starts_at=at(8, 30), ends_at=at(9), purpose="team", about="晨会", others=[lin_post]
    )
    assert team.internal["about"] == "晨会"
    first, _second = calendar_entries(bank.actor("lin"), FRIDAY, FRIDAY)
    assert (first.busy, first.about) == (False, "晨会")
    (taken,) = calendar_entries(bank.actor("lin"), FRIDAY, FRIDAY, [bank.posts["zhou"].pk])
    assert taken.about == "晨会"
    with pytest.raises(NotFound):
        calendar_entries(bank.actor("mei"), FRIDAY, FRIDAY, [lin_post])
    with pytest.raises(NotFound):
        appointment_in_reach(bank.actor("mei"), team.pk)
    with pytest.raises(NotPermitted):
        calendar_entries(bank.actor("he"), FRIDAY, FRIDAY)


def test_of_a_colleague_in_the_unit_only_busy(bank: Any, chen: Any) -> None:
    make_appointment(actor=bank.actor("zhou"), starts_at=at(9), ends_at=at(10), purpose="team", about="述职")
    (seen,) = calendar_entries(bank.actor("lin"), FRIDAY, FRIDAY, [bank.posts["zhou"].pk])
    assert (seen.busy, seen.about, seen.purpose) == (True, "", "")


def test_a_reminder_is_work_of_ones_own_and_told_when_due(
    bank: Any, chen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = bank.actor("lin")
    row = add_reminder(actor=lin, customer=chen, text="问婚礼", due_at=timezone.now() + dt.timedelta(hours=1))
    item = WorkItem.objects.get(kind=REMINDER)
    assert (item.next_step_at, item.owner_post_id, item.details) == (None, lin.post_id, {})
    assert reminder_in_reach(lin, row.pk)[0].said() == "问婚礼"
    with pytest.raises(NotFound):
        reminder_in_reach(bank.actor("mei"), row.pk)
    assert notices(lin) == []
    later = timezone.now() + dt.timedelta(hours=2)
    monkeypatch.setattr("kexin.engagement.appointment_queries.timezone.now", lambda: later)
    (told,) = notices(lin)
    assert (told.kind, told.text, told.customer) == ("reminder", "问婚礼", "陈秀兰")
    assert notices(bank.actor("zhou")) == []
    complete_work(item, actor=lin)
    assert notices(lin) == []


def test_a_reminder_needs_words_and_a_time_to_come(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    with pytest.raises(RuleViolation):
        add_reminder(actor=lin, text=" ", due_at=timezone.now() + dt.timedelta(hours=1))
    with pytest.raises(RuleViolation):
        add_reminder(actor=lin, text="x", due_at=timezone.now())
    with pytest.raises(NotFound):
        add_reminder(actor=bank.actor("mei"), customer=chen, text="x", due_at=timezone.now() + dt.timedelta(hours=1))


def test_who_has_come_is_told_to_who_holds_the_meeting(bank: Any, chen: Any) -> None:
    now = timezone.now()
    row = made(bank, chen, starts_at=now, ends_at=now + dt.timedelta(hours=1), anyway=True)
    marked = mark_arrival(row, actor=bank.actor("sun"))
    assert marked.arrived_told_by == "1003"
    (told,) = notices(bank.actor("lin"))
    assert (told.kind, told.customer) == ("arrived", "陈秀兰")
    assert mark_arrival(row, actor=bank.actor("sun")).version == marked.version
    with pytest.raises(NotPermitted):
        mark_arrival(row, actor=bank.actor("qian"))
    other = made(bank, chen, starts_at=now + dt.timedelta(days=3), anyway=True, ends_at=None)
    with pytest.raises(RuleViolation):
        mark_arrival(other, actor=bank.actor("sun"))
