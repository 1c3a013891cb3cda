"""Known problems: recorded with an owner, fixed, watched, open again when they come back; the review of the channel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.feedback.improving import owe_mechanism_review, review_feedback_mechanism
from kexin.service.models import FeedbackReview, KnownProblem, ServiceRequest
from kexin.service.problems.linking import link_problem, unlink_problem
from kexin.service.problems.queries import problem_file, problems, problems_beside
from kexin.service.problems.recording import (
    change_problem,
    fix_problem,
    record_problem,
    reopen_problem,
    settle_problem,
)
from kexin.service.problems.rules import came_back, likeness
from kexin.service.requests.opening import open_request
from tests.complaint_people import hire_officers

DAY = dt.timedelta(days=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
STUCK = {
    "title": "手机银行转账页面卡住",
    "symptoms": "点转账以后一直转圈，登录后仍然转不出去",
    "workaround": "改用网页版",
}
TOLD = {"kind": "consultation", "category": "electronic", "channel": "phone", "subject": "手机银行转账一直转圈"}
database = pytest.mark.django_db


@pytest.fixture
def monday(bank: Any, time_machine: Any) -> Any:
    time_machine.move_to(MONDAY, tick=False)
    return bank


@pytest.fixture
def stuck(monday: Any) -> KnownProblem:
    return record_problem(actor=monday.actor("sun"), owner_post_id=monday.posts["zhou"].pk, **STUCK)


def test_likeness_counts_rare_words_more_and_returns_only_what_came_after() -> None:
    every = [["转账", "卡住", "银行"], ["利率", "银行"]]
    assert likeness(["转账", "卡住"], every[0], every) == 1
    assert likeness(["银行", "转账"], every[1], every) < 0.5 < likeness(["银行", "转账"], every[0], every)
    assert likeness([], every[0], every) == 0
    assert came_back([MONDAY - DAY, MONDAY, MONDAY + DAY], MONDAY) == 1
    assert came_back([MONDAY], None) == 0


@database
def test_fixed_watched_and_open_again_when_it_comes_back(
    monday: Any, stuck: KnownProblem, chen: Any, time_machine: Any
) -> None:
    sun, zhou = monday.actor("sun"), monday.actor("zhou")
    assert WorkItem.objects.open().get(kind="service.problem_fix").owner_post_id == monday.posts["zhou"].pk
    before = open_request(chen, actor=sun, **TOLD)
    assert [(each.row.pk, each.linked) for each in problems_beside(sun, before.pk)] == [(stuck.pk, False)]
    other = open_request(chen, actor=sun, **TOLD | {"subject": "黄金积存怎么开户", "category": "wealth"})
    assert problems_beside(sun, other.pk) == []
    link_problem(stuck, actor=sun, number=before.request_no.lower())
    with pytest.raises(RuleViolation) as refusal:
        link_problem(stuck, actor=sun, number=before.request_no)
    assert set(refusal.value.fields) == {"number"}
    assert problems_beside(sun, before.pk)[0].linked
    with pytest.raises(RuleViolation):
        fix_problem(stuck, actor=sun, fix="修正缓存")  # not hers
    time_machine.move_to(MONDAY + DAY, tick=False)
    fixed = fix_problem(stuck, actor=zhou, fix="修正证书缓存", prevention="发布前增加弱网测试")
    assert (fixed.state, fixed.watch_until) == ("fixed", (MONDAY + 61 * DAY).date())
    with pytest.raises(RuleViolation):
        settle_problem(stuck, actor=zhou)  # still watched
    assert (problem_file(sun, stuck.pk).met, problem_file(sun, stuck.pk).returns) == (1, 0)
    time_machine.move_to(MONDAY + 3 * DAY, tick=False)
    again = open_request(chen, actor=sun, **TOLD)
    made = link_problem(stuck, actor=sun, number=again.request_no)
    row = KnownProblem.objects.get()
    assert (row.state, problem_file(sun, row.pk).returns) == ("open", 1)
    assert Event.objects.get(name="service.ProblemRecurred").payload["reopened"] is True
    assert WorkItem.objects.open().get(kind="service.problem_fix").subject_id == row.pk
    assert not WorkItem.objects.open().filter(kind="service.problem_watch").exists()
    unlink_problem(row, actor=sun, link_id=made.pk)
    assert problem_file(sun, row.pk).met == 1
    with pytest.raises(NotFound):
        unlink_problem(row, actor=sun, link_id=made.pk)
    fix_problem(row, actor=zhou, fix="更换证书")
    time_machine.move_to(MONDAY + 70 * DAY, tick=False)
    assert settle_problem(row, actor=zhou).state == "closed"
    assert not WorkItem.objects.open().filter(kind__startswith="service.problem").exists()
    assert reopen_problem(row, actor=zhou, note="又有三位客户").state == "open"
    assert settle_problem(row, actor=zhou, accept=True, note="供应商年内下线此页面").state == "accepted"
    assert AuditEntry.objects.filter(operation="service.fix_problem", outcome="done").count() == 2


@database
def test_what_makes_no_sense_is_refused_at_its_field(monday: Any, stuck: KnownProblem, time_machine: Any) -> None:
    zhou = monday.actor("zhou")
    for said, field in (
        ({"title": ""}, "title"),
        ({"symptoms": "x" * 2001}, "symptoms"),
        ({"due_on": (MONDAY - DAY).date()}, "due_on"),
        ({"owner_post_id": 0}, "owner_post_id"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            record_problem(actor=zhou, **{**STUCK, "owner_post_id": monday.posts["zhou"].pk} | said)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(RuleViolation) as refusal:
        link_problem(stuck, actor=zhou, number="Q209900000001")
    assert set(refusal.value.fields) == {"number"}
    moved = change_problem(
        stuck, actor=zhou, **STUCK | {"owner_post_id": monday.posts["sun"].pk, "due_on": (MONDAY + 5 * DAY).date()}
    )
    item = WorkItem.objects.open().get(kind="service.problem_fix")
    assert (item.owner_post_id, moved.version) == (monday.posts["sun"].pk, 2)
    time_machine.move_to(MONDAY + 6 * DAY, tick=False)
    assert list(problems(zhou, state="late")) == [stuck]


@database
def test_its_pages(
    monday: Any, stuck: KnownProblem, chen: Any, client_of: Callable[[str], Client],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    row = open_request(chen, actor=monday.actor("sun"), **TOLD)
    sun, zhou = client_of("sun"), client_of("zhou")
    with django_assert_max_num_queries(30):
        assert STUCK["title"] in sun.get(reverse("service:problems") + "?state=unfinished").content.decode()
    card = sun.get(reverse("service:problems_beside", args=[row.pk]) + f"?number={row.request_no}").content.decode()
    assert STUCK["title"] in card
    said = {"number": row.request_no, "request": str(row.pk)}
    answer = sun.post(reverse("service:link_problem", args=[stuck.pk]), said)
    assert answer.url == reverse("service:request", args=[row.pk])
    with django_assert_max_num_queries(30):
        page = zhou.get(reverse("service:problem", args=[stuck.pk])).content.decode()
    assert row.request_no in page
    fix = reverse("service:fix_problem", args=[stuck.pk])
    assert zhou.post(fix, {"fix": ""}).status_code == 422
    assert zhou.post(fix, {"fix": "修正缓存"}).status_code == 302
    assert KnownProblem.objects.get().state == "fixed"
    assert (
        zhou.post(reverse("service:export_problems"), {"format": "csv", "purpose": "季度会议材料"}).status_code == 200
    )
    west = client_of("mei").get(reverse("service:problem", args=[stuck.pk])).content.decode()
    assert row.request_no not in west  # beyond her reach: counted, not named
    assert client_of("he").get(reverse("service:problems")).status_code == 403


@database
def test_the_channel_itself_is_reviewed_by_its_day(monday: Any, stuck: KnownProblem, time_machine: Any) -> None:
    hire_officers(monday)
    clock, ning = system("clock.feedback"), monday.actor("ning")
    assert owe_mechanism_review(actor=clock)  # never reviewed: due at once
    assert WorkItem.objects.open().filter(kind="service.feedback_review").count() == 1
    owe_mechanism_review(actor=clock)
    assert WorkItem.objects.open().filter(kind="service.feedback_review").count() == 1
    row = review_feedback_mechanism(actor=ning, findings="渠道畅通，答复偏慢")
    assert (row.figures["problems"], row.figures["received"], row.figures["returned"]) == (1, 0, 0)
    assert not WorkItem.objects.open().filter(kind="service.feedback_review").exists()
    assert owe_mechanism_review(actor=clock) is False
    time_machine.move_to(dt.datetime.combine(row.next_on - 10 * DAY, dt.time(7), zone()), tick=False)
    assert owe_mechanism_review(actor=clock)
    with pytest.raises(NotPermitted):
        owe_mechanism_review(actor=ning)
    assert FeedbackReview.objects.count() == 1
    assert ServiceRequest.objects.count() == 0
