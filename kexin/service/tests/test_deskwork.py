"""Putting aside, linking, visiting again, macros, many at once, and who has a request open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.deskwork import following, linking, macros, snoozing
from kexin.service.models import FollowUp, Macro, Presence, RequestLink, ServiceRequest
from kexin.service.presence import sweep_presence
from kexin.service.queries import requests, standing
from kexin.service.requests import closing, handling, opening

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
TOLD = {"kind": "consultation", "category": "card", "channel": "phone", "subject": "银行卡不能取款"}
database = pytest.mark.django_db


@pytest.fixture
def asked(bank: Any, chen: Any, time_machine: Any) -> ServiceRequest:
    time_machine.move_to(MONDAY, tick=False)
    return opening.open_request(chen, actor=bank.actor("sun"), **TOLD)


@pytest.mark.parametrize(
    ("until", "due", "ticking", "code"),
    [
        (MONDAY, MONDAY + DAY, True, "past"),
        (MONDAY + 15 * DAY, MONDAY + 20 * DAY, True, "far"),
        (MONDAY + DAY, MONDAY + 4 * HOUR, True, "near"),
        (MONDAY + DAY, MONDAY - HOUR, True, "near"),
        (MONDAY + DAY, MONDAY + 2 * HOUR, False, ""),
        (MONDAY + 14 * DAY, MONDAY + 5 * HOUR, True, ""),
    ],
)
def test_when_a_request_may_be_put_aside(until: dt.datetime, due: dt.datetime, ticking: bool, code: str) -> None:
    said = snoozing.may_snooze(until=until, at=MONDAY, ticking=ticking, due_at=due, days=14, wake_hours=4)
    assert [each.code for each in said.reasons] == ([code] if code else [])


def test_words_are_filled_and_what_is_unknown_stays() -> None:
    assert macros.filled("{customer}，{due} 前答复 {x}", {"customer": "陈*", "due": "周二"}) == "陈*，周二 前答复 {x}"


def mine(bank: Any, **which: str) -> list[int]:
    return list(requests(bank.actor("sun"), state="unfinished", side="owned", **which).values_list("pk", flat=True))


@database
def test_put_aside_it_leaves_the_list_while_its_clocks_run_and_comes_back_by_itself(
    bank: Any, asked: ServiceRequest, time_machine: Any
) -> None:
    sun, due = bank.actor("sun"), asked.due_at
    snoozing.snooze_request(asked, actor=sun, until=MONDAY + 2 * DAY)
    assert (mine(bank), mine(bank, rest="all"), standing(sun).snoozed) == ([], [asked.pk], 1)
    assert asked.clocks.filter(state="running").count() == 2
    assert list(requests(sun, rest="snoozed")) == [asked]
    assert ServiceRequest.objects.get().due_at == due  # no clock stood still
    time_machine.move_to(due - 3 * HOUR, tick=False)  # its limit is near: back before its time
    assert (mine(bank), standing(sun).snoozed) == ([asked.pk], 0)
    with pytest.raises(RuleViolation):
        snoozing.snooze_request(asked, actor=sun, until=MONDAY + 3 * DAY)
    time_machine.move_to(MONDAY + HOUR, tick=False)
    assert mine(bank) == []
    handling.record_contact(asked, actor=bank.actor("lin"), channel="phone", text="她又来电", outward=False)
    assert mine(bank) == [asked.pk]  # the customer spoke
    snoozing.snooze_request(asked, actor=sun, until=MONDAY + 2 * DAY)
    snoozing.wake_request(asked, actor=sun)
    assert mine(bank) == [asked.pk]
    with pytest.raises(RuleViolation):
        snoozing.snooze_request(asked, actor=bank.actor("lin"), until=MONDAY + 2 * DAY)
    assert AuditEntry.objects.filter(operation="service.snooze_request", outcome="refused").count() == 2


@database
def test_related_requests_stay_two(bank: Any, chen: Any, asked: ServiceRequest) -> None:
    sun = bank.actor("sun")
    other = opening.open_request(chen, actor=sun, **TOLD | {"subject": "补办存折"})
    made = linking.link_requests(other, actor=sun, other_no=asked.request_no.lower(), why="同一次来访")
    assert (made.low_id, made.high_id) == (asked.pk, other.pk)
    assert [each.row for each in linking.related_requests(sun, asked)] == [other]
    for number, why, field in (
        (asked.request_no, "再来", "other_no"),
        (other.request_no, "自己", "other_no"),
        ("Q1", "无", "other_no"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            linking.link_requests(other, actor=sun, other_no=number, why=why)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(NotFound):
        linking.unlink_requests(asked, actor=sun, link_id=made.pk + 1)
    linking.unlink_requests(asked, actor=sun, link_id=made.pk)
    assert (linking.related_requests(sun, other), RequestLink.objects.get().ended_by) == ([], sun.name)
    assert {row.state for row in ServiceRequest.objects.all()} == {"open"}
    assert Event.objects.filter(name="service.RequestsLinked").count() == 1


@database
def test_visited_again_until_the_customer_says_it_is_settled(
    bank: Any, asked: ServiceRequest, time_machine: Any
) -> None:
    sun = bank.actor("sun")
    with pytest.raises(RuleViolation):
        following.plan_follow_up(asked, actor=sun, due_on=business_date())  # nothing told yet
    closing.tell_result(asked, actor=sun, result="已换新卡", solved=True, channel="phone")
    with pytest.raises(RuleViolation) as refusal:
        following.plan_follow_up(asked, actor=sun, due_on=business_date() - DAY)
    assert set(refusal.value.fields) == {"due_on"}
    following.plan_follow_up(asked, actor=sun, due_on=dt.date(2026, 3, 12))
    following.plan_follow_up(asked, actor=sun, due_on=dt.date(2026, 3, 11))  # moved, not doubled
    owed = WorkItem.objects.open().get(kind=following.FOLLOW)
    assert (owed.owner_post_id, owed.due_at) == (bank.posts["sun"].pk, dt.datetime(2026, 3, 11, 17, 30, tzinfo=zone()))
    time_machine.move_to(MONDAY + 2 * DAY, tick=False)
    following.settle_follow_up(asked, actor=sun, outcome="unreached", channel="phone")
    again = FollowUp.objects.get(state="planned")
    assert (again.number, again.due_on) == (2, dt.date(2026, 3, 12))
    with pytest.raises(RuleViolation):
        following.settle_follow_up(asked, actor=sun, outcome="unsolved", channel="phone")  # said what?
    following.settle_follow_up(asked, actor=sun, outcome="unsolved", channel="phone", note="新卡也不能用")
    row = ServiceRequest.objects.get()
    assert (row.state, row.round, row.confirmation) == ("open", 2, "disputed")
    assert not WorkItem.objects.open().filter(kind=following.FOLLOW).exists()
    closing.tell_result(asked, actor=sun, result="芯片已激活", solved=True, channel="phone")
    following.plan_follow_up(asked, actor=sun, due_on=dt.date(2026, 3, 13))
    following.settle_follow_up(asked, actor=sun, outcome="solved", channel="phone", note="可以取款了")
    row = ServiceRequest.objects.get()
    assert (row.state, row.confirmation) == ("closed", "confirmed")
    assert [str(each.note) for each in following.follow_ups_of(sun, asked)] == ["可以取款了", "新卡也不能用", "None"]
    assert Event.objects.filter(name="service.FollowUpSettled").count() == 3


@database
def test_a_visit_is_not_owed_any_more_when_the_customer_agreed_by_another_way(bank: Any, asked: ServiceRequest) -> None:
    sun = bank.actor("sun")
    closing.tell_result(asked, actor=sun, result="已换新卡", solved=True, channel="phone")
    following.plan_follow_up(asked, actor=sun, due_on=business_date() + DAY)
    following.drop_follow_up(asked.pk, actor=system("clock.service"), outcome="confirmed")
    assert following.drop_follow_up(asked.pk, actor=system("clock.service"), outcome="confirmed") is None
    assert (FollowUp.objects.get().state, WorkItem.objects.open().filter(kind=following.FOLLOW).count()) == (
        "dropped",
        0,
    )


DRAFT = {
    "name": "请补充资料",
    "kind": "consultation",
    "words": "{customer}您好，工单 {request_no} 需补充资料。",
    "note": "已请客户补充",
    "stage": "needs",
    "pause_reason": "awaits_customer",
}


@database
def test_a_macro_is_drafted_by_a_head_reviewed_by_another_and_used_by_all_in_the_unit(
    bank: Any, asked: ServiceRequest
) -> None:
    zhou, wu, sun, east = bank.actor("zhou"), bank.actor("wu"), bank.actor("sun"), bank.units["east"]
    for wrong, field in (
        ({"words": "{iban}"}, "words"),
        ({"stage": "identity"}, "stage"),  # of another kind
        ({"pause_reason": "holiday"}, "pause_reason"),
        ({"name": ""}, "name"),
        ({"kind": "gift"}, "kind"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            macros.draft_macro(actor=zhou, unit=east, **DRAFT | wrong)
        assert field in refusal.value.fields
    with pytest.raises(NotFound):
        macros.draft_macro(actor=zhou, unit=bank.units["west"], **DRAFT)
    made = macros.draft_macro(actor=zhou, unit=east, **DRAFT)
    with pytest.raises(RuleViolation):
        macros.draft_macro(actor=zhou, unit=east, **DRAFT)  # the name is taken
    assert macros.usable_macros(sun, asked) == []
    with pytest.raises(NotFound):
        macros.apply_macro(asked, actor=sun, macro=made, channel="phone")
    with pytest.raises(RuleViolation):
        macros.review_macro(made, actor=wu, agree=False)
    macros.review_macro(made, actor=wu, agree=True)
    assert macros.usable_macros(sun, asked) == [made]
    with pytest.raises(RuleViolation):
        macros.apply_macro(asked, actor=sun, macro=made, channel="pigeon")
    assert (asked.notes.count(), ServiceRequest.objects.get().stage) == (0, "reception")  # nothing half done
    macros.apply_macro(asked, actor=sun, macro=made, channel="phone")
    row = ServiceRequest.objects.get()
    assert (row.stage, asked.notes.count()) == ("needs", 1)
    assert row.request_no in str(asked.entries.order_by("-at", "-pk")[0].text)
    assert {each.code: each.state for each in asked.clocks.all()} == {"response": "met", "result": "paused"}
    assert Macro.objects.get().used == 1
    macros.retire_macro(made, actor=zhou)
    assert macros.usable_macros(sun, asked) == []


def url(name: str, *args: object) -> str:
    return reverse(f"service:{name}", args=args)


@database
def test_many_at_once_and_who_else_has_it_open(
    bank: Any, chen: Any, asked: ServiceRequest, client_of: Callable[..., Client], time_machine: Any
) -> None:
    sun, lin = client_of("sun"), client_of("lin")
    rows = [asked, *(opening.open_request(chen, actor=bank.actor("sun"), **TOLD) for _ in range(2))]
    chosen: dict[str, Any] = {"pk": [row.pk for row in rows], "query": "state=unfinished&side=owned"}
    page = sun.post(url("many", "note"), chosen)
    assert "已选 3 件工单" in page.content.decode()
    assert sun.post(url("many", "note"), chosen | {"sent": "1"}).status_code == 422
    sun.post(url("many", "note"), chosen | {"sent": "1", "text": "系统故障，统一答复"})
    assert [row.notes.count() for row in rows] == [1, 1, 1]
    answer = sun.post(url("many", "join"), chosen | {"sent": "1", "into_no": asked.request_no}, follow=True)
    assert [ServiceRequest.objects.get(pk=row.pk).state for row in rows] == ["open", "merged", "merged"]
    assert asked.request_no in answer.content.decode()  # itself: refused, told by its number
    everything = {"everything": "1", "query": "state=unfinished&side=owned", "sent": "1"}
    sun.post(url("many", "snooze"), everything | {"until": "2026-03-11T09:00"})
    assert ServiceRequest.objects.get(pk=asked.pk).snoozed_until is not None
    assert "暂缓显示" in sun.get(url("request", asked.pk)).content.decode()
    assert sun.post(url("many", "assign"), chosen).status_code == 403
    assert sun.post(url("wake", asked.pk)).status_code == 302

    assert "周明" not in lin.post(url("presence", "request", asked.pk)).content.decode()
    assert "林晓雯" in sun.post(url("presence", "request", asked.pk)).content.decode()
    time_machine.move_to(MONDAY + dt.timedelta(minutes=1), tick=False)
    assert "林晓雯" not in sun.post(url("presence", "request", asked.pk)).content.decode()  # long gone
    assert client_of("mei").post(url("presence", "request", asked.pk)).status_code == 404
    assert sun.post(url("presence", "vault", asked.pk)).status_code == 404
    time_machine.move_to(MONDAY + 2 * DAY, tick=False)
    assert (sweep_presence(), Presence.objects.count()) == (2, 0)


@database
def test_every_act_of_the_desk_has_its_page(
    bank: Any, chen: Any, asked: ServiceRequest, client_of: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    sun, zhou, wu = client_of("sun"), client_of("zhou"), client_of("wu")
    east = bank.units["east"].pk
    assert "请先" not in zhou.get(url("new_macro")).content.decode()
    assert zhou.post(url("new_macro"), {"unit": east, "name": "甲", "words": "{x}"}).status_code == 422
    made = zhou.post(url("new_macro"), {"unit": east, **DRAFT}).headers["Location"]
    assert "待复核" in zhou.get(made).content.decode()
    number = Macro.objects.get().pk
    assert wu.post(url("review_macro", number), {"agree": "1"}).status_code == 302
    assert "请补充资料" in sun.get(url("macros") + "?state=active").content.decode()
    page = sun.get(url("use_macro", asked.pk) + f"?macro={number}").content.decode()
    assert f"工单 {asked.request_no} 需补充资料" in page
    sun.post(url("use_macro", asked.pk) + f"?macro={number}", {"channel": "phone", "words": "请补充资料，谢谢"})
    assert str(asked.entries.order_by("-at", "-pk")[0].text) == "请补充资料，谢谢"
    other = opening.open_request(chen, actor=bank.actor("sun"), **TOLD | {"subject": "补办存折"})
    assert sun.post(url("link", asked.pk), {"other_no": "Q9", "why": "同"}).status_code == 422
    assert sun.post(url("link", asked.pk), {"other_no": other.request_no, "why": "同"}).status_code == 302
    closing.tell_result(asked, actor=bank.actor("sun"), result="已换", solved=True, channel="phone")
    assert sun.post(url("follow", asked.pk), {"due_on": "2026-03-10"}).status_code == 302
    with django_assert_max_num_queries(34):
        shown = sun.get(url("request", asked.pk)).content.decode()
    assert "补办存折" in shown
    assert "2026-03-10" in shown
    link = RequestLink.objects.get().pk
    assert sun.post(url("unlink", asked.pk, link)).status_code == 302
    assert (
        sun.post(url("visited", asked.pk), {"outcome": "solved", "channel": "phone", "note": "好了"}).status_code == 302
    )
    assert ServiceRequest.objects.get(pk=asked.pk).state == "closed"
    for query, found in (
        ("category=card", True),
        ("category=loan", False),
        ("mode=phone", True),
        ("object=enterprise", False),
    ):
        assert ("补办存折" in sun.get(url("requests") + "?state=open&" + query).content.decode()) is found, query
