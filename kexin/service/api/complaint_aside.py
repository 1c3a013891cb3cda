"""What stands beside the steps of a complaint: extensions, an outside course, statutory reviews, settlements."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Moment, Shown, Taken, one_of
from kexin.service.api.complaint_steps import YesOrNoTaken
from kexin.service.api.complaints import ComplaintShown, ComplaintSpokenTaken, complaint_named, complaint_shown
from kexin.service.complaints.choices import Course, LetterLanguage, PaperReason, ReviewResult
from kexin.service.complaints.extending import (
    approve_extension,
    approve_long_extension,
    request_extension,
    resume_complaint,
    suspend_complaint,
    tell_extension,
)
from kexin.service.complaints.paper import confirm_paper_settlement, sign_settlement
from kexin.service.complaints.reviewing import ask_review, decide_review
from kexin.service.complaints.settling import (
    approve_large_settlement,
    approve_largest_settlement,
    approve_settlement,
    check_settlement_payment,
    propose_settlement,
)
from kexin.service.models import ComplaintExtension, Settlement, StatutoryReview

router = Endpoints("complaint-aside", _("Extensions, reviews and settlements of complaints"))
Brief = Annotated[str, Field(min_length=1, max_length=500, examples=["等待保险公司回函"])]
COURSES = f"^({'|'.join(each for each in Course.values if each)})$"


class ExtensionTaken(Taken):
    """Why it takes longer."""

    reason: Brief


class CourseTaken(Taken):
    """An appraisal or a mediation stops limits; a lawsuit does not."""

    course: Annotated[str, Field(pattern=COURSES, examples=["mediation"])]
    note: Brief


class CourseEndTaken(Taken):
    """How it ended."""

    note: Brief


class StatutoryReviewTaken(Taken):
    """What the complainant writes."""

    text: Annotated[str, Field(min_length=1, max_length=4000, examples=["对处理决定不服，请求核查"])]


class StatutoryReviewDecisionTaken(Taken):
    """Upheld or changed, with the findings."""

    result: one_of(ReviewResult) = Field(examples=["upheld"])  # type: ignore[valid-type]
    findings: Annotated[str, Field(min_length=1, max_length=4000, examples=["原处理事实清楚"])]


class SettlementTaken(Taken):
    """An amount in CNY and the terms; the lowest sufficient authority decides."""

    amount: Amount
    terms: Annotated[str, Field(min_length=1, max_length=2000, examples=["退还手续费，双方再无争议"])]
    language: one_of(LetterLanguage) | None = Field(default=None, examples=["zh-hans"])  # type: ignore[valid-type]


class SettlementSignedTaken(Taken):
    """The agreement signed on paper: why so, and its copy among the files of the case."""

    agreement_no: str = Field(min_length=1, max_length=60, examples=["HJ-2026-1"])
    signed_on: Day
    file_id: Id
    reason: one_of(PaperReason) = Field(examples=["wish"])  # type: ignore[valid-type]


class SettlementPaidTaken(Taken):
    """Payment and tax as somebody else saw them."""

    paid_on: Day
    tax: Amount
    reference: str = Field(min_length=1, max_length=200, examples=["P20260310001"])


class ExtensionShown(Shown):
    """An extension: asked for, decided, told."""

    to_days: int = Field(examples=[30])
    reason: str = Field(examples=["等待保险公司回函"])
    asked_by: str = Field(examples=["1023"])
    approved: bool | None = Field(examples=[None])
    decided_by: str = Field(examples=[""])
    due_before: Moment
    due_after: Moment | None
    told_at: Moment | None


class StatutoryReviewShown(Shown):
    """A review and its result."""

    asked_at: Moment
    due_at: Moment
    reviewer_post_id: Id
    result: str = Field(examples=[""])
    decided_by: str = Field(examples=[""])


class SettlementShown(Shown):
    """A settlement on its way from proposal to payment."""

    amount: Amount
    language: str = Field(examples=["zh-hans"])
    state: str = Field(examples=["proposed"])
    proposed_by: str = Field(examples=["1023"])
    approved_by: str = Field(examples=[""])
    agreement_no: str = Field(examples=[""])
    signed_on: Day | None
    signed_way: str = Field(description="portal or paper; empty before", examples=[""])
    paper_by: str = Field(description="who recorded a copy signed on paper", examples=[""])
    paper_confirmed_by: str = Field(description="who compared it with the agreement", examples=[""])
    tax: Amount | None
    paid_on: Day | None
    checked_by: str = Field(examples=[""])


def _extension(row: ComplaintExtension) -> ExtensionShown:
    return ExtensionShown(**{name: getattr(row, name) for name in ExtensionShown.model_fields})


def _review(row: StatutoryReview) -> StatutoryReviewShown:
    return StatutoryReviewShown(**{name: getattr(row, name) for name in StatutoryReviewShown.model_fields})


def _settlement(row: Settlement) -> SettlementShown:
    return SettlementShown(**{name: getattr(row, name) for name in SettlementShown.model_fields})


@router.write("POST", "/complaints/{complaint_id}/extensions", "service.request_extension", status=201)
def extension_requested(request: ApiRequest, complaint_id: Id, data: ExtensionTaken) -> ExtensionShown:
    """Ask for the next extension of the legal limit."""
    row = complaint_named(request, "service.request_extension", complaint_id)
    return _extension(request_extension(row, actor=request.actor, reason=data.reason))


@router.write("POST", "/complaints/{complaint_id}/extensions/decision", "service.approve_extension")
def extension_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> ExtensionShown:
    """Decide on the first step of extension."""
    row = complaint_named(request, "service.approve_extension", complaint_id)
    return _extension(approve_extension(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/extensions/long-decision", "service.approve_long_extension")
def long_extension_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> ExtensionShown:
    """Decide on the last step of extension, for senior management."""
    row = complaint_named(request, "service.approve_long_extension", complaint_id)
    return _extension(approve_long_extension(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/extensions/notice", "service.tell_extension")
def extension_told(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ExtensionShown:
    """Record that the complainant was told of an extension."""
    row = complaint_named(request, "service.tell_extension", complaint_id)
    return _extension(tell_extension(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/course", "service.suspend_complaint")
def complaint_suspended(request: ApiRequest, complaint_id: Id, data: CourseTaken) -> ComplaintShown:
    """Record an appraisal, a mediation or a lawsuit."""
    row = complaint_named(request, "service.suspend_complaint", complaint_id)
    return complaint_shown(suspend_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/course/end", "service.resume_complaint")
def complaint_resumed(request: ApiRequest, complaint_id: Id, data: CourseEndTaken) -> ComplaintShown:
    """Record that the outside course ended; what was left of the limits runs on."""
    row = complaint_named(request, "service.resume_complaint", complaint_id)
    return complaint_shown(resume_complaint(row, actor=request.actor, note=data.note))


@router.write("POST", "/complaints/{complaint_id}/reviews", "service.ask_review", status=201)
def review_asked(request: ApiRequest, complaint_id: Id, data: StatutoryReviewTaken) -> StatutoryReviewShown:
    """Receive the request for a statutory review of a branch's decision."""
    row = complaint_named(request, "service.ask_review", complaint_id)
    return _review(ask_review(row, actor=request.actor, text=data.text))


