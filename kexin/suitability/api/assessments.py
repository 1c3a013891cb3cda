"""Risk assessments: invited by programme too, never answered by one."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.party.models import Customer
from kexin.suitability.assessments.choices import AssessmentChannel, Capacity, ProfessionalCategory, Standing
from kexin.suitability.assessments.lists import StandingFilter, narrowed, standings
from kexin.suitability.assessments.operations import invite_to_assess, review_elder_result
from kexin.suitability.assessments.person import note_capacity, propose_professional
from kexin.suitability.assessments.queries import (
    ANSWERS,
    VIEW,
    answers_shown,
    assessments,
    result_shown,
    risk_standing,
)
from kexin.suitability.models import RiskAssessment, RiskStanding
from kexin.suitability.questionnaires.choices import QuestionnaireKind

router = Endpoints("suitability", _("Risk assessments and suitability"))


class RiskStandingShown(Shown):
    """What a customer's assessments are worth today. ``grade`` is empty where nothing may be matched."""

    standing: one_of(Standing)  # type: ignore[valid-type]
    grade: int | None = Field(examples=[3])
    lowest: bool = Field(description="Only the lowest-risk products", examples=[False])
    exempt: bool = Field(description="Professional investor", examples=[False])
    elder: bool = Field(description="Special care by age", examples=[False])
    elder_capped: bool = Field(description="The grade is below what the answers gave", examples=[False])
    capacity: str = Field(examples=["full"])
    assessed_on: Day | None
    valid_until: Day | None
    assessment_id: Id | None
    pending_id: Id | None = Field(description="A changed result that the customer has not confirmed")
    pending_grade: int | None = Field(examples=[None])


class AssessmentShown(Shown):
    """One result. Answers and points are not told here."""

    id: Id
    kind: str = Field(examples=["risk_person"])
    grade: int = Field(description="As the customer was told", examples=[3])
    previous_grade: int | None = Field(examples=[2])
    lowest: bool = Field(examples=[False])
    ceilings: list[str] = Field(examples=[["short_horizon"]])
    confirmed: bool = Field(description="It did not change, or the customer confirmed it", examples=[True])
    submitted_at: Moment
    valid_until: Day
    channel: str = Field(examples=["link"])
    invited_by: str = Field(examples=["1001"])


class AssessmentsShown(Shown):
    """Newest first."""

    items: list[AssessmentShown]


class AssessmentInvitationTaken(Taken):
    """Where the customer will answer; without ``kind`` the risk questionnaire that is for this customer."""

    channel: one_of(AssessmentChannel) = "link"  # type: ignore[valid-type]
    kind: one_of(QuestionnaireKind) | None = None  # type: ignore[valid-type]


class AssessmentInvitationShown(Shown):
    """An invitation, or the questionnaire that the customer has begun already."""

    id: Id
    kind: str = Field(examples=["risk_person"])
    state: str = Field(examples=["invited"])
    ends_at: Moment


class ElderReviewTaken(Taken):
    """What the supervisor decides on a result above the ceiling."""

    lift: bool = Field(examples=[True])
    reason: str = Field(min_length=1, max_length=500, examples=["已与客户面谈，其经验和资产与答卷相符"])


class ElderReviewShown(Shown):
    """The supervisor's decision."""

    lifted: bool = Field(examples=[True])
    reviewed_by: str = Field(examples=["1004"])
    reviewed_at: Moment


def _shown(row: RiskAssessment) -> AssessmentShown:
    return AssessmentShown(
        id=row.pk,
        kind=row.kind,
        grade=row.told_grade,
        previous_grade=row.previous_grade,
        lowest=row.lowest,
        ceilings=row.ceilings,
        confirmed=not row.needs_confirmation or hasattr(row, "confirmation"),
        submitted_at=row.submitted_at,
        valid_until=row.valid_until,
        channel=row.channel,
        invited_by=row.invited_by,
    )


@router.read("/customers/{customer_id}/risk-standing", VIEW)
def read_risk_standing(request: ApiRequest, customer_id: Id) -> RiskStandingShown:
    """The risk tolerance that counts today."""
    now = risk_standing(request.actor, Customer(pk=customer_id))
    return RiskStandingShown(
        standing=now.standing,
        grade=now.grade,
        lowest=now.lowest,
        exempt=now.exempt,
        elder=now.elder,
        elder_capped=now.elder_capped,
        capacity=now.capacity,
        assessed_on=now.assessed_on,
        valid_until=now.valid_until,
        assessment_id=now.assessment_id,
        pending_id=now.pending_id,
        pending_grade=now.pending_grade,
    )


@router.read("/customers/{customer_id}/risk-assessments", VIEW)
def list_risk_assessments(request: ApiRequest, customer_id: Id) -> AssessmentsShown:
    """Results of a customer."""
    found = assessments(request.actor, customer_id)
    Customer.objects.fetch(customer_id, request.actor, VIEW)
    return AssessmentsShown(items=[_shown(row) for row in found])


