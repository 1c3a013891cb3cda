"""Surveys: versions, samples, invitations and single answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, Version, one_of, page_of
from kexin.party.models import Customer
from kexin.service.models import Survey, SurveyInvitation, SurveyVersion, SurveyWave
from kexin.service.surveys.answering import record_interview
from kexin.service.surveys.authoring import create_survey, draft_survey, propose_survey
from kexin.service.surveys.choices import InvitationState, SurveyTrigger
from kexin.service.surveys.inviting import invite_to_survey
from kexin.service.surveys.queries import (
    ANSWERS,
    VIEW,
    survey,
    survey_invitation,
    survey_invitations,
    survey_version,
    survey_versions,
    surveys,
    waves,
)
from kexin.service.surveys.results import RESULTS, Figures, Wanted, last_year, survey_results
from kexin.service.surveys.sampling import DRAW, draw_wave
from kexin.service.surveys.statistics import Interval
from kexin.service.surveys.texts import groups, survey_texts

router = Endpoints("surveys", _("Surveys"))
_DOCUMENT: dict[str, Any] = {"dimensions": [], "questions": []}


class SurveyTaken(Taken):
    """A survey of the institution's own."""

    code: str = Field(max_length=30, examples=["branch_visit"])
    name: str = Field(min_length=1, max_length=60, examples=["网点服务问卷"])
    name_en: str = Field(min_length=1, max_length=60, examples=["Survey after a visit to a branch"])
    trigger: Annotated[one_of(SurveyTrigger), Field(examples=["hand"])] = "hand"  # type: ignore[valid-type]


class SurveyDraftTaken(Taken):
    """The whole document, finished or not. ``version``: the draft's row version that you saw, if you change one."""

    content: dict[str, Any] = Field(examples=[_DOCUMENT])
    version: int | None = Field(default=None, ge=1, examples=[1])


class SurveyProposalTaken(Taken):
    """From when the version is asked, and why."""

    in_force_from: Day
    reason: Reason


class WaveTaken(Taken):
    """A sample by the quotas of the policy; the same seed draws the same sample again."""

    unit_id: Id
    period: str = Field(default="", max_length=20, examples=["2026Q4"])
    seed: str = Field(default="", max_length=40, examples=[""])


class SurveySendTaken(Taken):
    """Which survey."""

    survey_id: Id


class InterviewTaken(Taken):
    """Answers by question: ratings as whole numbers, codes of options, words; each in a list."""

    answers: dict[str, list[str]] = Field(examples=[{"whole": ["8"], "solved": ["yes"]}])


class SurveyShown(Shown):
    """A survey and the version that is asked today; figures of the last 90 days within reach."""

    id: Id
    code: str = Field(examples=["quarterly"])
    name: str = Field(examples=["季度客户满意度调查"])
    name_en: str = Field(examples=["Quarterly survey of satisfaction"])
    trigger: str = Field(examples=["quarterly"])
    version_id: Id | None = Field(description="In force today")
    invited: int = Field(examples=[120])
    answered: int = Field(examples=[48])


class SurveysShown(Shown):
    """All of them."""

    items: list[SurveyShown]


class SurveyVersionShown(Shown):
    """One version with its document."""

    id: Id
    survey_id: Id
    number: int = Field(examples=[2])
    state: str = Field(examples=["approved"])
    in_force_from: Day | None
    content: dict[str, Any] = Field(examples=[_DOCUMENT])
    version: Version


class SurveyVersionsShown(Shown):
    """Newest first; drafts only for those who write and approve."""

    items: list[SurveyVersionShown]


class WaveShown(Shown):
    """One sample."""

    id: Id
    period: str = Field(examples=["2026Q4"])
    unit_id: Id
    survey_version_id: Id
    seed: str = Field(examples=["9f2c…"])
    eligible: int = Field(examples=[412])
    count: int = Field(examples=[80])
    drawn_at: Moment


class WavesShown(Shown):
    """Samples within reach, the newest first."""

    items: list[WaveShown]