@router.write("POST", "/complaints/{complaint_id}/reviews/decision", "service.decide_review")
def review_decided(request: ApiRequest, complaint_id: Id, data: StatutoryReviewDecisionTaken) -> StatutoryReviewShown:
    """Uphold or change the decision."""
    row = complaint_named(request, "service.decide_review", complaint_id)
    return _review(decide_review(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements", "service.propose_settlement", status=201)
def settlement_proposed(request: ApiRequest, complaint_id: Id, data: SettlementTaken) -> SettlementShown:
    """Propose a settlement; it goes to the lowest sufficient authority."""
    row = complaint_named(request, "service.propose_settlement", complaint_id)
    return _settlement(propose_settlement(row, actor=request.actor, **data.model_dump(exclude_none=True)))


@router.write("POST", "/complaints/{complaint_id}/settlements/decision", "service.approve_settlement")
def settlement_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Decide within the first level of authority."""
    row = complaint_named(request, "service.approve_settlement", complaint_id)
    return _settlement(approve_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/large-decision", "service.approve_large_settlement")
def large_settlement_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Decide within the second level of authority."""
    row = complaint_named(request, "service.approve_large_settlement", complaint_id)
    return _settlement(approve_large_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/largest-decision", "service.approve_largest_settlement")
def largest_settlement_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Decide within the highest level of authority."""
    row = complaint_named(request, "service.approve_largest_settlement", complaint_id)
    return _settlement(approve_largest_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/signature", "service.sign_settlement")
def settlement_signed(request: ApiRequest, complaint_id: Id, data: SettlementSignedTaken) -> SettlementShown:
    """Record that the agreement was signed on paper; a second person confirms it. On the portal the customer signs."""
    row = complaint_named(request, "service.sign_settlement", complaint_id)
    return _settlement(sign_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/signature/decision", "service.confirm_paper_settlement")
def settlement_copy_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Confirm the signed copy, by another person; or not, then it is to be signed anew."""
    row = complaint_named(request, "service.confirm_paper_settlement", complaint_id)
    return _settlement(confirm_paper_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/payment", "service.check_settlement_payment")
def settlement_paid(request: ApiRequest, complaint_id: Id, data: SettlementPaidTaken) -> SettlementShown:
    """Check payment and tax, by another person."""
    row = complaint_named(request, "service.check_settlement_payment", complaint_id)
    return _settlement(check_settlement_payment(row, actor=request.actor, **data.model_dump()))
