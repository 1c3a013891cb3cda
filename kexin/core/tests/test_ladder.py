"""The ladder of work: times of its steps, what the clock takes, whom a step reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kexin.core import frame
from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.ladder import due_steps, parse_ladder, step_times
from kexin.core.models import PolicyVersion, WorkItem
from kexin.core.policy import forget_cache
from kexin.core.values import Duration, Unit
from kexin.core.work_ladder import escalate_work
from kexin.core.work_operations import escalated_work
from kexin.core.workflow import WorkKind, open_work, work_kinds
from tests.personas import Bank

CLOCK = system("clock.work")
ClientOf = Callable[..., Client]
MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2027, 12, 31), timezones=st.sampled_from([dt.UTC, zone()]))


def plainly(start: dt.datetime, duration: Duration) -> dt.datetime:
    """A clock of its own for the properties: a working day is a day, a working hour an hour."""
    hours = duration.amount * (24 if duration.unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS) else 1)
    return start + dt.timedelta(seconds=float(hours * 3600))


@st.composite
def ladders(draw: Any) -> list[dict[str, Any]]:
    parts = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    entries = [{"at": f"{part}%", "to": ["owner"]} for part in parts]
    if draw(st.booleans()):
        entries.append({"at": "due", "to": ["owner_head"]})
    units = draw(st.lists(st.sampled_from(["hours", "working days", "working hours"]), max_size=3))
    for number, unit in enumerate(units):
        entries.append({"at": f"+{(number + 1) * draw(st.integers(1, 3)) + 9 * number} {unit}", "to": ["unit_head"]})
    return entries


@given(ladders(), MOMENTS, st.integers(-5_000, 500_000))
def test_steps_come_in_order_and_none_before_its_time(entries: Any, opened: dt.datetime, minutes: int) -> None:
    due = opened + dt.timedelta(minutes=minutes)
    steps = parse_ladder(entries)
    times = step_times(steps, opened, due, plainly)
    assert list(times) == sorted(times)
    assert len(times) == len(steps)
    for step, at in zip(steps, times, strict=True):
        if step.late_by is not None:
            assert at >= due + dt.timedelta(minutes=1)
        elif step.part < 1 and due > opened:
            assert opened < at < due
        elif due > opened:
            assert at == due


@given(ladders(), MOMENTS, st.integers(1, 100_000), st.lists(st.integers(0, 300_000), max_size=8))
def test_however_often_the_clock_looks_it_takes_the_same_steps(
    entries: Any, opened: dt.datetime, minutes: int, looks: list[int]
) -> None:
    times = step_times(parse_ladder(entries), opened, opened + dt.timedelta(minutes=minutes), plainly)
    end = max([0, *looks])
    taken, counted = 0, []
    for look in [*sorted(looks), end]:
        before, now = taken, opened + dt.timedelta(minutes=look)
        taken, following = due_steps(times, taken, now)
        counted += range(before, taken)
        assert all(at <= now for at in times[:taken])
        assert following == (times[taken] if taken < len(times) else None)
        assert following is None or following > now
    assert counted == list(range(taken))  # each once
    assert taken == due_steps(times, 0, opened + dt.timedelta(minutes=end))[0]


@pytest.mark.parametrize(
    "entries",
    [
        [{"at": "0%", "to": ["owner"]}],
        [{"at": "100%", "to": ["owner"]}],
        [{"at": "soon", "to": ["owner"]}],
        [{"at": "+0.5 working days", "to": ["owner"]}],
        [{"at": "+1 fortnight", "to": ["owner"]}],
        [{"at": "due", "to": "owner"}],
        [{"at": "due", "to": ["The Head"]}],
        [{"at": "due"}],
        [{"at": "due", "to": ["owner"], "why": "x"}],
        [{"at": "80%", "to": ["owner"]}, {"at": "50%", "to": ["owner"]}],
        [{"at": "+2 hours", "to": ["owner"]}, {"at": "+1 hour", "to": ["owner"]}],
        [{"at": "+1 hour", "to": ["owner"]}, {"at": "due", "to": ["owner"]}],
        [{"at": f"{n}%", "to": ["owner"]} for n in range(1, 14)],
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(entries: Any) -> None:
    with pytest.raises(ValueError):
        parse_ladder(entries)


def test_a_ladder_is_read_as_written() -> None:
    first, second, third = parse_ladder(
        [
            {"at": "12.5%", "to": ["owner"]},
            {"at": "due", "to": ["owner_head", "owner_head"]},
            {"at": "+1个工作日", "to": ["unit_head", "compliance_officer"]},
        ]
    )
    assert (first.part, first.reminds_only) == (Decimal("0.125"), True)
    assert (second.part, second.to) == (1, ("owner_head",))
    assert third.late_by == Duration(1, "working_days")


def opened(bank: Bank, who: str, due_at: dt.datetime, unit: str = "") -> WorkItem:
    """An item opened now inside an act of the system."""
    token = frame.current.set(frame.Frame(operation="test.open", actor=system("test")))
    try:
        return open_work(
            "test.call",
            unit_id=bank.units[unit].pk if unit else bank.posts[who].unit_id,
            owner_post_id=bank.posts[who].pk,
            due_at=due_at,
        )
    finally:
        frame.current.reset(token)


FRIDAY = dt.datetime(2026, 3, 6, 10, 0, tzinfo=zone())


@pytest.mark.django_db
def test_the_shipped_ladder_climbs_to_head_and_compliance(bank: Bank, time_machine: Any) -> None:
    time_machine.move_to(FRIDAY, tick=False)
    item = opened(bank, "lin", FRIDAY + dt.timedelta(hours=4))
    zhou, wu = bank.posts["zhou"].pk, bank.posts["wu"].pk

    def at(hours: float) -> WorkItem:
        escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(hours=hours))
        item.refresh_from_db()
        return item

    assert at(1.9).reminded_at is None
    assert at(2).reminded_at == FRIDAY + dt.timedelta(hours=2)
    assert at(3.5).ladder_step == 2
    assert (item.escalation_level, item.escalated_to) == (0, [])
    assert (at(4).escalation_level, item.escalated_to) == (1, [zhou])
    assert at(4 + 48).escalation_level == 1  # a weekend is no working day
    assert (at(4 + 24 * 4).escalation_level, sorted(item.escalated_to)) == (2, sorted([zhou, wu]))
    assert item.next_step_at is None
    assert escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(days=90)) == 0
    assert [(step["step"], step["to"]) for step in item.details["steps"]] == [
        (1, [item.owner_post_id]),
        (2, [item.owner_post_id]),
        (3, [zhou]),
        (4, [zhou, wu]),
    ]


@pytest.mark.django_db
def test_a_clock_that_stood_still_takes_all_steps_at_once(bank: Bank, time_machine: Any) -> None:
    time_machine.move_to(FRIDAY, tick=False)
    item = opened(bank, "lin", FRIDAY + dt.timedelta(hours=4))
    assert escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(days=30)) == 1
    item.refresh_from_db()
    assert (item.escalation_level, item.ladder_step, item.next_step_at) == (2, 4, None)


@pytest.mark.django_db
def test_a_late_head_is_not_told_of_herself(bank: Bank, time_machine: Any) -> None:
    time_machine.move_to(FRIDAY, tick=False)
    item = opened(bank, "zhou", FRIDAY + dt.timedelta(hours=1))
    escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(days=30))
    item.refresh_from_db()
    assert item.escalated_to == [bank.posts["wu"].pk]
    assert item.details["steps"][2]["to"] == []  # nobody is head over the head in this small bank


@pytest.mark.django_db
def test_the_owners_head_and_the_head_of_the_unit_may_be_two(bank: Bank, time_machine: Any) -> None:
    from kexin.core.models import Role
    from kexin.people import operations as people

    time_machine.move_to(FRIDAY, tick=False)
    west = people.create_employee(
        actor=CLOCK, staff_no="2002", name="方华", unit=bank.units["west"], joined_on=dt.date(2021, 1, 1)
    )
    post = people.create_post(actor=CLOCK, unit=bank.units["west"], title="支行行长")
    people.apply_grant(post, actor=CLOCK, role=Role.objects.get(code="sub_branch_head"), reach="subtree")
    people.appoint(post, actor=CLOCK, employee=west, starts_on=dt.date(2021, 1, 1))
    item = opened(bank, "mei", FRIDAY + dt.timedelta(hours=1), unit="east")
    escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(hours=2))
    item.refresh_from_db()
    assert item.escalated_to == [post.pk]
    escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(days=30))
    item.refresh_from_db()
    assert set(item.escalated_to) == {post.pk, bank.posts["zhou"].pk, bank.posts["wu"].pk}


@pytest.mark.django_db
def test_an_item_keeps_the_ladder_it_was_opened_by(bank: Bank, time_machine: Any) -> None:
    time_machine.move_to(FRIDAY, tick=False)
    item = opened(bank, "lin", FRIDAY + dt.timedelta(hours=4))
    PolicyVersion.objects.create(
        code="core.work",
        number=2,
        values={"ladder": [], "approval_within_working_days": 3},
        in_force_from=FRIDAY.date(),
        status="approved",
        drafted_by="1008",
        approved_by="1005",
    )
    forget_cache()
    escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(hours=4))
    item.refresh_from_db()
    assert item.escalation_level == 1
    assert opened(bank, "sun", FRIDAY + dt.timedelta(hours=4)).next_step_at is None


@pytest.mark.django_db
def test_what_climbed_stands_with_those_it_reached_until_they_take_it(
    bank: Bank, client_of: ClientOf, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = WorkKind("test.call", "回电", lambda _item: "回电", lambda _item: "/")
    monkeypatch.setitem(work_kinds, "test.call", call)
    time_machine.move_to(FRIDAY, tick=False)
    item = opened(bank, "lin", FRIDAY + dt.timedelta(hours=1))
    escalate_work(actor=CLOCK, now=FRIDAY + dt.timedelta(hours=2))
    assert [row.pk for row in escalated_work(bank.actor("zhou"))] == [item.pk]
    assert not escalated_work(bank.actor("wu")).exists()
    page = client_of("zhou").get(reverse("core:work") + "?who=escalated")
    assert [row.pk for row in page.context["table"].page.rows] == [item.pk]
    assert "已升级，第 1 级" in page.content.decode()
    start = client_of("zhou").get("/").content.decode()
    assert "升级给我" in start
    assert "林晓雯" in start
    url = reverse("core:reassign_work", args=[item.pk])
    client_of("zhou").post(url, {"post_id": bank.posts["zhou"].pk, "reason": "我来处理"})
    assert not escalated_work(bank.actor("zhou")).exists()
