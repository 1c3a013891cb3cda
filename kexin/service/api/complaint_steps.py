"""The steps of complaints: investigation, reply, extension, statutory review, settlement, remedy of the cause."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.service.api.complaints import ComplaintShown, ComplaintSpokenTaken, complaint_named, complaint_shown
from kexin.service.choices import Channel
from kexin.service.complaints.choices import (
    Addressee,
    ComplaintOutcome,
    Course,
    DeliveryWay,
    Remedy,
    RemedyState,
    ReviewResult,
)
from kexin.service.complaints.closing import (
    archive_complaint,
    attempt_confirmation,
    confirm_complaint,
    reopen_complaint,
)
from kexin.service.complaints.extending import (
    approve_extension,
    approve_long_extension,
    request_extension,
    resume_complaint,
    suspend_complaint,
    tell_extension,
)
from kexin.service.complaints.investigating import assign_investigator, report_findings
from kexin.service.complaints.letters import deliver_reply, draft_reply, review_reply, submit_reply
from kexin.service.complaints.remedying import (
    VIEW_REMEDIES,
    finish_remediation,
    open_remediation,
    remediation,
    remediations,
    verify_remediation,
)
from kexin.service.complaints.reviewing import ask_review, decide_review
from kexin.service.complaints.settling import (
    approve_large_settlement,
    approve_largest_settlement,
    approve_settlement,
    check_settlement_payment,
    propose_settlement,
    sign_settlement,
)
from kexin.service.models import (
    Complaint,
    ComplaintExtension,
    ComplaintLetter,
    Remediation,
    Settlement,
    StatutoryReview,
)

router = Endpoints("complaint-steps", _("Steps of complaints"))
Said = Annotated[str, Field(max_length=4000, examples=["录音显示未提示产品性质"])]
Brief = Annotated[str, Field(min_length=1, max_length=500, examples=["等待保险公司回函"])]
COURSES = f"^({'|'.join(each for each in Course.values if each)})$"
Remark = Annotated[str, Field(max_length=500, examples=[""])]


class InvestigatorTaken(Taken):
    """Who investigates; why, where somebody did before."""

    post_id: Id
    reason: str = Field(default="", max_length=200, examples=[""])


class FindingsTaken(Taken):
    """What was found."""

    findings: Annotated[str, Field(min_length=1, max_length=4000, examples=["录音显示未提示产品性质"])]


class ReplyTaken(Taken):
    """A draft may be unfinished; handed to its reviewer it must say all that the rule demands."""

    facts: Said = ""
    basis: str = Field(default="", max_length=2000, examples=["《银行保险机构消费者权益保护管理办法》"])
    reasons: Said = ""
    decision: Said = ""
    outcome: Annotated[str, Field(pattern=f"^({'|'.join(ComplaintOutcome.values)}|)$", examples=["upheld"])] = ""
    remedies: list[one_of(Remedy)] = Field(default=[], max_length=4)  # type: ignore[valid-type]
    addressee: one_of(Addressee) = "self"  # type: ignore[valid-type]


class YesOrNoTaken(Taken):
    """Approved, or refused with a note."""

    approve: bool = Field(examples=[True])
    note: Remark = ""


class DeliveryTaken(Taken):
    """A way that leaves a proof."""

    way: one_of(DeliveryWay) = Field(examples=["post"])  # type: ignore[valid-type]
    proof: str = Field(min_length=1, max_length=200, examples=["EMS 1029384756"])


class ComplainantWordTaken(Taken):
    """What the complainant says of the reply."""

    agreed: bool = Field(examples=[True])
    channel: one_of(Channel) = Field(examples=["phone"])  # type: ignore[valid-type]
    text: Annotated[str, Field(min_length=1, max_length=4000, examples=["认可处理结果"])]


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


class SettlementSignedTaken(Taken):
    """The signed agreement."""

    agreement_no: str = Field(min_length=1, max_length=60, examples=["HJ-2026-1"])
    signed_on: Day


class SettlementPaidTaken(Taken):
    """Payment and tax as somebody else saw them."""

    paid_on: Day
    tax: Amount
    reference: str = Field(min_length=1, max_length=200, examples=["P20260310001"])


class RemediationTaken(Taken):
    """The cause, what is wrong without naming the complainant, its owner, until when."""

    cause: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["risk_told"])
    problem: Brief
    post_id: Id
    due_on: Day


class RemediationDoneTaken(Taken):
    """The measure, and what came of it."""

    measure: str = Field(min_length=1, max_length=1000, examples=["双录前增加产品性质确认"])
    done: str = Field(min_length=1, max_length=1000, examples=["已上线"])


class RemediationEffectTaken(Taken):
    """Whether it works; where not, until when it goes on."""

    effective: bool = Field(examples=[True])
    effect: str = Field(min_length=1, max_length=1000, examples=["一个月无同类投诉"])
    due_on: Day | None = Field(default=None, examples=[None])


class RemediationsWanted(Paging):
    """Which measures."""

    state: Annotated[str, Field(pattern=f"^(late|{'|'.join(RemedyState.values)}|)$", examples=["open"])] = ""


class ReplyShown(Shown):
    """The reply and where it stands."""

    state: str = Field(examples=["draft"])
    outcome: str = Field(examples=["upheld"])
    remedies: list[str] = Field(examples=[["review"]])
    drafted_by: str = Field(examples=["1023"])
    reviewed_by: str = Field(examples=[""])
    review_note: str = Field(examples=[""])
    way: str = Field(examples=[""])
    proof: str = Field(examples=[""])
    delivered_at: Moment | None
    sha256: str = Field(examples=[""])


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
    state: str = Field(examples=["proposed"])
    proposed_by: str = Field(examples=["1023"])
    approved_by: str = Field(examples=[""])
    agreement_no: str = Field(examples=[""])
    signed_on: Day | None
    tax: Amount | None
    paid_on: Day | None
    checked_by: str = Field(examples=[""])


class RemediationShown(Shown):
    """A measure against a cause."""

    id: Id
    complaint_id: Id
    cause: str = Field(examples=["risk_told"])
    problem: str = Field(examples=["柜面未提示保险性质"])
    owner_unit_id: Id
    owner_post_id: Id
    measure: str = Field(examples=[""])
    due_on: Day
    state: str = Field(examples=["open"])
    done_by: str = Field(examples=[""])
    verified_by: str = Field(examples=[""])
    effect: str = Field(examples=[""])
    version: Version


def _reply(row: ComplaintLetter) -> ReplyShown:
    return ReplyShown(**{name: getattr(row, name) for name in ReplyShown.model_fields})


def _extension(row: ComplaintExtension) -> ExtensionShown:
    return ExtensionShown(**{name: getattr(row, name) for name in ExtensionShown.model_fields})


def _review(row: StatutoryReview) -> StatutoryReviewShown:
    return StatutoryReviewShown(**{name: getattr(row, name) for name in StatutoryReviewShown.model_fields})


def _settlement(row: Settlement) -> SettlementShown:
    return SettlementShown(**{name: getattr(row, name) for name in SettlementShown.model_fields})


def _remediation(row: Remediation) -> RemediationShown:
    names = set(RemediationShown.model_fields) - {"id"}
    return RemediationShown(id=row.pk, **{name: getattr(row, name) for name in names})


def _case(request: ApiRequest, permission: str, pk: int) -> Complaint:
    return complaint_named(request, permission, pk)


def _measure(request: ApiRequest, permission: str, pk: int) -> Remediation:
    return existing(request.actor, permission, Remediation.objects.all(), pk)


@router.write("POST", "/complaints/{complaint_id}/investigator", "service.assign_investigator")
def investigator_assigned(request: ApiRequest, complaint_id: Id, data: InvestigatorTaken) -> ComplaintShown:
    """Assign somebody without interest in the case; every tie that speaks against it is told."""
    row = _case(request, "service.assign_investigator", complaint_id)
    return complaint_shown(assign_investigator(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/findings", "service.report_findings")
def findings_reported(request: ApiRequest, complaint_id: Id, data: FindingsTaken) -> ComplaintShown:
    """Report what the assigned investigator found."""
    row = _case(request, "service.report_findings", complaint_id)
    return complaint_shown(report_findings(row, actor=request.actor, findings=data.findings))


@router.write("PUT", "/complaints/{complaint_id}/reply", "service.draft_reply")
def reply_drafted(request: ApiRequest, complaint_id: Id, data: ReplyTaken) -> ReplyShown:
    """Keep the draft of the reply."""
    row = _case(request, "service.draft_reply", complaint_id)
    return _reply(draft_reply(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/reply/submission", "service.submit_reply")
def reply_submitted(request: ApiRequest, complaint_id: Id) -> ReplyShown:
    """Hand the reply to its reviewer; refused while incomplete, each missing part named."""
    return _reply(submit_reply(_case(request, "service.submit_reply", complaint_id), actor=request.actor))


@router.write("POST", "/complaints/{complaint_id}/reply/review", "service.review_reply")
def reply_reviewed(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> ReplyShown:
    """Review the reply by a second person."""
    row = _case(request, "service.review_reply", complaint_id)
    return _reply(review_reply(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/reply/delivery", "service.deliver_reply")
def reply_delivered(request: ApiRequest, complaint_id: Id, data: DeliveryTaken) -> ComplaintShown:
    """Record the delivery of the reply with its proof."""
    row = _case(request, "service.deliver_reply", complaint_id)
    return complaint_shown(deliver_reply(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/word", "service.confirm_complaint")
def complaint_confirmed(request: ApiRequest, complaint_id: Id, data: ComplainantWordTaken) -> ComplaintShown:
    """Record the complainant's word on the reply; either closes the case."""
    row = _case(request, "service.confirm_complaint", complaint_id)
    return complaint_shown(confirm_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/attempts", "service.attempt_confirmation")
def confirmation_attempted(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ComplaintShown:
    """Record that nobody answered."""
    row = _case(request, "service.attempt_confirmation", complaint_id)
    return complaint_shown(attempt_confirmation(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/archive", "service.archive_complaint")
def complaint_archived(request: ApiRequest, complaint_id: Id) -> ComplaintShown:
    """Archive a closed case."""
    return complaint_shown(
        archive_complaint(_case(request, "service.archive_complaint", complaint_id), actor=request.actor)
    )


@router.write("POST", "/complaints/{complaint_id}/reopening", "service.reopen_complaint")
def complaint_reopened(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ComplaintShown:
    """Open a case again for new facts; its limits begin anew."""
    row = _case(request, "service.reopen_complaint", complaint_id)
    return complaint_shown(reopen_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/extensions", "service.request_extension", status=201)
def extension_requested(request: ApiRequest, complaint_id: Id, data: ExtensionTaken) -> ExtensionShown:
    """Ask for the next extension of the legal limit."""
    row = _case(request, "service.request_extension", complaint_id)
    return _extension(request_extension(row, actor=request.actor, reason=data.reason))


@router.write("POST", "/complaints/{complaint_id}/extensions/decision", "service.approve_extension")
def extension_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> ExtensionShown:
    """Decide on the first step of extension."""
    row = _case(request, "service.approve_extension", complaint_id)
    return _extension(approve_extension(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/extensions/long-decision", "service.approve_long_extension")
def long_extension_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> ExtensionShown:
    """Decide on the last step of extension, for senior management."""
    row = _case(request, "service.approve_long_extension", complaint_id)
    return _extension(approve_long_extension(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/extensions/notice", "service.tell_extension")
def extension_told(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ExtensionShown:
    """Record that the complainant was told of an extension."""
    row = _case(request, "service.tell_extension", complaint_id)
    return _extension(tell_extension(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/course", "service.suspend_complaint")
def complaint_suspended(request: ApiRequest, complaint_id: Id, data: CourseTaken) -> ComplaintShown:
    """Record an appraisal, a mediation or a lawsuit."""
    row = _case(request, "service.suspend_complaint", complaint_id)
    return complaint_shown(suspend_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/course/end", "service.resume_complaint")
def complaint_resumed(request: ApiRequest, complaint_id: Id, data: CourseEndTaken) -> ComplaintShown:
    """Record that the outside course ended; what was left of the limits runs on."""
    row = _case(request, "service.resume_complaint", complaint_id)
    return complaint_shown(resume_complaint(row, actor=request.actor, note=data.note))


@router.write("POST", "/complaints/{complaint_id}/reviews", "service.ask_review", status=201)
def review_asked(request: ApiRequest, complaint_id: Id, data: StatutoryReviewTaken) -> StatutoryReviewShown:
    """Receive the request for a statutory review of a branch's decision."""
    row = _case(request, "service.ask_review", complaint_id)
    return _review(ask_review(row, actor=request.actor, text=data.text))


@router.write("POST", "/complaints/{complaint_id}/reviews/decision", "service.decide_review")
def review_decided(request: ApiRequest, complaint_id: Id, data: StatutoryReviewDecisionTaken) -> StatutoryReviewShown:
    """Uphold or change the decision."""
    row = _case(request, "service.decide_review", complaint_id)
    return _review(decide_review(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements", "service.propose_settlement", status=201)
def settlement_proposed(request: ApiRequest, complaint_id: Id, data: SettlementTaken) -> SettlementShown:
    """Propose a settlement; it goes to the lowest sufficient authority."""
    row = _case(request, "service.propose_settlement", complaint_id)
    return _settlement(propose_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/decision", "service.approve_settlement")
def settlement_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Decide within the first level of authority."""
    row = _case(request, "service.approve_settlement", complaint_id)
    return _settlement(approve_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/large-decision", "service.approve_large_settlement")
def large_settlement_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Decide within the second level of authority."""
    row = _case(request, "service.approve_large_settlement", complaint_id)
    return _settlement(approve_large_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/largest-decision", "service.approve_largest_settlement")
def largest_settlement_decided(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> SettlementShown:
    """Decide within the highest level of authority."""
    row = _case(request, "service.approve_largest_settlement", complaint_id)
    return _settlement(approve_largest_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/signature", "service.sign_settlement")
def settlement_signed(request: ApiRequest, complaint_id: Id, data: SettlementSignedTaken) -> SettlementShown:
    """Record the signed agreement."""
    row = _case(request, "service.sign_settlement", complaint_id)
    return _settlement(sign_settlement(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/settlements/payment", "service.check_settlement_payment")
def settlement_paid(request: ApiRequest, complaint_id: Id, data: SettlementPaidTaken) -> SettlementShown:
    """Check payment and tax, by another person."""
    row = _case(request, "service.check_settlement_payment", complaint_id)
    return _settlement(check_settlement_payment(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/remediations", "service.open_remediation", status=201)
def remediation_opened(request: ApiRequest, complaint_id: Id, data: RemediationTaken) -> RemediationShown:
    """Give the cause of a case its owner, outside the complaint team."""
    row = _case(request, "service.open_remediation", complaint_id)
    return _remediation(open_remediation(row, actor=request.actor, **data.model_dump()))


@router.read("/remediations", VIEW_REMEDIES)
def list_remediations(request: ApiRequest, wanted: Query[RemediationsWanted]) -> Page[RemediationShown]:
    """Measures within reach, the newest first."""
    rows = remediations(request.actor, state=wanted.state)
    items, following = page_of(request, rows, wanted, [("opened_at", "desc"), ("pk", "desc")], _remediation)
    return Page[RemediationShown](items=items, next=following)


@router.read("/remediations/{remediation_id}", VIEW_REMEDIES)
def read_remediation(request: ApiRequest, remediation_id: Id) -> RemediationShown:
    """One measure."""
    return _remediation(remediation(request.actor, remediation_id))


@router.write("POST", "/remediations/{remediation_id}/completion", "service.finish_remediation")
def remediation_finished(request: ApiRequest, remediation_id: Id, data: RemediationDoneTaken) -> RemediationShown:
    """Report a measure as done, by its owner."""
    row = _measure(request, "service.finish_remediation", remediation_id)
    return _remediation(finish_remediation(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/remediations/{remediation_id}/effect", "service.verify_remediation")
def remediation_verified(request: ApiRequest, remediation_id: Id, data: RemediationEffectTaken) -> RemediationShown:
    """Say whether a measure works, by somebody else."""
    row = _measure(request, "service.verify_remediation", remediation_id)
    return _remediation(verify_remediation(row, actor=request.actor, **data.model_dump()))
