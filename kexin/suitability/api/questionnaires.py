"""Questionnaires: read, drafted, tried and proposed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Reason, Shown, Taken, Version
from kexin.suitability.models import QuestionnaireVersion
from kexin.suitability.questionnaires.operations import draft_questionnaire, propose_questionnaire
from kexin.suitability.questionnaires.queries import (
    SCORING,
    VIEW,
    questionnaire,
    questionnaires,
    tried,
    version_shown,
    versions,
)

router = Endpoints("questionnaires", _("Questionnaires"))

_DOCUMENT: dict[str, Any] = {"modules": []}


class QuestionnaireShown(Shown):
    """A questionnaire and the version that is asked today."""

    id: Id
    code: str = Field(examples=["risk_person"])
    kind: str = Field(examples=["risk_person"])
    name: str = Field(examples=["个人客户风险测评问卷"])
    name_en: str = Field(examples=["Risk assessment of persons"])
    version_id: Id | None = Field(description="In force today")


class QuestionnairesShown(Shown):
    """All of them."""

    items: list[QuestionnaireShown]


class QuestionnaireVersionLine(Shown):
    """One version, without its questions. ``version`` is the row's, for a change of the draft."""

    id: Id
    number: int = Field(examples=[2])
    version: Version
    state: str = Field(examples=["approved"])
    in_force_from: Day | None
    drafted_by: str = Field(examples=["1008"])
    approved_by: str = Field(examples=["1005"])


class QuestionnaireVersionsShown(Shown):
    """Newest first; drafts only for those who see the scoring."""

    items: list[QuestionnaireVersionLine]


class QuestionnaireVersionShown(QuestionnaireVersionLine):
    """One version with its questions; points and signs only for those who see the scoring."""

    content: dict[str, Any] = Field(examples=[_DOCUMENT])


class QuestionnaireDraftTaken(Taken):
    """The whole document. ``version``: the draft's row version that you saw, if you change one."""

    content: dict[str, Any] = Field(examples=[_DOCUMENT])
    version: int | None = Field(default=None, ge=1, examples=[1])


class QuestionnaireProposalTaken(Taken):
    """From when the version is asked."""

    in_force_from: dt.date = Field(examples=["2027-01-01"])
    reason: Reason


class QuestionnaireTrialTaken(Taken):
    """Answers by the code of the question."""

    answers: dict[str, str] = Field(max_length=40, examples=[{"income": "c"}])
    age: int | None = Field(default=None, ge=0, le=130, examples=[70])


class QuestionnaireTrialShown(Shown):
    """What the answers would give by today's policy."""

    points: int = Field(examples=[57])
    band: int = Field(description="Grade by points alone", examples=[3])
    grade: int = Field(examples=[3])
    lowest: bool = Field(examples=[False])
    ceilings: list[str] = Field(examples=[["short_horizon"]])


def _line(row: QuestionnaireVersion) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "version": row.version,
        "state": row.state,
        "in_force_from": row.in_force_from,
        "drafted_by": row.drafted_by,
        "approved_by": row.approved_by,
    }


def _without_scoring(content: dict[str, Any]) -> dict[str, Any]:
    """The document as the customer reads it."""
    modules = [
        {**module, "questions": [{**each, "options": _plain(each)} for each in module["questions"]]}
        for module in content["modules"]
    ]
    return {**content, "modules": modules}


def _plain(question: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"code": each["code"], "text": each["text"]} for each in question.get("options") or ()]


@router.read("/questionnaires", VIEW)
def list_questionnaires(request: ApiRequest) -> QuestionnairesShown:
    """Every questionnaire."""
    found = [
        QuestionnaireShown(
            id=row.pk,
            code=row.code,
            kind=row.kind,
            name=row.name,
            name_en=row.name_en,
            version_id=running.pk if running else None,
        )
        for row, running in questionnaires(request.actor)
    ]
    return QuestionnairesShown(items=found)


@router.read("/questionnaires/{questionnaire_id}/versions", VIEW)
def list_questionnaire_versions(request: ApiRequest, questionnaire_id: Id) -> QuestionnaireVersionsShown:
    """Versions of a questionnaire."""
    row = questionnaire(request.actor, questionnaire_id)
    found = versions(request.actor, row.pk)
    return QuestionnaireVersionsShown(items=[QuestionnaireVersionLine(**_line(each)) for each in found])


@router.read("/questionnaire-versions/{version_id}", VIEW)
def read_questionnaire_version(request: ApiRequest, version_id: Id) -> QuestionnaireVersionShown:
    """One version."""
    row = version_shown(request.actor, version_id)
    content = row.content if request.actor.may(SCORING) else _without_scoring(row.content)
    return QuestionnaireVersionShown(**_line(row), content=content)


@router.write("PUT", "/questionnaires/{questionnaire_id}/draft", "suitability.draft_questionnaire")
def put_questionnaire_draft(
    request: ApiRequest, questionnaire_id: Id, data: QuestionnaireDraftTaken
) -> QuestionnaireVersionLine:
    """Begin the next version, or change its draft."""
    row = draft_questionnaire(questionnaire_id, actor=request.actor, content=data.content, version=data.version)
    return QuestionnaireVersionLine(**_line(row))


@router.write("POST", "/questionnaire-versions/{version_id}/proposal", "suitability.propose_questionnaire", status=201)
def propose_questionnaire_version(
    request: ApiRequest, version_id: Id, data: QuestionnaireProposalTaken
) -> ApprovalShown:
    """Propose the draft; somebody else decides under `/approvals`."""
    row = propose_questionnaire(version_id, actor=request.actor, in_force_from=data.in_force_from, reason=data.reason)
    return approval_of(row)


@router.write("POST", "/questionnaire-versions/{version_id}/trial", SCORING)
def try_questionnaire_version(
    request: ApiRequest, version_id: Id, data: QuestionnaireTrialTaken
) -> QuestionnaireTrialShown:
    """Score answers without keeping anything."""
    found = tried(request.actor, version_id, data.answers, data.age)
    return QuestionnaireTrialShown(
        points=found.points, band=found.band, grade=found.grade, lowest=found.lowest, ceilings=found.codes
    )
