"""The service board: figures of now and of a period, each with its list; requests of somebody who left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.people.operations import let_go
from kexin.service.deskwork.leaving import hand_over_left
from kexin.service.models import ServiceRequest
from kexin.service.oversight.figures import POST, UNIT, WHOLE, asked_for, board_now, service_board
from kexin.service.requests import closing, handling, opening

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
TOLD = {"kind": "consultation", "category": "card", "channel": "phone"}


@pytest.fixture
def worked(bank: Any, chen: Any, time_machine: Any) -> list[ServiceRequest]:
    """One solved at once after two hours, one answered late and told after ten days, one opened again, one late."""
    sun = bank.actor("sun")
    time_machine.move_to(MONDAY, tick=False)
    rows = [opening.open_request(chen, actor=sun, subject=f"事项{number}", **TOLD) for number in range(4)]
    time_machine.move_to(MONDAY + 2 * HOUR, tick=False)
    closing.tell_result(rows[0], actor=sun, result="当场解答", solved=True, channel="phone")
    handling.record_contact(rows[2], actor=sun, channel="phone", text="正在办理")
    time_machine.move_to(MONDAY + 4 * HOUR, tick=False)
    closing.tell_result(rows[2], actor=sun, result="办好了", solved=True, channel="phone")
    closing.confirm_request(rows[2], actor=sun, agreed=False, channel="phone", note="还是不行")
    time_machine.move_to(MONDAY + 30 * HOUR, tick=False)
    handling.record_contact(rows[1], actor=sun, channel="phone", text="迟复致歉")
    time_machine.move_to(MONDAY + 240 * HOUR, tick=False)
    closing.tell_result(rows[1], actor=sun, result="不能办理", solved=False, channel="phone")
    closing.tell_result(rows[2], actor=sun, result="重新办好", solved=True, channel="phone")
    return rows


def test_each_number_is_what_happened_and_the_period_before_stands_beside_it(
    bank: Any, worked: list[ServiceRequest], time_machine: Any, django_assert_max_num_queries: Any
) -> None:
    zhou = bank.actor("zhou")
    asked = asked_for(MONDAY.date(), MONDAY.date() + dt.timedelta(days=10))
    with django_assert_max_num_queries(7):
        board = service_board(zhou, asked)
    whole, now = board.period[WHOLE, ""], board.now[WHOLE, ""]
    assert (now.open, now.late, now.waiting) == (4, 1, 3)
    assert (whole.received, whole.told, whole.solved, whole.at_once, whole.again) == (4, 3, 2, 1, 1)
    assert (whole.answers.count, whole.answers.on_time, whole.answers.median) == (3, 2, 2.0)
    assert whole.answers.bars == (0, 2, 0, 1, 0)
    assert (whole.results.count, whole.results.bars) == (3, (2, 0, 0, 0, 1))
    assert whole.results.on_time == 2
    east, sun = str(bank.units["east"].pk), str(bank.posts["sun"].pk)
    assert board.period[UNIT, east].told == board.period[POST, sun].told == 3
    later = asked_for(asked.last + dt.timedelta(days=1), asked.last + dt.timedelta(days=11))
    assert service_board(zhou, later).before[WHOLE, ""].told == 3
    assert (WHOLE, "") not in service_board(zhou, later).period
    with pytest.raises(NotFound):
        service_board(zhou, asked_for(unit_id=bank.units["west"].pk))
    with pytest.raises(RuleViolation):
        asked_for(asked.last, asked.first)
    assert board_now(bank.actor("tang")).open == 4


def test_the_page_its_lists_and_its_file(
    bank: Any,
    worked: list[ServiceRequest],
    client_of: Callable[..., Client],
    django_assert_max_num_queries: Any,
) -> None:
    zhou = client_of("zhou")
    first, last = MONDAY.date(), MONDAY.date() + dt.timedelta(days=10)
    address = f"{reverse('service:board')}?first={first}&last={last}"
    zhou.get(address)
    with django_assert_max_num_queries(30):
        page = zhou.get(address).content.decode()
    assert "城东支行" in page
    assert "孙悦" in page
    assert "消费投诉" in page or "投诉" in page  # what another room adds
    told = f"told_after={first}&told_before={last}"
    for query, found in (
        (told, {1, 2, 3}),
        (f"{told}&went=at_once", {1}),
        (f"{told}&went=again", {3}),
        (f"{told}&went=late_answer", {2}),
        (f"{told}&solved=true", {1, 3}),
        (f"state=unfinished&due=late&owner={bank.posts['sun'].pk}", {4}),
        (f"state=unfinished&under={bank.units['branch'].pk}", {1, 2, 3, 4}),
        (f"unit={bank.units['west'].pk}", set()),
    ):
        shown = zhou.get(f"{reverse('service:requests')}?{query}").content.decode()
        assert {each for each in range(1, 5) if f"事项{each - 1}" in shown} == found, query
    assert zhou.get(f"{reverse('service:board')}?first={last}&last={first}").status_code == 422
    assert "还有" not in zhou.get(reverse("service:board_now")).content.decode()
    sheet = zhou.post(
        f"{reverse('service:export_board')}?first={first}&last={last}", {"format": "csv", "purpose": "月会"}
    )
    lines = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    assert "孙悦" in lines
    assert AuditEntry.objects.filter(operation="service.export_service_board", outcome="done").exists()
    empty = client_of("tang").get(reverse("service:board") + "?first=2025-01-01&last=2025-01-31")
    assert empty.status_code == 200
    assert client_of("sun").get(reverse("service:board")).status_code == 403


def test_who_leaves_leaves_nothing_without_an_owner(bank: Any, chen: Any, worked: list[ServiceRequest]) -> None:
    lin = opening.open_request(chen, actor=bank.actor("lin"), subject="她自己的客户", **TOLD)
    let_go(bank.employees["sun"], actor=system("set-up"))
    let_go(bank.employees["lin"], actor=system("set-up"))
    assert hand_over_left(actor=system("clock.service")) == 4
    assert hand_over_left(actor=system("clock.service")) == 0
    assert {row.owner_post for row in ServiceRequest.objects.exclude(pk=lin.pk)} == {bank.posts["zhou"]}
    assert ServiceRequest.objects.get(pk=lin.pk).owner_post == bank.posts["lin"]  # goes with her customer
    owed = WorkItem.objects.open().filter(kind="service.clock").exclude(details__request_id=lin.pk)
    assert set(owed.values_list("owner_post_id", flat=True)) == {bank.posts["zhou"].pk}
