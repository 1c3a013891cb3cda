"""A questionnaire is drafted, tried, proposed, and approved by somebody else; what was approved never changes."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from kexin.core.approval import decide_approval
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.models import Event
from kexin.suitability.assessments.operations import open_session
from kexin.suitability.models import Questionnaire, QuestionnaireVersion
from kexin.suitability.questionnaires.operations import draft_questionnaire, propose_questionnaire
from kexin.suitability.questionnaires.queries import tried, versions
from kexin.suitability.tests.conftest import as_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def changed(title: str) -> dict[str, Any]:
    row = QuestionnaireVersion.objects.get(questionnaire__kind="risk_person", number=1)
    content = copy.deepcopy(row.content)
    content["modules"][0]["title"] = {"zh": title, "en": "Money"}
    return content


def test_a_version_comes_into_force_by_two_persons(bank: Any, young: Any, today: dt.date) -> None:
    gao, wu = bank.actor("gao"), bank.actor("wu")
    asked = Questionnaire.objects.get(kind="risk_person")
    before = open_session(actor=as_customer(young), channel="link")
    draft = draft_questionnaire(asked, actor=gao, content=changed("钱"))
    assert (draft.number, draft.state) == (2, "draft")
    with pytest.raises(Conflict):
        draft_questionnaire(asked, actor=gao, content=changed("财"), version=9)
    with pytest.raises(RuleViolation):
        propose_questionnaire(draft, actor=gao, in_force_from=today - dt.timedelta(days=1), reason="x")
    approval = propose_questionnaire(draft, actor=gao, in_force_from=today, reason="说得更明白")
    with pytest.raises(RuleViolation):
        draft_questionnaire(asked, actor=gao, content=changed("财"))
    with pytest.raises((NotPermitted, RuleViolation)):
        decide_approval(approval, actor=gao, approve=True)
    decide_approval(approval, actor=wu, approve=True)
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by, draft.in_force_from) == ("approved", "1005", today)
    assert Event.objects.filter(name="suitability.QuestionnaireApproved").exists()
    running = QuestionnaireVersion.objects.in_force("risk_person", today)
    assert running == draft
    again = open_session(actor=as_customer(young), channel="link")
    assert again.questionnaire_id == before.questionnaire_id  # begun by version 1, ended by version 1
    with pytest.raises(DatabaseError), transaction.atomic():
        QuestionnaireVersion.objects.filter(pk=draft.pk).update(reason="anders")


def test_rejected_it_is_a_draft_again(bank: Any, today: dt.date) -> None:
    draft = draft_questionnaire(
        Questionnaire.objects.get(kind="risk_person"), actor=bank.actor("gao"), content=changed("钱")
    )
    approval = propose_questionnaire(draft, actor=bank.actor("gao"), in_force_from=today, reason="x")
    decide_approval(approval, actor=bank.actor("wu"), approve=False, note="第一题不清楚")
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert [each.number for each in versions(bank.actor("lin"), draft.questionnaire_id)] == [1]  # no drafts for sellers


def test_a_faulty_document_is_refused_whole(bank: Any) -> None:
    content = changed("钱")
    content["modules"][0]["questions"][0]["options"][0]["points"] = 50
    content["modules"][0]["questions"][0]["options"][4]["points"] = 60
    with pytest.raises(RuleViolation) as refusal:
        draft_questionnaire(Questionnaire.objects.get(kind="risk_person"), actor=bank.actor("gao"), content=content)
    assert "150" in str(refusal.value.fields["content"])
    assert QuestionnaireVersion.objects.filter(state="draft").count() == 0


def test_the_test_bench_keeps_nothing(bank: Any) -> None:
    row = QuestionnaireVersion.objects.get(questionnaire__kind="risk_person")
    answers = {each.code: "e" for each in row.parsed.questions()}
    assert tried(bank.actor("gao"), row.pk, answers, 40).grade == 5
    old = tried(bank.actor("gao"), row.pk, answers, 70)
    assert (old.grade, old.codes) == (3, ["elder"])
    with pytest.raises(NotPermitted):
        tried(bank.actor("lin"), row.pk, answers)
    with pytest.raises(RuleViolation):
        tried(bank.actor("gao"), row.pk, {})


def test_pages_of_the_author(bank: Any, client_of: Any) -> None:
    gao, lin = client_of("gao"), client_of("lin")
    asked = Questionnaire.objects.get(kind="risk_person")
    running = QuestionnaireVersion.objects.get(questionnaire=asked)
    assert "个人客户风险测评问卷" in gao.get(reverse("suitability:questionnaires")).content.decode()
    page = gao.get(reverse("suitability:questionnaire_version", args=[running.pk])).content.decode()
    assert "不能接受任何损失" in page  # the sign beside the answer
    page = lin.get(reverse("suitability:questionnaire_version", args=[running.pk])).content.decode()
    assert "一点本金都不能亏" in page
    assert "不能接受任何损失" not in page
    assert lin.get(reverse("suitability:questionnaire_bench", args=[running.pk])).status_code == 403
    bench = reverse("suitability:questionnaire_bench", args=[running.pk])
    answers = {each.code: "e" for each in running.parsed.questions()}
    assert "C5 进取型" in gao.get(bench, answers | {"bearable": "e"}).content.decode()
    assert "最低类别" in gao.get(bench, answers | {"bearable": "a"}).content.decode()
    assert "请回答这道题" in gao.get(bench, {"income": "a"}).content.decode()
    draft = reverse("suitability:questionnaire_draft", args=[asked.pk])
    assert "modules:" in gao.get(draft).content.decode()
    answer = gao.post(draft, {"content": "modules: [", "version": ""})
    assert answer.status_code == 422
    assert "第 1 行" in answer.content.decode()
    answer = gao.post(draft, {"content": "modules: []", "version": ""})
    assert answer.status_code == 422
    import yaml

    answer = gao.post(draft, {"content": yaml.safe_dump(changed("钱"), allow_unicode=True), "version": ""})
    assert answer.status_code == 302
    made = QuestionnaireVersion.objects.get(state="draft")
    answer = gao.post(
        reverse("suitability:questionnaire_propose", args=[made.pk]),
        {"in_force_from": "2026-11-20", "reason": "说得更明白"},
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.state == "proposed"