class InvitationsWanted(Paging):
    """Which invitations, which part of the list."""

    state: Annotated[str, Field(pattern=f"^({'|'.join(InvitationState.values)}|)$", examples=["answered"])] = ""
    survey_id: Id | None = Field(default=None, examples=[None])
    low: bool = Field(default=False, examples=[False])


class SurveyInvitationShown(Shown):
    """Who was asked and what became of it; the score is on 100."""

    id: Id
    customer_id: Id
    survey_version_id: Id
    trigger: str = Field(examples=["service"])
    subject_no: str = Field(examples=["Q202600000001"])
    unit_id: Id
    tier: str = Field(examples=["gold"])
    state: str = Field(examples=["answered"])
    channel: str = Field(examples=["sms"])
    invited_at: Moment
    expires_at: Moment
    answered_at: Moment | None
    score: str | None = Field(examples=["88.89"])
    nps: int | None = Field(examples=[9])
    low: bool = Field(examples=[False])
    by_staff: str = Field(examples=[""])


class SurveyAnswerShown(Shown):
    """One answer: the raw rating with its scale, codes of options, or words."""

    question: str = Field(examples=["whole"])
    dimension: str = Field(examples=["attitude"])
    kind: str = Field(examples=["scale10"])
    value: str | None = Field(examples=["9"])
    least: int | None = Field(examples=[1])
    most: int | None = Field(examples=[10])
    picks: list[str] = Field(examples=[[]])
    text: str = Field(examples=[""])


class SurveyInvitationFileShown(Shown):
    """One invitation with its answers once they are sent."""

    invitation: SurveyInvitationShown
    answers: list[SurveyAnswerShown]


def _version(row: SurveyVersion) -> SurveyVersionShown:
    names = ("number", "state", "in_force_from", "content", "version", "survey_id")
    return SurveyVersionShown(id=row.pk, **{name: getattr(row, name) for name in names})


def _wave(row: SurveyWave) -> WaveShown:
    names = [name for name in WaveShown.model_fields if name != "id"]
    return WaveShown(id=row.pk, **{name: getattr(row, name) for name in names})


def _invitation(row: SurveyInvitation) -> SurveyInvitationShown:
    names = [name for name in SurveyInvitationShown.model_fields if name not in ("id", "score")]
    score = None if row.score is None else f"{row.score:f}"
    return SurveyInvitationShown(id=row.pk, score=score, **{name: getattr(row, name) for name in names})


@router.read("/surveys", VIEW)
def list_surveys(request: ApiRequest) -> SurveysShown:
    """Every survey with what is asked today."""
    items = [
        SurveyShown(
            id=each.row.pk, code=each.row.code, name=each.row.name, name_en=each.row.name_en, trigger=each.row.trigger,
            version_id=each.running.pk if each.running else None, invited=each.invited, answered=each.answered,
        )
        for each in surveys(request.actor)
    ]  # fmt: skip
    return SurveysShown(items=items)


@router.write("POST", "/surveys", "service.create_survey", status=201)
def survey_created(request: ApiRequest, data: SurveyTaken) -> SurveyVersionsShown:
    """Begin a survey; its empty draft comes with it."""
    row = create_survey(actor=request.actor, **data.model_dump())
    return SurveyVersionsShown(items=[_version(each) for each in row.versions.all()])


@router.read("/surveys/{survey_id}/versions", VIEW)
def list_survey_versions(request: ApiRequest, survey_id: Id) -> SurveyVersionsShown:
    """Its versions, newest first."""
    survey(request.actor, survey_id)
    return SurveyVersionsShown(items=[_version(each) for each in survey_versions(request.actor, survey_id)])


@router.read("/survey-versions/{version_id}", VIEW)
def read_survey_version(request: ApiRequest, version_id: Id) -> SurveyVersionShown:
    """One version with its document."""
    return _version(survey_version(request.actor, version_id))


