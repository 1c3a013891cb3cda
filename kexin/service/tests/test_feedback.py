"""Feedback: somebody responsible with a limit at once, an answer, the customer's word, a measure and its effect."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.portal.tests.conftest import Phone, invited, phone  # noqa: F401  fixtures
from kexin.service.feedback.improving import (
    carry_out_improvement,
    judge_improvement,
    plan_improvement,
    review_feedback_mechanism,
)
from kexin.service.feedback.queries import feedback_by_aspect, feedback_file
from kexin.service.feedback.taking import (
    answer_feedback,
    close_silent_feedback,
    confirm_feedback,
    grade_feedback,
    report_feedback,
)
from kexin.service.models import Feedback, FeedbackReview

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HOUR = dt.timedelta(hours=1)
TOLD = {"source": "phone", "aspect": "efficiency", "text": "排队太久"}


@pytest.fixture
def monday(time_machine: Any) -> Any:
    """Monday, ten in the morning."""
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


def owed(row: Feedback) -> list[tuple[int, Any]]:
    rows = WorkItem.objects.open().filter(kind="service.feedback", subject_id=row.pk)
    return list(rows.values_list("owner_post_id", "due_at"))


def test_four_elements_from_the_first_moment_to_the_customers_word(bank: Any, chen: Any, monday: Any) -> None:
    sun, lin = bank.actor("sun"), bank.actor("lin")
    row = report_feedback(chen, actor=sun, **TOLD)
    assert (row.owner_post, row.unit, row.due_at) == (bank.posts["lin"], bank.units["east"], MONDAY + 24 * HOUR)
    assert owed(row) == [(bank.posts["lin"].pk, row.due_at)]
    grade_feedback(row, actor=lin, grade="urgent")
    row = Feedback.objects.get()
    assert owed(row) == [(bank.posts["lin"].pk, MONDAY + 12 * HOUR)]  # from when it came in
    with pytest.raises(RuleViolation):
        answer_feedback(row, actor=sun, answer="我来答")  # somebody else is responsible
    with pytest.raises(RuleViolation) as refusal:
        answer_feedback(row, actor=lin, answer=" ")
    assert set(refusal.value.fields) == {"answer"}
    answer_feedback(row, actor=lin, answer="已增开窗口")
    assert owed(row) == []
    confirm_feedback(row, actor=lin, agreed=False)
    row = Feedback.objects.get()
    assert (row.state, row.confirmation, len(owed(row))) == ("open", "disputed", 1)
    answer_feedback(row, actor=lin, answer="下周起早开门")
    confirm_feedback(row, actor=lin, agreed=True)
    row = feedback_file(lin, row.pk)
    assert (row.state, row.confirmation, row.said, row.answered) == ("closed", "confirmed", "排队太久", "下周起早开门")
    names = [each.name for each in Event.objects.filter(subject=row.feedback_no).order_by("id")]
    assert names == [f"service.Feedback{each}" for each in ("Received", "Answered", "Answered", "Closed")]
    assert AuditEntry.objects.filter(operation="service.answer_feedback", outcome="done").count() == 2
    with pytest.raises(NotFound):
        feedback_file(bank.actor("mei"), row.pk)


def test_staff_report_what_they_meet_and_silence_closes(bank: Any, chen: Any, monday: Any) -> None:
    lin, zhou = bank.actor("lin"), bank.actor("zhou")
    own = report_feedback(None, actor=lin, source="staff", aspect="experience", text="系统查询太慢")
    assert (own.customer, own.key_id, own.said) == (None, None, "系统查询太慢")
    owner = next(name for name in ("lin", "zhou", "sun") if bank.posts[name].pk == own.owner_post_id)
    answer_feedback(own, actor=bank.actor(owner), answer="已报科技部")
    assert Feedback.objects.get(pk=own.pk).state == "closed"
    row = report_feedback(chen, actor=lin, **TOLD)
    answer_feedback(row, actor=lin, answer="抱歉")
    clock = system("clock.feedback")
    monday.move_to(MONDAY + dt.timedelta(days=7, hours=1), tick=False)
    assert (close_silent_feedback(actor=clock), close_silent_feedback(actor=clock)) == (1, 0)
    assert Feedback.objects.get(pk=row.pk).confirmation == "silent"
    for wrong, field in (({"source": "app"}, "source"), ({"aspect": "x"}, "aspect"), ({"text": " "}, "text")):
        with pytest.raises(RuleViolation) as refusal:
            report_feedback(chen, actor=lin, **TOLD | wrong)
        assert set(refusal.value.fields) == {field}
    lines = {each.aspect: (each.count, each.open) for each in feedback_by_aspect(zhou)}
    assert lines == {"attitude": (0, 0), "content": (0, 0), "efficiency": (1, 0), "experience": (1, 0)}


def test_a_measure_has_a_person_a_date_and_an_effect_and_the_way_itself_is_reviewed(
    bank: Any, chen: Any, monday: Any
) -> None:
    zhou, row = bank.actor("zhou"), report_feedback(chen, actor=bank.actor("lin"), **TOLD)
    plan = {
        "aspect": "efficiency",
        "measure": "增开窗口",
        "due_on": dt.date(2026, 4, 1),
        "owner_post_id": bank.posts["sun"].pk,
    }
    with pytest.raises(RuleViolation) as refusal:
        plan_improvement(actor=zhou, **plan | {"due_on": dt.date(2026, 3, 1), "measure": ""})
    assert set(refusal.value.fields) == {"due_on", "measure"}
    made = plan_improvement(actor=zhou, feedback_id=row.pk, **plan)
    assert Feedback.objects.get().plan == made
    with pytest.raises(NotPermitted):
        judge_improvement(made, actor=bank.actor("sun"), effective=True, effect="好")
    carry_out_improvement(made, actor=bank.actor("sun"))
    with pytest.raises(RuleViolation):
        judge_improvement(made, actor=zhou, effective=True, effect="太早")
    monday.move_to(MONDAY + dt.timedelta(days=31), tick=False)
    judged = judge_improvement(made, actor=zhou, effective=True, effect="等候降至 12 分钟")
    assert (judged.state, judged.effect) == ("effective", "等候降至 12 分钟")
    made_review = review_feedback_mechanism(actor=_protector(), findings="第三方渠道导入太慢")
    assert made_review.next_on == dt.date(2026, 10, 9)
    with transaction.atomic(), pytest.raises(DatabaseError):
        FeedbackReview.objects.update(findings="x")


def _protector() -> Any:
    return system("set-up")


def test_on_the_screen_and_on_the_phone(
    bank: Any,
    chen: Any,
    client_of: Any,
    invited: str,  # noqa: F811
    phone: Phone,  # noqa: F811
    django_assert_max_num_queries: Any,
) -> None:
    phone.enter(invited)
    assert phone.post("/feedback/", {"aspect": "attitude", "text": ""}).status_code == 422
    assert phone.post("/feedback/", {"aspect": "attitude", "text": "林经理很耐心"}).status_code == 302
    row = Feedback.objects.get()
    lin = client_of("lin")
    with django_assert_max_num_queries(24):
        page = lin.get(reverse("service:feedback_list") + "?state=open").content.decode()
    assert "林经理很耐心" in page
    assert "data-countdown" in page
    assert "functools" not in page
    assert lin.post(reverse("service:feedback_answer", args=[row.pk]), {"answer": ""}).status_code == 422
    assert lin.post(reverse("service:feedback_answer", args=[row.pk]), {"answer": "谢谢您"}).status_code == 302
    assert "谢谢您" in phone.get("/feedback/").content.decode()
    assert phone.post(f"/feedback/{row.pk}/", {"agreed": "1"}).status_code == 302
    assert Feedback.objects.get().state == "closed"
    assert "谢谢您" in lin.get(reverse("service:feedback", args=[row.pk])).content.decode()
    report = {"source": "staff", "aspect": "content", "grade": "general", "text": "产品资料太旧"}
    assert lin.post(reverse("service:feedback_report"), report).status_code == 302
    assert lin.get(reverse("service:feedback_report_of", args=[chen.pk])).status_code == 200
    zhou = client_of("zhou")
    plan = {"aspect": "content", "measure": "每月更新", "due_on": "2199-01-01", "owner_post_id": bank.posts["zhou"].pk}
    assert zhou.post(reverse("service:feedback_plan", args=[row.pk]), plan).status_code == 302
    assert "每月更新" in zhou.get(reverse("service:feedback_plans")).content.decode()
    assert client_of("mei").get(reverse("service:feedback", args=[row.pk])).status_code == 404
    assert client_of("gao").get(reverse("service:feedback_list")).status_code == 403
