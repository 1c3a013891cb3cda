"""The steps of complaints: investigation, reply and its delivery, the complainant's word, archive, opening again."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Shown, Taken, one_of
from kexin.service.api.complaints import ComplaintShown, ComplaintSpokenTaken, complaint_named, complaint_shown
from kexin.service.choices import Channel
from kexin.service.complaints.choices import Addressee, ComplaintOutcome, DeliveryWay, LetterLanguage, Remedy
from kexin.service.complaints.closing import (
    archive_complaint,
    attempt_confirmation,
    confirm_complaint,
    reopen_complaint,
)
from kexin.service.complaints.investigating import assign_investigator, report_findings
from kexin.service.complaints.letters import deliver_reply, draft_reply, review_reply, submit_reply
from kexin.service.models import ComplaintLetter

router = Endpoints("complaint-steps", _("Steps of complaints"))
Said = Annotated[str, Field(max_length=4000, examples=["录音显示未提示产品性质"])]
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
    language: one_of(LetterLanguage) | None = Field(default=None, examples=["zh-hans"])  # type: ignore[valid-type]


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


class ReplyShown(Shown):
    """The reply and where it stands."""

    state: str = Field(examples=["draft"])
    outcome: str = Field(examples=["upheld"])
    remedies: list[str] = Field(examples=[["review"]])
    language: str = Field(examples=["zh-hans"])
    drafted_by: str = Field(examples=["1023"])
    reviewed_by: str = Field(examples=[""])
    review_note: str = Field(examples=[""])
    way: str = Field(examples=[""])
    proof: str = Field(examples=[""])
    delivered_at: Moment | None
    sha256: str = Field(examples=[""])


def _reply(row: ComplaintLetter) -> ReplyShown:
    return ReplyShown(**{name: getattr(row, name) for name in ReplyShown.model_fields})


@router.write("POST", "/complaints/{complaint_id}/investigator", "service.assign_investigator")
def investigator_assigned(request: ApiRequest, complaint_id: Id, data: InvestigatorTaken) -> ComplaintShown:
    """Assign somebody without interest in the case; every tie that speaks against it is told."""
    row = complaint_named(request, "service.assign_investigator", complaint_id)
    return complaint_shown(assign_investigator(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/findings", "service.report_findings")
def findings_reported(request: ApiRequest, complaint_id: Id, data: FindingsTaken) -> ComplaintShown:
    """Report what the assigned investigator found."""
    row = complaint_named(request, "service.report_findings", complaint_id)
    return complaint_shown(report_findings(row, actor=request.actor, findings=data.findings))


@router.write("PUT", "/complaints/{complaint_id}/reply", "service.draft_reply")
def reply_drafted(request: ApiRequest, complaint_id: Id, data: ReplyTaken) -> ReplyShown:
    """Keep the draft of the reply."""
    row = complaint_named(request, "service.draft_reply", complaint_id)
    return _reply(draft_reply(row, actor=request.actor, **data.model_dump(exclude_none=True)))


@router.write("POST", "/complaints/{complaint_id}/reply/submission", "service.submit_reply")
def reply_submitted(request: ApiRequest, complaint_id: Id) -> ReplyShown:
    """Hand the reply to its reviewer; refused while incomplete, each missing part named."""
    return _reply(submit_reply(complaint_named(request, "service.submit_reply", complaint_id), actor=request.actor))


@router.write("POST", "/complaints/{complaint_id}/reply/review", "service.review_reply")
def reply_reviewed(request: ApiRequest, complaint_id: Id, data: YesOrNoTaken) -> ReplyShown:
    """Review the reply by a second person."""
    row = complaint_named(request, "service.review_reply", complaint_id)
    return _reply(review_reply(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/reply/delivery", "service.deliver_reply")
def reply_delivered(request: ApiRequest, complaint_id: Id, data: DeliveryTaken) -> ComplaintShown:
    """Record the delivery of the reply with its proof."""
    row = complaint_named(request, "service.deliver_reply", complaint_id)
    return complaint_shown(deliver_reply(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/word", "service.confirm_complaint")
def complaint_confirmed(request: ApiRequest, complaint_id: Id, data: ComplainantWordTaken) -> ComplaintShown:
    """Record the complainant's word on the reply; either closes the case."""
    row = complaint_named(request, "service.confirm_complaint", complaint_id)
    return complaint_shown(confirm_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/attempts", "service.attempt_confirmation")
def confirmation_attempted(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ComplaintShown:
    """Record that nobody answered."""
    row = complaint_named(request, "service.attempt_confirmation", complaint_id)
    return complaint_shown(attempt_confirmation(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/archive", "service.archive_complaint")
def complaint_archived(request: ApiRequest, complaint_id: Id) -> ComplaintShown:
    """Archive a closed case."""
    return complaint_shown(
        archive_complaint(complaint_named(request, "service.archive_complaint", complaint_id), actor=request.actor)
    )


@router.write("POST", "/complaints/{complaint_id}/reopening", "service.reopen_complaint")
def complaint_reopened(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ComplaintShown:
    """Open a case again for new facts; its limits begin anew."""
    row = complaint_named(request, "service.reopen_complaint", complaint_id)
    return complaint_shown(reopen_complaint(row, actor=request.actor, **data.model_dump()))
