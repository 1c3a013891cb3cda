"""Requests through their doors: one responsible person, clocks as promised, every end with the customer's word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from kexin.core import calendar
from kexin.core.actor import Actor, system
from kexin.core.actor import customer as customer_actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, PolicyVersion, WorkItem
from kexin.core.policy import forget_cache
from kexin.party.events import PortfolioAssigned
from kexin.service import handlers
from kexin.service.models import Clock, ClockPause, RequestEntry, ServiceRequest
from kexin.service.queries import own_request, own_requests, request_file, requests, standing
from kexin.service.requests import closing, handling, opening, pausing, responsibility, sweeping

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())


@pytest.fixture
def monday(time_machine: Any) -> Any:
    """Monday, ten in the morning."""
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


@pytest.fixture
def asked(bank: Any, chen: Any, monday: Any) -> ServiceRequest:
    """Mrs Chen telephoned Sun: her card does not work."""
    return opening.open_request(
        chen, actor=bank.actor("sun"), kind="consultation", category="card", channel="phone",
        subject="银行卡不能取款", text="在超市刷卡也不行",
    )  # fmt: skip


def as_customer(row: Any) -> Actor:
    may = {"service.send_own_request", "service.view_own_requests", "service.confirm_own_request"}
    return customer_actor(row.pk, row.customer_no, may, session="phone", address="10.0.0.7")


def fresh(row: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=row.pk)


def owed(row: ServiceRequest, kind: str = "service.clock") -> list[tuple[int, Any]]:
    of_clocks = kind == "service.clock"  # a clock and another request may have the same number
    keys = list(row.clocks.values_list("pk", flat=True)) if of_clocks else [row.pk]
    rows = WorkItem.objects.open().filter(kind=kind, subject_id__in=keys).order_by("due_at")
    return list(rows.values_list("owner_post_id", "due_at"))


def test_whoever_is_asked_first_is_responsible_and_every_clock_runs_from_the_call(
    bank: Any, asked: ServiceRequest
) -> None:
    assert asked.request_no.startswith("Q2026")
    assert (asked.owner_post, asked.first_post, asked.unit) == (bank.posts["sun"],) * 2 + (bank.units["east"],)
    assert [(each.code, each.due_at) for each in asked.clocks.order_by("due_at")] == [
        ("response", MONDAY + 24 * HOUR),
        ("result", dt.datetime(2026, 3, 12, 17, 30, tzinfo=zone())),
    ]
    assert owed(asked) == [(bank.posts["sun"].pk, each.due_at) for each in asked.clocks.order_by("due_at")]
    assert (asked.ticking, asked.due_at) == (True, MONDAY + 24 * HOUR)
    assert AuditEntry.objects.filter(operation="service.open_request", outcome="done").exists()
    assert Event.objects.get(name="service.RequestOpened").payload["channel"] == "phone"
    with transaction.atomic(), pytest.raises(DatabaseError):
        RequestEntry.objects.filter(request=asked).update(channel="email")


def test_what_came_late_to_the_screen_is_counted_from_when_it_was_said(bank: Any, chen: Any, monday: Any) -> None:
    told = {"kind": "suggestion", "category": "other", "channel": "branch", "subject": "多放几把椅子"}
    row = opening.open_request(chen, actor=bank.actor("sun"), received_at=MONDAY - 20 * HOUR, **told)
    assert row.due_at == MONDAY + 4 * HOUR
    for received in (MONDAY + HOUR, MONDAY - 40 * DAY):
        with pytest.raises(RuleViolation) as refusal:
            opening.open_request(chen, actor=bank.actor("sun"), received_at=received, **told)
        assert set(refusal.value.fields) == {"received_at"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "complaint_of_old"}, "kind"),
        ({"category": "x"}, "category"),
        ({"channel": "pigeon"}, "channel"),
        ({"urgency": "now"}, "urgency"),
        ({"subject": " \n"}, "subject"),
        ({"subject": "长" * 121}, "subject"),
        ({"text": "长" * 4001}, "text"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(
    bank: Any, chen: Any, wrong: dict[str, str], field: str
) -> None:
    whole = {"kind": "consultation", "category": "card", "channel": "phone", "subject": "问"} | wrong
    with pytest.raises(RuleViolation) as refusal:
        opening.open_request(chen, actor=bank.actor("sun"), **whole)
    assert set(refusal.value.fields) == {field}
    assert not ServiceRequest.objects.exists()


def test_the_same_request_by_telephone_counter_and_portal_has_the_same_clocks_and_fields(
    bank: Any, chen: Any, monday: Any
) -> None:
    told = {"kind": "consultation", "category": "card", "subject": "换卡", "text": "卡旧了"}
    rows = [
        opening.open_request(chen, actor=bank.actor("sun"), channel="phone", **told),
        opening.open_request(chen, actor=bank.actor("sun"), channel="branch", **told),
        opening.send_own_request(actor=as_customer(chen), **told),
    ]
    clocks = [list(row.clocks.order_by("code").values_list("code", "due_at", "amount", "unit")) for row in rows]
    assert clocks[0] == clocks[1] == clocks[2]
    assert {(row.kind, row.category, row.subject, row.text, row.stage) for row in rows} == {
        ("consultation", "card", "换卡", "卡旧了", "reception")
    }
    assert rows[2].owner_post == bank.posts["lin"]  # who leads her
    assert [row.request_no for row in own_requests(as_customer(chen))] == [row.request_no for row in rows[::-1]]


def test_the_first_answer_stops_its_clock_and_the_result_the_other(
    bank: Any, asked: ServiceRequest, monday: Any
) -> None:
    sun = bank.actor("sun")
    handling.record_contact(asked, actor=sun, channel="phone", text="她说急用", outward=False, reaction="upset")
    assert asked.clocks.filter(state="met").count() == 0
    monday.move_to(MONDAY + 2 * HOUR)
    handling.record_contact(asked, actor=sun, channel="phone", text="已联系卡中心", reaction="neutral")
    assert asked.clocks.get(code="response").met_at == MONDAY + 2 * HOUR
    assert (fresh(asked).due_at, len(owed(asked))) == (asked.clocks.get(code="result").due_at, 1)
    closing.tell_result(asked, actor=sun, result="已换新卡", solved=True, channel="branch")
    row = fresh(asked)
    assert (row.state, row.stage, row.ticking, owed(row)) == ("told", "feedback", False, [])
    closing.confirm_request(asked, actor=sun, agreed=True, channel="phone")
    row = fresh(asked)
    assert (row.state, row.confirmation) == ("closed", "confirmed")
    assert row.closed_at is not None
    assert [each.name for each in Event.objects.filter(subject=row.request_no).order_by("id")] == [
        "service.RequestOpened", "service.RequestAnswered", "service.RequestAnswered", "service.ResultGiven",
        "service.RequestClosed",
    ]  # fmt: skip


def test_late_is_told_and_stays_told(bank: Any, asked: ServiceRequest, monday: Any) -> None:
    sun = bank.actor("sun")
    monday.move_to(MONDAY + 25 * HOUR)
    assert [row.pk for row in requests(sun, state="unfinished", due="late")] == [asked.pk]
    assert (standing(sun).late, standing(sun).today) == (1, 0)
    handling.record_contact(asked, actor=sun, channel="phone", text="对不起，来晚了")
    shown = {each.clock.code: (each.late, each.level) for each in request_file(sun, asked.pk).clocks}
    assert shown == {"response": (True, "bad"), "result": (False, "calm")}
    assert standing(sun).late == 0


def test_an_offer_changes_nothing_until_it_is_accepted(bank: Any, asked: ServiceRequest) -> None:
    sun, lin = bank.actor("sun"), bank.actor("lin")
    with pytest.raises(RuleViolation):
        responsibility.offer_request(asked, actor=sun, post_id=bank.posts["gao"].pk, reason="他在")  # handles none
    responsibility.offer_request(asked, actor=sun, post_id=bank.posts["lin"].pk, reason="她的客户")
    assert fresh(asked).owner_post == bank.posts["sun"]
    assert [row.pk for row in requests(lin, side="offered")] == [asked.pk]
    with pytest.raises(RuleViolation):
        responsibility.answer_offer(asked, actor=sun, accept=True)
    with pytest.raises(RuleViolation) as refusal:
        responsibility.answer_offer(asked, actor=lin, accept=False)
    assert set(refusal.value.fields) == {"reason"}
    responsibility.answer_offer(asked, actor=lin, accept=False, reason="明天休假")
    assert (fresh(asked).owner_post, fresh(asked).offered_post) == (bank.posts["sun"], None)
    responsibility.offer_request(asked, actor=sun, post_id=bank.posts["lin"].pk, reason="她回来了")
    responsibility.answer_offer(asked, actor=lin, accept=True)
    row = fresh(asked)
    assert (row.owner_post, row.first_post) == (bank.posts["lin"], bank.posts["sun"])
    assert {post for post, _due in owed(row)} == {bank.posts["lin"].pk}
    assert owed(row, "service.offer") == []
    assert request_file(sun, row.pk).row.pk == row.pk  # who was asked first goes on seeing it
    with pytest.raises(RuleViolation):
        closing.tell_result(asked, actor=sun, result="好了", solved=True, channel="phone")


def test_a_head_assigns_and_nobody_else_does(bank: Any, asked: ServiceRequest) -> None:
    with pytest.raises(NotPermitted):
        responsibility.assign_request(asked, actor=bank.actor("sun"), post_id=bank.posts["lin"].pk, reason="忙")
    responsibility.assign_request(asked, actor=bank.actor("zhou"), post_id=bank.posts["lin"].pk, reason="孙悦离职")
    assert fresh(asked).owner_post == bank.posts["lin"]
    assert Event.objects.get(name="service.RequestReassigned").payload["post"] == bank.posts["lin"].pk


def test_who_gets_a_customer_gets_the_requests_that_the_former_lead_owned(bank: Any, chen: Any, asked: Any) -> None:
    """The transfer moves the work; the responsibility goes the same way, once, and what others own stays theirs."""
    own = opening.send_own_request(actor=as_customer(chen), kind="consultation", category="loan", subject="提前还贷")
    fact = PortfolioAssigned(chen.pk, chen.customer_no, bank.posts["mei"].pk, bank.posts["lin"].pk)
    handlers.follow_assignment(fact)
    row = fresh(own)
    assert (row.owner_post, row.unit, row.first_post) == (bank.posts["mei"], bank.units["west"], bank.posts["lin"])
    assert {post for post, _due in owed(row)} == {bank.posts["mei"].pk}
    assert fresh(asked).owner_post == bank.posts["sun"]
    assert Event.objects.filter(name="service.RequestReassigned").count() == 1
    handlers.follow_assignment(fact)
    assert Event.objects.filter(name="service.RequestReassigned").count() == 1


def test_a_clock_pauses_only_where_its_rule_allows_and_the_rest_runs_on(
    bank: Any, asked: ServiceRequest, monday: Any
) -> None:
    sun = bank.actor("sun")
    for code, reason in (("response", "awaits_customer"), ("result", "because")):
        with pytest.raises(RuleViolation):
            pausing.pause_clock(asked, actor=sun, code=code, reason=reason)
    monday.move_to(MONDAY + DAY)  # one working day used
    pausing.pause_clock(asked, actor=sun, code="result", reason="awaits_customer", note="等身份证复印件")
    assert [each.state for each in asked.clocks.filter(code="result")] == ["paused"]
    assert len(owed(asked)) == 1
    monday.move_to(MONDAY + 4 * DAY)  # Friday
    pausing.resume_clock(asked, actor=sun, code="result")
    clock = asked.clocks.get(code="result")
    assert clock.due_at == dt.datetime(2026, 3, 17, 17, 30, tzinfo=zone())  # two working days are left: Monday, Tuesday
    assert (bank.posts["sun"].pk, clock.due_at) in owed(asked)
    pause = ClockPause.objects.get(clock=clock)
    assert (pause.began_by, pause.ended_by, pause.due_after) == (sun.name, sun.name, clock.due_at)
    monday.move_to(clock.due_at + HOUR)
    with pytest.raises(RuleViolation):  # late: a pause would hide it
        pausing.pause_clock(asked, actor=sun, code="result", reason="awaits_customer")


def test_a_later_policy_rewrites_no_promise(bank: Any, asked: ServiceRequest, monday: Any) -> None:
    before = list(asked.clocks.order_by("code").values_list("code", "due_at"))
    old = PolicyVersion.objects.get(code="service.requests")
    values = {**old.values, "kinds": [{**each} for each in old.values["kinds"]]}
    values["kinds"][0]["milestones"] = [{**each, "within": "1 hour"} for each in values["kinds"][0]["milestones"]]
    PolicyVersion.objects.create(
        code=old.code, number=2, values=values, in_force_from=business_date(), legal_basis="试", verified=False,
        status="approved", drafted_by="1", approved_by="2",
    )  # fmt: skip
    forget_cache()
    assert list(asked.clocks.order_by("code").values_list("code", "due_at")) == before
    closing.tell_result(asked, actor=bank.actor("sun"), result="好了", solved=True, channel="phone")
    closing.confirm_request(asked, actor=bank.actor("sun"), agreed=False, channel="phone", note="还是不行")
    again = fresh(asked).clocks.filter(round=2).order_by("code").values_list("code", "amount")
    assert list(again) == [("response", Decimal(24)), ("result", Decimal(3))]  # opened again by the promise of then


def test_who_does_not_agree_opens_it_again_and_silence_closes_it(
    bank: Any, chen: Any, asked: ServiceRequest, monday: Any
) -> None:
    sun, mrs_chen = bank.actor("sun"), as_customer(chen)
    with pytest.raises(RuleViolation):
        closing.confirm_own_request(actor=mrs_chen, request_id=asked.pk, agreed=True)  # nothing was told yet
    closing.tell_result(asked, actor=sun, result="卡已解冻", solved=True, channel="phone")
    with pytest.raises(RuleViolation) as refusal:
        closing.confirm_own_request(actor=mrs_chen, request_id=asked.pk, agreed=False)
    assert set(refusal.value.fields) == {"note"}
    closing.confirm_own_request(actor=mrs_chen, request_id=asked.pk, agreed=False, note="还是取不了")
    row = fresh(asked)
    assert (row.state, row.round, row.confirmation, row.ticking) == ("open", 2, "disputed", True)
    assert Event.objects.get(name="service.RequestReopened").payload["disputed"] is True
    closing.tell_result(asked, actor=sun, result="已换卡", solved=True, channel="phone")
    monday.move_to(timezone.now() + 7 * DAY - HOUR)
    assert sweeping.sweep() == 0
    monday.move_to(timezone.now() + 2 * HOUR)
    assert (sweeping.sweep(), sweeping.sweep()) == (1, 0)
    assert (fresh(asked).state, fresh(asked).confirmation) == ("closed", "silent")


def test_a_closed_request_opens_again_for_so_many_days(bank: Any, asked: ServiceRequest, monday: Any) -> None:
    sun = bank.actor("sun")
    closing.tell_result(asked, actor=sun, result="好了", solved=True, channel="phone")
    closing.confirm_request(asked, actor=sun, agreed=True, channel="phone")
    monday.move_to(MONDAY + 31 * DAY)
    with pytest.raises(RuleViolation):
        closing.reopen_request(asked, actor=sun, reason="又坏了")
    monday.move_to(MONDAY + 29 * DAY)
    closing.reopen_request(asked, actor=sun, reason="又坏了")
    assert (fresh(asked).state, fresh(asked).round, len(owed(asked))) == ("open", 2, 2)


def test_withdrawing_and_joining_end_the_clocks(bank: Any, chen: Any, asked: ServiceRequest) -> None:
    sun = bank.actor("sun")
    told = {"kind": "consultation", "category": "card", "channel": "phone"}
    other = opening.open_request(chen, actor=sun, subject="还是那张卡", **told)
    third = opening.open_request(chen, actor=sun, subject="不问了", **told)
    with pytest.raises(RuleViolation):
        closing.join_requests(other, actor=sun, into_no=other.request_no)
    closing.join_requests(other, actor=sun, into_no=asked.request_no.lower())
    closing.withdraw_request(third, actor=sun, channel="phone", note="已经好了")
    assert (fresh(other).state, fresh(other).joined_into) == ("merged", asked)
    assert (fresh(third).state, owed(third), owed(other)) == ("withdrawn", [], [])
    assert set(Clock.objects.filter(request__in=[other, third]).values_list("state", flat=True)) == {"ended"}
    assert "还是那张卡" in [each.text for each in request_file(sun, asked.pk).entries]
    with pytest.raises(RuleViolation):
        handling.record_contact(third, actor=sun, channel="phone", text="喂")


def test_a_note_asks_a_colleague_and_no_customer_reads_it(bank: Any, chen: Any, asked: ServiceRequest) -> None:
    sun, mei = bank.actor("sun"), bank.actor("mei")
    with pytest.raises(NotFound):
        request_file(mei, asked.pk)
    handling.note_request(asked, actor=sun, text="谁认识卡中心的人？", ask=[bank.posts["mei"].pk])
    assert request_file(mei, asked.pk).entries[-1].text == "谁认识卡中心的人？"
    assert WorkItem.objects.open().get(kind="service.question").owner_post_id == bank.posts["mei"].pk
    file = own_request(as_customer(chen), asked.pk)
    assert [each.text for each in file.entries] == ["在超市刷卡也不行"]
    with pytest.raises(RuleViolation):
        handling.note_request(asked, actor=sun, text="?", ask=[bank.posts["sun"].pk])


def test_two_at_once_the_second_is_told(bank: Any, asked: ServiceRequest) -> None:
    sun = bank.actor("sun")
    handling.grade_request(asked, actor=sun, urgency="urgent", version=1)
    with pytest.raises(Conflict):
        handling.move_request(asked, actor=sun, stage="needs", version=1)
    handling.move_request(asked, actor=sun, stage="needs", version=2)
    assert (fresh(asked).urgency, fresh(asked).stage) == ("urgent", "needs")
    closing.tell_result(asked, actor=sun, result="好了", solved=True, channel="phone", version=3)
    with pytest.raises(RuleViolation):
        closing.tell_result(asked, actor=sun, result="好了", solved=True, channel="phone")


def test_another_branch_sees_nothing_and_a_stranger_confirms_nothing(
    bank: Any, chen: Any, asked: ServiceRequest
) -> None:
    assert not requests(bank.actor("mei")).exists()
    with pytest.raises(NotFound):
        closing.tell_result(asked, actor=bank.actor("mei"), result="好", solved=True, channel="phone")
    stranger = replace(as_customer(chen), customer_id=chen.pk + 1)
    with pytest.raises(NotFound):
        closing.confirm_own_request(actor=stranger, request_id=asked.pk, agreed=True)
    with pytest.raises(NotFound):
        own_request(stranger, asked.pk)
    assert [row.pk for row in requests(bank.actor("lin"))] == [asked.pk]  # she leads the customer


def test_a_year_published_later_dates_the_clocks_anew(
    bank: Any, chen: Any, time_machine: Any, monkeypatch: Any
) -> None:
    last = calendar.days().library_until
    time_machine.move_to(dt.datetime(last, 12, 29, 10, tzinfo=zone()), tick=False)
    row = opening.open_request(
        chen, actor=bank.actor("sun"), kind="suggestion", category="other", channel="phone", subject="元旦前"
    )
    clock = row.clocks.get(code="result")
    assert clock.provisional
    assert sweeping.redate_clocks(actor=system("clock.service")) == 0
    from kexin.core.working_days import WORKING, Days

    marked = {(WORKING, dt.date(last + 1, *each)): (False, "放假") for each in ((1, 1), (1, 2), (5, 1), (10, 1))}
    published = Days(marked)
    monkeypatch.setattr(calendar, "days", lambda: published)
    assert sweeping.redate_clocks(actor=system("clock.service")) == 1
    again = Clock.objects.get(pk=clock.pk)
    assert not again.provisional
    assert again.due_at >= clock.due_at
    assert WorkItem.objects.open().get(kind="service.clock", subject_id=clock.pk).due_at == again.due_at
