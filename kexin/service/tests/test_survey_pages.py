"""Surveys in browsers: the builder, a sample, single answers, and the customer's phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import Phone, phone  # noqa: F401  fixture
from kexin.service.models import Survey, SurveyInvitation, SurveyVersion

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def url(name: str, *args: object) -> str:
    return reverse(f"service:{name}", args=args)


def test_a_survey_is_built_question_by_question_and_proposed(client_of: ClientOf) -> None:
    sun = client_of("sun")
    own = {"code": "branch_visit", "name": "网点服务问卷", "name_en": "Branch", "trigger": "hand"}
    assert sun.post(url("survey_new"), own | {"code": "No"}).status_code == 422
    assert sun.post(url("survey_new"), own).status_code == 302
    row = Survey.objects.get(code="branch_visit")
    words = {"dimensions": "speed | 速度 | Speed\nstaff｜员工｜Staff", "opening_zh": "您好", "opening_en": "Hello"}
    assert sun.post(url("survey_frame", row.pk), words | {"dimensions": "speed 速度"}).status_code == 422
    assert sun.post(url("survey_frame", row.pk), words).status_code == 302
    rated = {"text_zh": "快吗", "text_en": "Quick?", "kind": "scale10", "dimension": "speed", "required": "on"}
    choice = {"text_zh": "来办什么", "text_en": "What for?", "kind": "one"}
    assert sun.post(url("survey_question", row.pk), rated).status_code == 302
    assert sun.post(url("survey_question", row.pk), choice).status_code == 422  # nothing to choose from
    assert sun.post(url("survey_question", row.pk), choice | {"options": "a|存|In\nb|取|Out"}).status_code == 302
    why = {"text_zh": "为什么", "text_en": "Why?", "kind": "text", "show_if": "q1", "rule": "at_most", "bound": "6"}
    assert sun.post(url("survey_question", row.pk), why | {"bound": "six"}).status_code == 422
    assert sun.post(url("survey_question", row.pk), why).status_code == 302
    page = sun.get(url("survey_build", row.pk)).content.decode()
    assert "仅当第 1 题评分不高于 6" in page
    draft = row.versions.get()
    assert [each["code"] for each in draft.content["questions"]] == ["q1", "q2", "q3"]
    assert sun.post(url("survey_move", row.pk, "q2"), {"way": "up"}).status_code == 302
    assert sun.post(url("survey_move", row.pk, "q2"), {"way": "out"}).status_code == 302
    changed = rated | {"text_zh": "够快吗", "low_zh": "慢", "low_en": "Slow", "high_zh": "快", "high_en": "Fast"}
    assert sun.post(url("survey_question", row.pk, "q1"), changed).status_code == 302
    draft = SurveyVersion.objects.get(pk=draft.pk)
    assert [each["text"]["zh"] for each in draft.content["questions"]] == ["够快吗", "为什么"]
    assert "Quick?" in sun.get(url("survey_version", draft.pk) + "?language=en").content.decode()
    day = dt.date.today().isoformat()
    form = {"in_force_from": day, "reason": "新的网点"}
    assert sun.post(url("survey_propose", draft.pk), form).status_code == 302
    assert "待审批" in sun.get(url("survey_build", row.pk)).content.decode()
    assert client_of("lin").get(url("survey_version", draft.pk)).status_code == 404  # no draft for others
    assert client_of("lin").get(url("survey_build", row.pk)).status_code == 403


def test_a_sample_is_drawn_and_single_answers_are_read_by_the_head_alone(
    bank: Any, chen: Any, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    zhou, quarterly = client_of("zhou"), Survey.objects.get(trigger="quarterly")
    form = {"period": "2026Q4", "unit_id": str(bank.units["east"].pk)}
    assert zhou.post(url("survey_draw", quarterly.pk), form).status_code == 302
    with django_assert_max_num_queries(14):
        assert "2026Q4" in zhou.get(url("survey", quarterly.pk)).content.decode()
    row = SurveyInvitation.objects.get()
    with django_assert_max_num_queries(18):
        page = zhou.get(url("surveys")).content.decode()
    assert "季度客户满意度调查" in page
    with django_assert_max_num_queries(24):
        assert "待答复" in zhou.get(url("survey_answers") + "?state=open").content.decode()
    assert "仅本人可见" in zhou.get(url("survey_answer", row.pk)).content.decode()
    said = dict.fromkeys(("whole", "attitude", "expertise", "speed", "risk", "ease", "recommend"), "8")
    assert zhou.post(url("survey_interview", row.pk), said | {"whole": "11"}).status_code == 422
    assert zhou.post(url("survey_interview", row.pk), said | {"weak": ["privacy"]}).status_code == 302
    assert "隐私保护" in zhou.get(url("survey_answer", row.pk)).content.decode()
    assert "78" in zhou.get(f"/panel/customer/{chen.pk}/surveys/").content.decode()
    assert client_of("lin").get(url("survey_answer", row.pk)).status_code == 403
    assert zhou.get(url("survey_answer", row.pk + 1)).status_code == 404


def test_the_phone_asks_one_question_after_the_other_and_sends_once(
    bank: Any,
    chen: Any,
    client_of: ClientOf,
    phone: Phone,  # noqa: F811
) -> None:
    survey = Survey.objects.get(trigger="service")
    assert client_of("lin").post(url("survey_send", chen.pk), {"survey": str(survey.pk)}).status_code == 302
    row = SurveyInvitation.objects.get()
    assert client_of("lin").post(url("survey_send", chen.pk), {"survey": str(survey.pk)}).status_code == 422
    phone.enter(invite_customer(chen, actor=bank.actor("lin"), purpose="survey", delivery="qr").address)
    assert survey.name_en in phone.get("/surveys/").content.decode()
    page = phone.get(f"/surveys/{row.pk}/").content.decode()
    assert 'value="10"' in page
    answer = f"/surveys/{row.pk}/answer/"
    assert phone.post(answer, {"question": "whole", "value": "99"}).status_code == 422
    assert phone.post(answer, {"question": "nowhere", "value": "9"}).status_code == 404
    behind = {"headers": {"X-Portal-Script": "1"}}
    told = phone.post(answer, {"question": "whole", "value": "4"}, **behind).json()
    assert told["next"] == f"/surveys/{row.pk}/?q=solved"
    assert phone.post(answer, {"question": "solved"}, **behind).json()["problem"]
    for code, value in (("solved", "yes"), ("attitude", "9"), ("expertise", "9"), ("speed", "9")):
        phone.post(answer, {"question": code, "value": value})
    assert "What was not good" in phone.get(f"/surveys/{row.pk}/").content.decode()  # where it was left
    check = phone.get(f"/surveys/{row.pk}/check/").content.decode()
    assert "4 / 10" in check
    assert phone.post(f"/surveys/{row.pk}/send/").status_code == 302
    assert phone.post(f"/surveys/{row.pk}/send/").status_code == 302
    assert "Thank you" in phone.get(f"/surveys/{row.pk}/").content.decode()
    assert phone.get(f"/surveys/{row.pk + 1}/").status_code == 404
    assert (SurveyInvitation.objects.get().state, SurveyInvitation.objects.get().low) == ("answered", True)
    assert phone.get("/holdings/").status_code == 404  # the purpose opens nothing else


def test_figures_hide_small_groups_and_open_their_lists(
    bank: Any, client_of: ClientOf, answered: Any, django_assert_max_num_queries: Any
) -> None:
    """Twelve answered at East, one at West."""
    tang = client_of("tang")
    with django_assert_max_num_queries(24):
        page = tang.get(url("satisfaction")).content.decode()
    assert "城东支行" in page
    assert "样本过少" in page  # West
    assert "survey-answers/" not in page  # figures, no persons
    zhou = client_of("zhou")
    page = zhou.get(url("satisfaction")).content.decode()
    assert "城西支行" not in page
    assert "survey-answers/?since" in page
    today = dt.date.today()
    span = f"since={today - dt.timedelta(days=364)}&until={today}&state=answered"
    listed = zhou.get(url("survey_answers") + f"?{span}&loyalty=promoter").content.decode()
    assert listed.count("已答复</span>") == 6
    texts = zhou.get(url("survey_texts")).content.decode()
    assert "排队" in texts
    assert "没有相关内容" in zhou.get(url("survey_texts") + "?q=地铁").content.decode()
    assert client_of("lin").get(url("survey_texts")).status_code == 403
    wrong = zhou.get(url("satisfaction") + f"?since={today}&until=2020-01-01")
    assert wrong.status_code == 422
    export = url("survey_export")
    assert zhou.post(export, {"format": "csv", "purpose": ""}).status_code == 422
    file = zhou.post(export, {"format": "csv", "purpose": "季度分析"})
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == 1 + 12 + 1


@pytest.fixture
def answered(bank: Any) -> list[SurveyInvitation]:
    """Twelve customers of East judged us, half of them gladly; one of West."""
    from kexin.core.actor import system
    from kexin.party.data import PartyData
    from kexin.party.operations import create_customer
    from kexin.service.surveys.answering import record_interview
    from kexin.service.surveys.inviting import invite_to_survey

    survey, made, clock = Survey.objects.get(trigger="quarterly"), [], system("clock.surveys")
    for n in range(13):
        unit = "west" if n == 12 else "east"
        row = create_customer(
            actor=clock, data=PartyData(kind="individual", name=f"客户{n}"), unit=bank.units[unit],
            lead_post=bank.posts["mei" if n == 12 else "lin"],
        )  # fmt: skip
        invitation = invite_to_survey(row, actor=clock, survey=survey)
        good = {each: [str(5 + n % 6)] for each in ("whole", "attitude", "expertise", "speed", "risk", "ease")}
        more = {"recommend": ["10" if n % 2 else "6"], "words": [f"网点排队时间太长了{n}" if n % 3 == 0 else ""]}
        made.append(record_interview(invitation, actor=clock, answers=good | more))
    return made