@router.write("PUT", "/surveys/{survey_id}/draft", "service.draft_survey")
def survey_drafted(request: ApiRequest, survey_id: Id, data: SurveyDraftTaken) -> SurveyVersionShown:
    """Begin the next version, or change the draft."""
    row = existing(request.actor, "service.draft_survey", Survey.objects.all(), survey_id)
    return _version(draft_survey(row, actor=request.actor, content=data.content, version=data.version))


@router.write("POST", "/survey-versions/{version_id}/proposal", "service.propose_survey", status=201)
def survey_proposed(request: ApiRequest, version_id: Id, data: SurveyProposalTaken) -> ApprovalShown:
    """Propose the draft; somebody else approves."""
    row = existing(request.actor, "service.propose_survey", SurveyVersion.objects.all(), version_id)
    made = propose_survey(row, actor=request.actor, in_force_from=data.in_force_from, reason=data.reason)
    return approval_of(made)


@router.read("/surveys/{survey_id}/waves", VIEW)
def list_waves(request: ApiRequest, survey_id: Id) -> WavesShown:
    """Its samples within reach."""
    survey(request.actor, survey_id)
    return WavesShown(items=[_wave(each) for each in waves(request.actor, survey_id)])


@router.write("POST", "/surveys/{survey_id}/waves", DRAW, status=201)
def wave_drawn(request: ApiRequest, survey_id: Id, data: WaveTaken) -> WaveShown:
    """Draw a sample by the quotas of the policy and ask it."""
    row = existing(request.actor, DRAW, Survey.objects.all(), survey_id)
    return _wave(draw_wave(actor=request.actor, survey=row, **data.model_dump()))


@router.write("POST", "/customers/{customer_id}/surveys", "service.invite_to_survey", status=201)
def survey_sent(request: ApiRequest, customer_id: Id, data: SurveySendTaken) -> SurveyInvitationShown:
    """Send a survey to one customer."""
    customer = existing(request.actor, "service.invite_to_survey", Customer.objects.all(), customer_id)
    return _invitation(invite_to_survey(customer, actor=request.actor, survey=data.survey_id))


@router.read("/survey-invitations", ANSWERS)
def list_survey_invitations(request: ApiRequest, wanted: Query[InvitationsWanted]) -> Page[SurveyInvitationShown]:
    """Who was asked within reach, the newest first."""
    rows = survey_invitations(request.actor, state=wanted.state, survey_id=wanted.survey_id, low=wanted.low)
    items, following = page_of(request, rows, wanted, [("invited_at", "desc"), ("pk", "desc")], _invitation)
    return Page[SurveyInvitationShown](items=items, next=following)


@router.read("/survey-invitations/{invitation_id}", ANSWERS)
def read_survey_invitation(request: ApiRequest, invitation_id: Id) -> SurveyInvitationFileShown:
    """One customer's answers once they are sent."""
    return _file(survey_invitation(request.actor, invitation_id))


def _file(file: Any) -> SurveyInvitationFileShown:
    answers = [
        SurveyAnswerShown(
            question=asked.code, dimension=asked.dimension, kind=asked.kind,
            value=None if given.value is None else f"{given.value:.0f}",
            least=asked.bounds[0] if asked.bounds else None, most=asked.bounds[1] if asked.bounds else None,
            picks=list(given.picks), text=given.text,
        )
        for asked, given in file.lines if file.row.state == InvitationState.ANSWERED
    ]  # fmt: skip
    return SurveyInvitationFileShown(invitation=_invitation(file.row), answers=answers)


@router.write("POST", "/survey-invitations/{invitation_id}/interview", "service.record_interview", status=201)
def interview_recorded(request: ApiRequest, invitation_id: Id, data: InterviewTaken) -> SurveyInvitationShown:
    """Write down what the customer answered in person or by telephone: all or nothing."""
    row = existing(request.actor, "service.record_interview", SurveyInvitation.objects.all(), invitation_id)
    return _invitation(record_interview(row, actor=request.actor, answers=data.answers))


