"""Statutory review 核查: a branch's decision is looked at once more by the upper unit, by another, in 30 days."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.values import Duration
from kexin.people.choices import UnitKind
from kexin.people.models import OrgUnit
from kexin.service.complaints.choices import ComplaintEntryKind, ReviewResult
from kexin.service.complaints.events import StatutoryReviewAsked, StatutoryReviewDecided
from kexin.service.complaints.letters import letter_of
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.record import keep, rules_of, said, step
from kexin.service.complaints.rules import may_ask_review
from kexin.service.complaints.work import STATUTORY, owe_by, settle
from kexin.service.models import Complaint, StatutoryReview
from kexin.service.requests.running import now

DECIDE = "service.decide_review"


def deciding_unit(row: Complaint) -> OrgUnit:
    """The unit whose decision it was: that complained about, else the one that received it."""
    return row.concerned_unit or row.unit


def by_branch(row: Complaint) -> bool:
    """Was it a branch's decision? Head office has nobody above it."""
    return deciding_unit(row).kind != UnitKind.HEAD_OFFICE and deciding_unit(row).parent_id is not None


@operation("service.ask_review", label=_("Receive a request for a statutory review"))
def ask_review(complaint: Complaint | int, *, actor: Actor, text: str) -> StatutoryReview:
    """Asked for in writing within 30 days of the decision; it goes to the upper unit, to nobody who decided before."""
    row, at = Complaint.objects.lock(complaint, actor), now()
    rules = rules_of(row)
    may_ask_review(
        told_at=row.told_at,
        now=at,
        days=rules.review_ask_days,
        by_branch=by_branch(row),
        open_now=row.reviews.filter(result="").exists(),
    ).enforce()
    words, letter = said(text, "text"), letter_of(row)
    named = {letter.drafted_by, letter.reviewed_by} if letter is not None else set()
    barred = sorted({*row.accused, *named, row.found_by} - {""})
    unit_id = deciding_unit(row).parent_id
    assert unit_id is not None
    sellers = sellers_of(row.subject_kind, row.subject_no)
    post = officer_for(DECIDE, unit_id, barred, sellers, row.concerned_unit_id)
    if post is None:
        raise RuleViolation(_("Nobody else may review this decision."))
    due = add(at, Duration(rules.review_days, "calendar_days"))
    made = StatutoryReview(
        complaint=row,
        key_id=row.key_id,
        asked_at=at,
        words=words,
        unit_id=post.unit_id,
        reviewer_post=post,
        due_at=due.at,
    )
    made.save()
    keep(row, ComplaintEntryKind.ASKED, words, actor, step="review", at=at)
    owe_by(STATUTORY, row, post, due.at)
    emit(StatutoryReviewAsked(row.customer_id, row.complaint_no, row.pk, due.at.isoformat()))
    return made


@operation(DECIDE, label=_("Decide a statutory review"), plain=("result",))
def decide_review(complaint: Complaint | int, *, actor: Actor, result: str, findings: str) -> StatutoryReview:
    """The assigned reviewer upholds or changes the decision; who decided before does neither."""
    row, at = Complaint.objects.lock(complaint, actor), now()
    review = row.reviews.select_for_update().filter(result="").first()
    if review is None:
        raise NotFound
    letter = letter_of(row)
    if letter is not None and actor.name in (letter.drafted_by, letter.reviewed_by, row.found_by):
        raise RuleViolation(_("Whoever decided before does not review."))
    if review.reviewer_post_id not in actor.post_ids:
        raise RuleViolation(_("Only the assigned reviewer decides."))
    if result not in ReviewResult.values:
        raise RuleViolation(fields={"result": _("Choose one of the list.")})
    review.findings, review.result = said(findings, "findings"), result
    review.decided_by, review.decided_at = actor.name, at
    review.save()
    step(row, f"review-{result}", actor)
    settle(STATUTORY, row, outcome="decided", by=actor.name)
    emit(StatutoryReviewDecided(row.customer_id, row.complaint_no, row.pk, result))
    return review
