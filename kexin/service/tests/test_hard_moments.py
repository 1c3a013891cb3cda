"""Two at once on two connections, a day without the clock, somebody leaves, words after the end."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date, zone
from kexin.core.errors import KexinError, RuleViolation
from kexin.core.models import Event, WorkItem
from kexin.core.policy import in_force
from kexin.core.work_ladder import escalate_work
from kexin.people.operations import end_appointment
from kexin.service.deskwork.leaving import hand_over_left
from kexin.service.models import RequestQueue, ServiceRequest
from kexin.service.queues import editing, giving
from kexin.service.queues.members import candidates
from kexin.service.queues.policies import QueuePolicy
from kexin.service.requests import closing, handling, opening, responsibility, sweeping

MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
TOLD = {"kind": "consultation", "category": "card", "channel": "phone", "subject": "银行卡不能取款"}
PATIENCE = 30.0
alone = pytest.mark.django_db(transaction=True)
shared = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(time_machine: Any) -> Any:
    time_machine.move_to(MONDAY)
    return time_machine


def at_once(held: Any, *acts: Callable[[], Any]) -> list[Any]:
    """All acts come to wait for the row ``held``, one after the other, each on its connection; then it is let go."""
    said: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            said[number] = acts[number]()
        except KexinError as refusal:
            said[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    with transaction.atomic():
        type(held).objects.select_for_update(of=("self",)).get(pk=held.pk)
        for number, each in enumerate(threads, start=1):
            each.start()
            _until_all_wait(number, said)
    for each in threads:
        each.join(PATIENCE)
        assert not each.is_alive()
    return said


def _until_all_wait(wanted: int, said: list[Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= wanted:
                return
            assert said == [None] * len(said), f"one did not wait for the row: {said}"
    pytest.fail("not all came to wait")


def asked(bank: Any, customer: Any) -> ServiceRequest:
    return opening.open_request(customer, actor=bank.actor("sun"), **TOLD)


def queue_of(bank: Any, name: str = "银行卡", **capacity: int) -> RequestQueue:
    zhou = bank.actor("zhou")
    made = editing.propose_queue(actor=zhou, unit_id=bank.units["east"].pk, name=name, name_en="Cards", reason="专人")
    decide_approval(made, actor=bank.actor("wu"), approve=True)
    queue = RequestQueue.objects.get(name=name)
    for who, carries in capacity.items():
        editing.keep_queue_member(queue, actor=zhou, post_id=bank.posts[who].pk, capacity=carries)
    return queue


@alone
def test_of_two_who_close_at_once_one_does_and_the_other_is_told(bank: Any, chen: Any) -> None:
    row = asked(bank, chen)
    sun, zhou = bank.actor("sun"), bank.actor("zhou")
    words = {"result": "好了", "solved": True, "channel": "phone"}
    said = at_once(
        row,
        lambda: closing.tell_result(row.pk, actor=sun, **words),
        lambda: closing.tell_result(row.pk, actor=zhou, **words),
    )
    assert sorted(isinstance(each, RuleViolation) for each in said) == [False, True]
    assert Event.objects.filter(name="service.ResultGiven", payload__request_id=row.pk).count() == 1
    assert row.entries.filter(kind="told").count() == 1
    said = at_once(
        row,
        lambda: closing.confirm_request(row.pk, actor=sun, agreed=True, channel="phone"),
        lambda: closing.confirm_request(row.pk, actor=zhou, agreed=True, channel="phone"),
    )
    assert sorted(isinstance(each, RuleViolation) for each in said) == [False, True]
    assert Event.objects.filter(name="service.RequestClosed", payload__request_id=row.pk).count() == 1


@alone
def test_of_two_who_take_at_once_one_is_responsible(bank: Any, chen: Any) -> None:
    queue = queue_of(bank, zhou=1, lin=1)
    editing.set_post_skills(bank.posts["lin"], actor=bank.actor("zhou"), skills={"cards": 1})
    row = asked(bank, chen)
    giving.queue_request(row, actor=bank.actor("sun"), queue_id=queue.pk, reason="专人")
    zhou, lin = bank.actor("zhou"), bank.actor("lin")
    said = at_once(
        row,
        lambda: giving.take_queued_request(row.pk, actor=zhou),
        lambda: giving.take_queued_request(row.pk, actor=lin),
    )
    assert sorted(isinstance(each, RuleViolation) for each in said) == [False, True]
    assert ServiceRequest.objects.get(pk=row.pk).queued_at is None
    assert WorkItem.objects.open().filter(kind="service.offer").count() == 0


@alone
def test_two_that_come_at_once_do_not_fill_the_same_room(bank: Any, chen: Any) -> None:
    queue = queue_of(bank, zhou=1)
    rows = [asked(bank, chen) for _each in range(2)]
    sun = bank.actor("sun")
    at_once(
        queue,
        *(
            lambda row=row: giving.queue_request(row.pk, actor=sun, queue_id=queue.pk, reason="专人")  # type: ignore[misc]
            for row in rows
        ),
    )
    offered = ServiceRequest.objects.filter(offered_post=bank.posts["zhou"]).count()
    assert offered == 1
    assert ServiceRequest.objects.filter(queued_at__isnull=False).count() == 2


@alone
def test_two_queues_that_give_at_once_do_not_fill_the_same_room_of_one_member(bank: Any, chen: Any) -> None:
    queues = [queue_of(bank, name, zhou=1) for name in ("银行卡", "存款")]
    rows = [asked(bank, chen) for _each in range(2)]
    sun = bank.actor("sun")
    at_once(
        bank.posts["zhou"],  # whoever offers something to the post comes to wait here, having chosen
        *(
            lambda row=row, queue=queue: giving.queue_request(row.pk, actor=sun, queue_id=queue.pk, reason="专人")  # type: ignore[misc]
            for row, queue in zip(rows, queues, strict=True)
        ),
    )
    assert ServiceRequest.objects.filter(offered_post=bank.posts["zhou"]).count() == 1
    assert ServiceRequest.objects.filter(queued_at__isnull=False).count() == 2
    assert [giving.give_out_queue(each.pk, actor=system("clock.service")) for each in queues] == [0, 0]


@alone
@pytest.mark.parametrize("act", [responsibility.assign_request, responsibility.offer_request])
def test_a_queue_waits_for_who_hands_its_member_something_at_that_moment(bank: Any, chen: Any, act: Any) -> None:
    queue = queue_of(bank)
    waits, other = asked(bank, chen), asked(bank, chen)
    giving.queue_request(waits, actor=bank.actor("sun"), queue_id=queue.pk, reason="专人")
    editing.keep_queue_member(queue, actor=bank.actor("zhou"), post_id=bank.posts["lin"].pk, capacity=1)
    by = bank.actor("zhou" if act is responsibility.assign_request else "sun")
    _handed, given = at_once(
        bank.posts["lin"],
        lambda: act(other.pk, actor=by, post_id=bank.posts["lin"].pk, reason="熟悉"),
        lambda: giving.give_out_queue(queue.pk, actor=system("clock.service")),
    )
    assert given == 0
    waits.refresh_from_db()
    assert (waits.offered_post_id, waits.queued_at is not None) == (None, True)


@shared
def test_after_days_without_the_clock_all_is_caught_up_the_oldest_first(
    bank: Any, chen: Any, time_machine: Any
) -> None:
    sun = bank.actor("sun")
    rows = []
    for hours in (3, 1, 2):
        time_machine.move_to(MONDAY + dt.timedelta(hours=hours))
        rows.append(asked(bank, chen))
        closing.tell_result(rows[-1], actor=sun, result="好了", solved=True, channel="phone")
    late = [asked(bank, chen) for _each in range(3)]
    time_machine.move_to(MONDAY + 9 * DAY)
    assert sweeping.sweep() == 3
    assert sweeping.sweep() == 0  # and nothing twice
    ended = Event.objects.filter(name="service.RequestClosed", customer_id=chen.pk)
    closed = ended.order_by("pk").values_list("payload", flat=True)
    assert [each["request_id"] for each in closed] == [rows[1].pk, rows[2].pk, rows[0].pk]
    now = MONDAY + 9 * DAY
    assert escalate_work(actor=system("clock.work"), now=now) == 6  # two clocks of three requests
    assert escalate_work(actor=system("clock.work"), now=now) == 0
    steps = WorkItem.objects.open().filter(customer_id=chen.pk).values_list("details", flat=True)
    assert all([each["step"] for each in said["steps"]] == [1, 2, 3, 4] for said in steps)
    assert all(row.ticking for row in ServiceRequest.objects.filter(pk__in=[each.pk for each in late]))


@shared
def test_who_leaves_leaves_nothing_and_the_queue_passes_over(bank: Any, chen: Any, time_machine: Any) -> None:
    queue = queue_of(bank, sun=10, zhou=10)
    row = asked(bank, chen)
    holder = bank.posts["sun"].holders.get()
    end_appointment(holder, actor=system("set-up"), ends_on=business_date())
    time_machine.move_to(MONDAY + DAY)
    assert hand_over_left(actor=system("clock.service")) == 1
    assert ServiceRequest.objects.get(pk=row.pk).owner_post == bank.posts["zhou"]
    assert {each.post_id: each.present for each in candidates(queue, in_force(QueuePolicy))} == {
        bank.posts["sun"].pk: False,
        bank.posts["zhou"].pk: True,
    }


@shared
def test_words_after_the_end_are_told_so_and_change_nothing(bank: Any, chen: Any) -> None:
    sun, row = bank.actor("sun"), asked(bank, chen)
    closing.tell_result(row, actor=sun, result="好了", solved=True, channel="phone")
    closing.confirm_request(row, actor=sun, agreed=True, channel="phone")
    for act in (
        lambda: handling.record_contact(row.pk, actor=sun, channel="phone", text="还是不行", outward=False),
        lambda: closing.confirm_request(row.pk, actor=sun, agreed=False, channel="phone", note="还是不行"),
        lambda: closing.tell_result(row.pk, actor=sun, result="再", solved=True, channel="phone"),
        lambda: handling.move_request(row.pk, actor=sun, stage="needs"),
    ):
        with pytest.raises(RuleViolation):
            act()
    assert row.entries.count() == 2
    handling.note_request(row.pk, actor=sun, text="客户又来电")  # among colleagues it may be noted
    closing.reopen_request(row.pk, actor=sun, reason="还是不行")
    assert ServiceRequest.objects.get(pk=row.pk).round == 2