class SurveyResultsWanted(Taken):
    """Who was asked from ``since`` to ``until`` (the last twelve months by default), of which survey, unit, tier."""

    since: dt.date | None = Field(default=None, examples=[None])
    until: dt.date | None = Field(default=None, examples=[None])
    survey_id: Id | None = Field(default=None, examples=[None])
    unit_id: Id | None = Field(default=None, examples=[None])
    tier: str = Field(default="", max_length=20, examples=[""])


class SurveyTextsWanted(SurveyResultsWanted):
    """The same, and words that the texts hold."""

    search: str = Field(default="", max_length=60, examples=[""])


class IntervalShown(Shown):
    """An estimate with its bounds."""

    value: float = Field(examples=[78.4])
    low: float | None = Field(examples=[74.1])
    high: float | None = Field(examples=[82.7])


class SatisfactionShown(Shown):
    """Figures of one group; where it is too small, neither score nor recommendation."""

    key: str = Field(examples=["gold"])
    label: str = Field(examples=["金卡"])
    invited: int = Field(examples=[120])
    answered: int = Field(examples=[48])
    shown: bool = Field(examples=[True])
    rate: IntervalShown | None
    score: IntervalShown | None
    nps: IntervalShown | None


class SatisfactionResultsShown(Shown):
    """The whole and its groups."""

    whole: SatisfactionShown
    weighted: IntervalShown | None
    units: list[SatisfactionShown]
    tiers: list[SatisfactionShown]
    dimensions: list[SatisfactionShown]
    months: list[SatisfactionShown]
    confidence: int = Field(examples=[95])
    smallest: int = Field(examples=[10])
    method: str = Field(examples=["range"])


class SurveyTextShown(Shown):
    """One text of a customer."""

    invitation_id: Id
    question: str = Field(examples=["why"])
    text: str = Field(examples=["等了很久"])


class SurveyTextsShown(Shown):
    """The newest texts, and which of them are alike (places in ``items``)."""

    items: list[SurveyTextShown]
    groups: list[list[int]] = Field(examples=[[[0, 2, 5]]])


def _wanted(data: SurveyResultsWanted) -> Wanted:
    usual = last_year()
    found = Wanted(data.since or usual.since, data.until or usual.until, data.survey_id, data.unit_id, data.tier)
    if not found.fits:
        raise InvalidRequest(fields={"until": _("Choose a span of at most three years.")})
    return found


def _interval(found: Interval | None) -> IntervalShown | None:
    return None if found is None else IntervalShown(value=found.value, low=found.low, high=found.high)


def _figures(group: Figures) -> SatisfactionShown:
    return SatisfactionShown(
        key=group.key, label=group.label, invited=group.invited, answered=group.answered, shown=group.shown,
        rate=_interval(group.rate), score=_interval(group.score), nps=_interval(group.nps),
    )  # fmt: skip


@router.read("/satisfaction", RESULTS)
def satisfaction(request: ApiRequest, wanted: Query[SurveyResultsWanted]) -> SatisfactionResultsShown:
    """Response, score and recommendation with their intervals, by unit, tier, dimension and month."""
    found = survey_results(request.actor, _wanted(wanted))
    parts = {name: [_figures(each) for each in getattr(found, name)]
             for name in ("units", "tiers", "dimensions", "months")}  # fmt: skip
    return SatisfactionResultsShown(
        whole=_figures(found.whole), weighted=_interval(found.weighted), confidence=found.confidence,
        smallest=found.smallest, method=found.method, **parts,
    )  # fmt: skip


@router.read("/survey-texts", ANSWERS)
def list_survey_texts(request: ApiRequest, wanted: Query[SurveyTextsWanted]) -> SurveyTextsShown:
    """What customers wrote, at most 600 texts, and which are alike."""
    rows = survey_texts(request.actor, _wanted(wanted), wanted.search)
    items = [SurveyTextShown(invitation_id=each.invitation.pk, question=each.question, text=each.text) for each in rows]
    return SurveyTextsShown(items=items, groups=[list(each.members) for each in groups([each.text for each in rows])])
