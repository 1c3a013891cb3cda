"""Mrs Chen is asked, is not content, is called by the head; her words become a measure, her birthday is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.policy import in_force
from kexin.engagement.timeline import rendering_of
from kexin.party.models import Customer, Party
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import Phone, phone  # noqa: F401  fixture
from kexin.service.care.planning import draft_care_plan, propose_care_plan
from kexin.service.care.running import run_all
from kexin.service.feedback.improving import carry_out_improvement, judge_improvement, plan_improvement
from kexin.service.feedback.queries import feedback_by_aspect
from kexin.service.feedback.taking import answer_feedback, report_feedback
from kexin.service.models import Feedback, Survey, SurveyInvitation
from kexin.service.surveys.content import parse
from kexin.service.surveys.events import SurveyAnswered
from kexin.service.surveys.handlers import look_into_low_score
from kexin.service.surveys.policies import BenchmarkPolicy, SurveyPolicy, parse_benchmarks
from kexin.service.surveys.queries import survey_invitation
from kexin.service.surveys.results import last_year, survey_results
from kexin.service.surveys.sampling import draw_quarter, draw_wave
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
REQUIREMENTS = {
    "C-16": ("interviews and questionnaires as a source", "the matrix of needs stands with the advice before a sale"),
    "E-17": ("birthday and festival greetings without mechanical pushing", "offers of one's own by segment"),
    "F-16": ("regular visits after a silence, satisfaction recorded", "visits after each service"),
    "F-17": ("care by tier, survey and improvement", "incentives, invitations to events"),
    "F-18": ("festival wishes by plan", "customer events"),
    "G-01": "survey, opinions, analysis, fed by service records",
    "G-02": ("portal, branch, telephone, staff, third party", "import of reviews from a file"),
    "G-03": "feedback graded general, important, urgent",
    "G-04": ("answered within 24 hours", "major complaints have their own clocks"),
    "G-06": "from collecting to measures to their effect",
    "G-07": "after a service a standard template is asked",
    "G-08": "feedback counted by aspect, open, late, not agreed",
    "G-11": ("four aspects and an improvement plan", "training and incentives"),
    "G-12": "managers report what they meet from anywhere",
    "G-13": "the mechanism is reviewed by date",
    "G-24": "at least once a quarter, with the net promoter score",
    "G-25": "five dimensions, weak items named",
    "G-26": "dimensions belong to the questionnaire",
    "G-27": "standard questionnaire, numbers and words, interviews",
    "G-28": "1 to 10, and other scales, kept raw and told on 100",
}
SCREENS = {"G-24": "/satisfaction/", "G-27": "/surveys/", "G-05": "/feedback/<id>/", "F-17": "/care/"}


def test_asked_answered_looked_into_and_mended(
    bank: Bank,
    chen: Any,
    time_machine: Any,
    phone: Phone,  # noqa: F811
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    zhou, lin, clock = bank.actor("zhou"), bank.actor("lin"), system("clock.surveys")
    Customer.objects.filter(pk=chen.pk).update(status="active", birthday=311)
    Party.objects.filter(pk=chen.pk).update(lunar_birthday="")
    survey = Survey.objects.get(trigger="quarterly")
    draw_wave(actor=zhou, survey=survey, unit_id=bank.units["east"].pk)
    assert draw_quarter(actor=clock) is None  # once a quarter
    row = SurveyInvitation.objects.get()

    phone.enter(invite_customer(chen, actor=lin, purpose="survey", delivery="qr").address)
    answers = {"whole": "3", "attitude": "9", "expertise": "8", "speed": "2", "risk": "8", "ease": "4"}
    for code, value in answers.items():
        assert phone.post(f"/surveys/{row.pk}/answer/", {"question": code, "value": value}).status_code == 302
    phone.post(f"/surveys/{row.pk}/answer/", {"question": "weak", "value": ["convenience", "communication"]})
    phone.post(f"/surveys/{row.pk}/answer/", {"question": "recommend", "value": "2"})
    phone.post(f"/surveys/{row.pk}/answer/", {"question": "why", "value": "排队一个小时"})
    assert phone.post(f"/surveys/{row.pk}/send/").status_code == 302
    row = SurveyInvitation.objects.get()
    assert (row.state, str(row.score), row.nps, row.low) == ("answered", "22.22", 2, True)
    assert row.answers.get(question="whole").value == 3  # raw, with its scale
    look_into_low_score(SurveyAnswered(chen.pk, "", row.pk, row.trigger, survey.name, True))
    item = WorkItem.objects.open().get(kind="service.low_score")
    assert item.owner_post_id == bank.posts["zhou"].pk
    assert "排队一个小时" in [given.text for _asked, given in survey_invitation(zhou, row.pk).lines]
    found = survey_results(zhou, last_year())
    assert (found.whole.invited, found.whole.answered, found.whole.shown) == (1, 1, False)  # too few to be told
    assert all(not each.shown for each in found.dimensions)

    said = report_feedback(
        chen, actor=zhou, source="phone", aspect="efficiency", text="排队一个小时", grade="important"
    )
    plan = plan_improvement(
        actor=zhou, aspect="efficiency", measure="午间增开窗口", due_on=dt.date(2026, 4, 1),
        owner_post_id=bank.posts["sun"].pk, feedback_id=said.pk,
    )  # fmt: skip
    answer_feedback(Feedback.objects.get(), actor=lin, answer="下周起午间增开窗口")
    carry_out_improvement(plan, actor=bank.actor("sun"))
    assert [each.plans for each in feedback_by_aspect(zhou) if each.aspect == "efficiency"] == [1]
    report_feedback(None, actor=lin, source="staff", aspect="experience", text="查询系统太慢")  # what staff meet

    care = draft_care_plan(
        actor=zhou, unit_id=bank.units["east"].pk, name="生日关怀", name_en="Birthday", occasion="birthday", act="work",
        text="打个电话", text_en="Call", ahead_days=2,
    )  # fmt: skip
    decide_approval(propose_care_plan(care, actor=zhou, reason="关怀"), actor=bank.actor("wu"), approve=True)
    assert [run_all(), run_all()] == [1, 0]
    assert WorkItem.objects.open().get(kind="service.care").owner_post_id == bank.posts["lin"].pk
    time_machine.move_to(MONDAY + dt.timedelta(days=31), tick=False)
    assert judge_improvement(plan, actor=zhou, effective=True, effect="等候 12 分钟").state == "effective"
    assert AuditEntry.objects.filter(operation="service.submit_own_survey", actor_kind="customer").count() == 1


def test_scales_dimensions_and_benchmarks_are_data(bank: Bank) -> None:
    contents = {each.trigger: parse(each.versions.get().content) for each in Survey.objects.all()}
    assert len(contents["quarterly"].dimensions) == 5
    assert {each.kind for each in contents["quarterly"].questions} >= {"scale10", "nps", "many", "text"}
    assert set(contents) == {"service", "complaint", "quarterly"}
    assert all(each.source and each.as_of for each in parse_benchmarks(in_force(BenchmarkPolicy).rows))
    assert in_force(SurveyPolicy).automatic_sample
    for name in ("SurveyInvited", "SurveyAnswered", "FeedbackReceived", "FeedbackClosed", "CareGiven", "CarePaused"):
        assert rendering_of(f"service.{name}") is not None
