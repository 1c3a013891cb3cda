"""The steps of a complaint on the screen: each enters itself among the acts of the case's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import decrypt_rows
from kexin.service.complaints import closing, extending, investigating, letters, paper, remedying, reviewing, settling
from kexin.service.complaints.choices import ComplaintState as S
from kexin.service.complaints.choices import Remedy, SettlementState
from kexin.service.models import Complaint, ComplaintLetter
from kexin.service.ui.complaint_act_forms import SpokenForm, TextForm
from kexin.service.ui.complaint_acts import Act, Around, Data, register_act
from kexin.service.ui.complaint_course_forms import (
    AssignForm,
    CopyForm,
    CourseForm,
    DecideForm,
    DeliverForm,
    EndCourseForm,
    FindingsForm,
    PaymentForm,
    ReasonForm,
    RemedyForm,
    ReplyForm,
    ReviewDecisionForm,
    SettlementForm,
    SignedForm,
    WordForm,
)

PARTS = ("outcome", "addressee", "language", "facts", "basis", "reasons", "decision", "remedies")


def _reply_form(data: Data, row: Complaint) -> forms.Form:
    letter = letters.letter_of(row)
    first: dict[str, Any] = {"remedies": list(Remedy.values), "facts": str(row.findings or "")}
    first["language"] = letters.own_language(row)
    if letter is not None:
        decrypt_rows(ComplaintLetter, [letter])
        first = {name: getattr(letter, name) for name in PARTS}
    return ReplyForm(data, case=row, initial=first)


def _extension(right: str) -> Any:
    return lambda row, around: row.is_open and around.extension is not None and around.extension.right == right


def _proposed(right: str) -> Any:
    def when(_row: Complaint, around: Around) -> bool:
        found = around.settlement
        return found is not None and found.state == SettlementState.PROPOSED and found.right == right

    return when


def _settled(state: SettlementState) -> Any:
    return lambda _row, around: around.settlement is not None and around.settlement.state == state


for each in (
    Act(
        "assign", investigating.ASSIGN, _("Assign an investigator"), _("The investigator has it now."), "user-search",
        lambda data, row, actor: AssignForm(data, case=row),
        lambda pk, actor, said: investigating.assign_investigator(pk, actor=actor, **said),
        lambda row, around: row.state in (S.ACCEPTED, S.INVESTIGATING), True,
    ),
    Act(
        "findings", investigating.REPORT, _("Report the findings"), _("The case is being handled now."), "file-check",
        lambda data, row, actor: FindingsForm(data),
        lambda pk, actor, said: investigating.report_findings(pk, actor=actor, **said),
        lambda row, around: row.state == S.INVESTIGATING, True,
    ),
    Act(
        "draft", letters.DRAFT, _("Draft the reply"), _("The draft is kept."), "pencil",
        lambda data, row, actor: _reply_form(data, row),
        lambda pk, actor, said: letters.draft_reply(pk, actor=actor, **said),
        lambda row, around: row.state == S.HANDLING, True,
    ),
    Act(
        "submit", "service.submit_reply", _("Hand it to its reviewer"), _("It is under review."), "send",
        lambda data, row, actor: forms.Form(data),
        lambda pk, actor, said: letters.submit_reply(pk, actor=actor),
        lambda row, around: row.state == S.HANDLING and around.letter is not None, True,
    ),
    Act(
        "review-reply", letters.REVIEWS, _("Review the reply"), _("Reviewed."), "mail-check",
        lambda data, row, actor: DecideForm(data),
        lambda pk, actor, said: letters.review_reply(pk, actor=actor, **said),
        lambda row, around: row.state == S.REVIEW, True,
    ),
    Act(
        "deliver", "service.deliver_reply", _("Record the delivery"), _("The complainant's word is awaited."), "send",
        lambda data, row, actor: DeliverForm(data),
        lambda pk, actor, said: letters.deliver_reply(pk, actor=actor, **said),
        lambda row, around: row.state == S.FEEDBACK, True,
    ),
    Act(
        "word", "service.confirm_complaint", _("The complainant's word"), _("The case is closed."), "message-question",
        lambda data, row, actor: WordForm(data),
        lambda pk, actor, said: closing.confirm_complaint(pk, actor=actor, **said),
        lambda row, around: row.state == S.CONFIRMING, True,
    ),
    Act(
        "attempt", "service.attempt_confirmation", _("Nobody answered"), _("The attempt is recorded."),
        "phone-outgoing",
        lambda data, row, actor: SpokenForm(data),
        lambda pk, actor, said: closing.attempt_confirmation(pk, actor=actor, **said),
        lambda row, around: row.state == S.CONFIRMING,
    ),
    Act(
        "archive", "service.archive_complaint", _("Archive"), _("Archived."), "archive",
        lambda data, row, actor: forms.Form(data),
        lambda pk, actor, said: closing.archive_complaint(pk, actor=actor),
        lambda row, around: row.state == S.CLOSED, True,
    ),
    Act(
        "reopen", "service.reopen_complaint", _("New facts: open again"), _("Open again, with new limits."), "rotate",
        lambda data, row, actor: SpokenForm(data),
        lambda pk, actor, said: closing.reopen_complaint(pk, actor=actor, **said),
        lambda row, around: row.state in (S.CONFIRMING, S.CLOSED, S.ARCHIVED),
    ),
    Act(
        "extend", "service.request_extension", _("Ask for an extension"), _("It awaits a decision."), "calendar-plus",
        lambda data, row, actor: ReasonForm(data),
        lambda pk, actor, said: extending.request_extension(pk, actor=actor, **said),
        lambda row, around: row.is_open and row.legal_ticking and around.extension is None,
    ),
    Act(
        "approve-extension", extending.APPROVE, _("Decide on the extension"), _("Decided."), "calendar-plus",
        lambda data, row, actor: DecideForm(data),
        lambda pk, actor, said: extending.approve_extension(pk, actor=actor, **said),
        _extension(extending.APPROVE), True,
    ),
    Act(
        "approve-long-extension", extending.APPROVE_LONG, _("Decide on the long extension"), _("Decided."),
        "calendar-plus",
        lambda data, row, actor: DecideForm(data),
        lambda pk, actor, said: extending.approve_long_extension(pk, actor=actor, **said),
        _extension(extending.APPROVE_LONG), True,
    ),
    Act(
        "tell-extension", "service.tell_extension", _("Tell of the extension"), _("Told."), "phone-outgoing",
        lambda data, row, actor: SpokenForm(data),
        lambda pk, actor, said: extending.tell_extension(pk, actor=actor, **said),
        lambda row, around: row.is_open and around.untold, True,
    ),
    Act(
        "suspend", "service.suspend_complaint", _("Appraisal, mediation or lawsuit"), _("Recorded."), "player-pause",
        lambda data, row, actor: CourseForm(data),
        lambda pk, actor, said: extending.suspend_complaint(pk, actor=actor, **said),
        lambda row, around: row.is_open and not row.course,
    ),
    Act(
        "resume", "service.resume_complaint", _("The outside course ended"), _("The limits go on."), "player-play",
        lambda data, row, actor: EndCourseForm(data),
        lambda pk, actor, said: extending.resume_complaint(pk, actor=actor, **said),
        lambda row, around: row.is_open and bool(row.course),
    ),
    Act(
        "ask-review", "service.ask_review", _("Statutory review asked for"), _("It goes to the upper unit."), "gavel",
        lambda data, row, actor: TextForm(data),
        lambda pk, actor, said: reviewing.ask_review(pk, actor=actor, **said),
        lambda row, around: row.told_at is not None and reviewing.by_branch(row)
        and (around.review is None or bool(around.review.result)),
    ),
    Act(
        "decide-review", reviewing.DECIDE, _("Decide the statutory review"), _("Decided."), "gavel",
        lambda data, row, actor: ReviewDecisionForm(data),
        lambda pk, actor, said: reviewing.decide_review(pk, actor=actor, **said),
        lambda row, around: around.review is not None and not around.review.result, True,
    ),
    Act(
        "settle", "service.propose_settlement", _("Propose a settlement"), _("It awaits a decision."),
        "heart-handshake",
        lambda data, row, actor: SettlementForm(data, initial={"language": letters.own_language(row)}),
        lambda pk, actor, said: settling.propose_settlement(pk, actor=actor, **said),
        lambda row, around: row.is_open and around.settlement is None,
    ),
    *(
        Act(
            name, right, _("Decide on the settlement"), _("Decided."), "heart-handshake",
            lambda data, row, actor: DecideForm(data),
            lambda pk, actor, said, door=door: door(pk, actor=actor, **said),  # type: ignore[misc]
            _proposed(right), True,
        )
        for name, right, door in (
            ("settle-small", settling.LEVELS[0], settling.approve_settlement),
            ("settle-large", settling.LEVELS[1], settling.approve_large_settlement),
            ("settle-largest", settling.LEVELS[2], settling.approve_largest_settlement),
        )
    ),
    Act(
        "settle-signed", "service.sign_settlement", _("The settlement was signed on paper"), _("Recorded."),
        "signature",
        lambda data, row, actor: SignedForm(data, case=row),
        lambda pk, actor, said: paper.sign_settlement(pk, actor=actor, **said),
        _settled(SettlementState.APPROVED),
    ),
    Act(
        "settle-paper", paper.CONFIRM, _("Confirm the signed copy"), _("Recorded."), "file-check",
        lambda data, row, actor: CopyForm(data),
        lambda pk, actor, said: paper.confirm_paper_settlement(pk, actor=actor, **said),
        _settled(SettlementState.PAPER), True,
    ),
    Act(
        "settle-paid", "service.check_settlement_payment", _("Check payment and tax"), _("Checked."), "cash",
        lambda data, row, actor: PaymentForm(data),
        lambda pk, actor, said: settling.check_settlement_payment(pk, actor=actor, **said),
        _settled(SettlementState.SIGNED),
    ),
    Act(
        "remedy", "service.open_remediation", _("Remedy the cause"), _("The cause has an owner now."), "tool",
        lambda data, row, actor: RemedyForm(data, case=row),
        lambda pk, actor, said: remedying.open_remediation(pk, actor=actor, **said),
        lambda row, around: row.state in (S.HANDLING, S.REVIEW, S.FEEDBACK, S.CONFIRMING, S.CLOSED),
    ),
):  # fmt: skip
    register_act(each)