@router.write("POST", "/customers/{customer_id}/assessment-invitations", "suitability.invite_to_assess", status=201)
def invite_to_assessment(
    request: ApiRequest, customer_id: Id, data: AssessmentInvitationTaken
) -> AssessmentInvitationShown:
    """Invite the customer; only the customer answers, at the portal."""
    row = invite_to_assess(Customer(pk=customer_id), actor=request.actor, channel=data.channel, kind=data.kind or "")
    return AssessmentInvitationShown(id=row.pk, kind=row.kind, state=row.state, ends_at=row.ends_at)


@router.write("PUT", "/risk-assessments/{assessment_id}/elder-review", "suitability.review_elder_result")
def review_elder(request: ApiRequest, assessment_id: Id, data: ElderReviewTaken) -> ElderReviewShown:
    """Lift the ceiling on an elderly customer's result, or leave it."""
    row = review_elder_result(assessment_id, actor=request.actor, lift=data.lift, reason=data.reason)
    return ElderReviewShown(lifted=row.lifted, reviewed_by=row.reviewed_by, reviewed_at=row.reviewed_at)


class StandingsTaken(Paging):
    """Which standings: ending soon, ended, waiting for the customer's confirmation, near the limit; all if empty."""

    what: Literal["", "due", "expired", "unconfirmed", "often"] = Field(default="", examples=["due"])
    grade: int | None = Field(default=None, ge=1, le=5, description="By the answers", examples=[None])


class StandingLine(Shown):
    """One customer's result in force, ended or not."""

    customer_id: Id
    customer_no: str = Field(examples=["C00010000001"])
    grade: int | None = Field(description="By the answers, before the care for the elderly", examples=[3])
    lowest: bool = Field(examples=[False])
    assessed_on: Day | None
    valid_until: Day | None
    pending_id: Id | None


def _standing(row: RiskStanding) -> StandingLine:
    return StandingLine(
        customer_id=row.pk,
        customer_no=row.customer.customer_no,
        grade=row.grade,
        lowest=row.lowest,
        assessed_on=row.assessed_on,
        valid_until=row.valid_until,
        pending_id=row.pending_id,
    )


@router.read("/risk-standings", VIEW)
def list_risk_standings(request: ApiRequest, wanted: Query[StandingsTaken]) -> Page[StandingLine]:
    """Customers by the day on which their result ends."""
    rows = narrowed(standings(request.actor), StandingFilter(wanted.what, wanted.grade)).select_related("customer")
    lines, following = page_of(request, rows, wanted, [("valid_until", "asc"), ("customer_id", "asc")], _standing)
    return Page[StandingLine](items=lines, next=following)


@router.read("/risk-assessments/{assessment_id}", VIEW)
def read_risk_assessment(request: ApiRequest, assessment_id: Id) -> AssessmentShown:
    """One result, without its answers."""
    return _shown(result_shown(request.actor, assessment_id))


class AnswerShown(Shown):
    """A question, the answer, and its points."""

    question: str = Field(examples=["这笔钱多久以后才会用到？"])
    answer: str = Field(examples=["2 年至 3 年"])
    points: int = Field(examples=[5])


class AnswersShown(Shown):
    """In the order of the questionnaire; reading them is recorded."""

    items: list[AnswerShown]


@router.read("/risk-assessments/{assessment_id}/answers", ANSWERS)
def read_answers(request: ApiRequest, assessment_id: Id) -> AnswersShown:
    """The answers of a submitted result."""
    found = answers_shown(request.actor, assessment_id)
    return AnswersShown(items=[AnswerShown(question=each[0], answer=each[1], points=each[2]) for each in found])


class CapacityTaken(Taken):
    """Civil capacity as a document shows it."""

    capacity: one_of(Capacity)  # type: ignore[valid-type]
    evidence: str = Field(min_length=1, max_length=200, examples=["人民法院民事判决书 (2026) 民特 12 号"])


class CapacityShown(Shown):
    """The note that counts from now on."""

    capacity: str = Field(examples=["limited"])
    guardian_id: Id | None
    noted_by: str = Field(examples=["1001"])
    noted_at: Moment


@router.write("POST", "/customers/{customer_id}/civil-capacity", "suitability.note_capacity", status=201)
def add_capacity(request: ApiRequest, customer_id: Id, data: CapacityTaken) -> CapacityShown:
    """Record civil capacity; the guardian is the one among the customer's relationships."""
    row = note_capacity(customer_id, actor=request.actor, capacity=data.capacity, evidence=data.evidence)
    return CapacityShown(
        capacity=row.capacity, guardian_id=row.guardian_id, noted_by=row.noted_by, noted_at=row.noted_at
    )


class ProfessionalTaken(Taken):
    """An institution or product to be exempt from assessment."""

    category: one_of(ProfessionalCategory)  # type: ignore[valid-type]
    evidence: str = Field(min_length=1, max_length=200, examples=["金融许可证 B0001S231000001"])
    valid_until: dt.date = Field(examples=["2027-11-20"])
    reason: Reason


@router.write("POST", "/customers/{customer_id}/professional-status", "suitability.propose_professional", status=201)
def add_professional(request: ApiRequest, customer_id: Id, data: ProfessionalTaken) -> ApprovalShown:
    """Propose it; somebody else decides under `/approvals`."""
    row = propose_professional(
        customer_id,
        actor=request.actor,
        category=data.category,
        evidence=data.evidence,
        valid_until=data.valid_until,
        reason=data.reason,
    )
    return approval_of(row)
