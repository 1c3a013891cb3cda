"""Statutory review 核查: a branch's decision is looked at once more by the upper unit, by another, in 30 days.

Asked for at the desk it goes to its reviewer at once. Asked for on the portal, the words are kept there and a job finds
the reviewer: who is complained about, whom the choice has to know, the portal's role may not read.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.decision import Decision
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.values import Duration
from kexin.people.choices import UnitKind
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import Channel
from kexin.service.complaints.choices import ComplaintEntryKind, ReviewResult
from kexin.service.complaints.closing import begin_again
from kexin.service.complaints.events import StatutoryReviewAsked, StatutoryReviewDecided
from kexin.service.complaints.letters import letter_of
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.policies import FINDINGS
from kexin.service.complaints.record import keep, rules_of, said, step
from kexin.service.complaints.rules import TABLE, may_ask_review
from kexin.service.complaints.work import STATUTORY, WORDS, owe, owe_by, settle
from kexin.service.models import Complaint, ComplaintEntry, StatutoryReview
from kexin.service.requests.running import meet, now

DECIDE = "service.decide_review"
ASKED = "review"  # the step of an entry by which a review was asked for


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
    may_ask(row, at).enforce()
    words = said(text, "text")
    made = _begin(row, words, at)
    keep(row, ComplaintEntryKind.ASKED, words, actor, step=ASKED, at=at)
    return made


def may_ask(row: Complaint, at: dt.datetime) -> Decision:
    """May a review still be asked for? None that was asked for may wait for its reviewer or decision."""
    asked = row.entries.filter(step=ASKED).order_by("-at").values_list("at", flat=True).first()
    begun = row.reviews.order_by("-asked_at").values_list("asked_at", "result").first()
    waits = begun is not None and not begun[1]
    return may_ask_review(
        told_at=row.told_at,
        now=at,
        days=rules_of(row).review_ask_days,
        by_branch=by_branch(row),
        open_now=waits or (asked is not None and (begun is None or asked > begun[0])),
    )


def ask_again(row: Complaint, actor: Actor, text: str) -> Complaint:
    """Inside an operation of the portal: the complainant's words are kept; a job gives them to a reviewer."""
    at = now()
    may_ask(row, at).enforce()
    entry = keep(row, ComplaintEntryKind.ASKED, said(text, "text"), actor, channel=Channel.PORTAL, step=ASKED, at=at)
    from kexin.service.tasks import begin_review

    begin_review.defer(entry_id=entry.pk)
    return row


@operation("service.begin_review", label=_("Give a request for a statutory review to its reviewer"))
def begin_review(entry_id: int, *, actor: Actor) -> StatutoryReview | None:
    """What was asked for on the portal. None where it was begun before; where nobody may, the officer is told."""
    if not actor.everything:
        raise NotPermitted
    entry = ComplaintEntry.objects.select_related("complaint").get(pk=entry_id, step=ASKED)
    row = Complaint.objects.select_for_update(of=("self",)).get(pk=entry.complaint_id)
    if row.reviews.filter(asked_at__gte=entry.at).exists():
        return None
    decrypt_rows(ComplaintEntry, [entry], ("text",))
    try:
        return _begin(row, str(entry.text or ""), entry.at)
    except RuleViolation:
        owe(WORDS, row, row.officer_post, add(now(), Duration(8, "working_hours")))
        return None


def _begin(row: Complaint, words: str, at: dt.datetime) -> StatutoryReview:
    post = reviewer_of(row)
    if post is None:
        raise RuleViolation(_("Nobody else may review this decision."))
    due = add(at, Duration(rules_of(row).review_days, "calendar_days"))
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
    owe_by(STATUTORY, row, post, due.at)
    emit(StatutoryReviewAsked(row.customer_id, row.complaint_no, row.pk, due.at.isoformat()))
    return made


def reviewer_of(row: Complaint) -> Post | None:
    """The nearest above the deciding unit who took no part in the decision and has no interest."""
    letter, unit = letter_of(row), deciding_unit(row)
    named = {letter.drafted_by, letter.reviewed_by} if letter is not None else set()
    barred = sorted({*row.accused, *named, row.found_by} - {""})
    sellers = sellers_of(row.subject_kind, row.subject_no)
    return officer_for(DECIDE, unit.parent_id or unit.pk, barred, sellers, row.concerned_unit_id)


@operation(DECIDE, label=_("Decide a statutory review"), plain=("result",))
def decide_review(complaint: Complaint | int, *, actor: Actor, result: str, findings: str) -> StatutoryReview:
    """The assigned reviewer upholds or changes the decision; who decided before does neither.

    A changed decision opens the case again where the reply is written: with new limits, and these findings as its own.
    """
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
    if result == ReviewResult.CHANGED and TABLE.may(row.state, "change").allowed:
        row.findings, row.found_at, row.found_by = review.findings, at, actor.name
        begin_again(row, TABLE.after(row.state, "change"), at, actor)
        meet(row, FINDINGS, at, actor.name)
    emit(StatutoryReviewDecided(row.customer_id, row.complaint_no, row.pk, result))
    return review
