"""Feedback from its coming in to the customer's word: owner and limit at once, answer, confirmation, end."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.service.choices import Confirmation, Urgency
from kexin.service.feedback.choices import FeedbackAspect, FeedbackSource, FeedbackState
from kexin.service.feedback.events import FeedbackAnswered, FeedbackClosed, FeedbackReceived
from kexin.service.feedback.policies import FeedbackPolicy
from kexin.service.models import Feedback
from kexin.service.rules import LONGEST_TEXT, clean, text_fits

ANSWER = "service.answer_feedback"
WORK, SUBJECT = "service.feedback", "service.Feedback"
CLOCK = "clock.feedback"
AT_ONCE = 500
OWN = ("service.view_own_feedback", "service.send_own_feedback", "service.confirm_own_feedback")


@operation("service.report_feedback", label=_("Report feedback"), plain=("source", "aspect", "grade"))
def report_feedback(
    customer: Customer | int | None,
    *,
    actor: Actor,
    source: str,
    aspect: str,
    text: str,
    grade: str = Urgency.GENERAL,
) -> Feedback:
    """What staff heard or met themselves. Of a customer within reach, or of nobody (staff, reviews by strangers)."""
    row = None if customer is None else Customer.objects.lock(customer, actor)
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can report feedback."))
    if source not in FeedbackSource.values or source == FeedbackSource.APP:
        raise RuleViolation(fields={"source": _("Choose one of the list.")})
    unit = post.unit_id if row is None else row.unit_id
    return _kept(row, unit, actor, source, aspect, text, grade)


@operation("service.send_own_feedback", label=_("Send feedback"), plain=("aspect",))
def send_own_feedback(*, actor: Actor, aspect: str, text: str) -> Feedback:
    """The customer's own words on the portal; graded by whoever answers."""
    if actor.kind != ActorKind.CUSTOMER or actor.customer_id is None:
        raise NotPermitted
    row = Customer.objects.get(pk=actor.customer_id)  # not locked: the portal's role may change nothing of it
    return _kept(row, row.unit_id, actor, FeedbackSource.APP, aspect, text, Urgency.GENERAL)


def _kept(
    customer: Customer | None, unit_id: int, actor: Actor, source: str, aspect: str, text: str, grade: str
) -> Feedback:
    said, wrong = clean(text), {}
    if not said:
        wrong["text"] = _("Write down what was said.")
    if aspect not in FeedbackAspect.values:
        wrong["aspect"] = _("Choose one of the list.")
    if grade not in Urgency.values:
        wrong["grade"] = _("Choose one of the list.")
    if wrong:
        raise RuleViolation(fields=wrong)
    text_fits(said, LONGEST_TEXT, "text").enforce()
    if customer is not None and customer.status in (CustomerStatus.CLOSED, CustomerStatus.MERGED):
        raise RuleViolation(_("The file is closed and can only be read."))
    owner = (customer.lead_post_id if customer is not None else None) or duty_holder(ANSWER, unit_id) or actor.post_id
    if owner is None:
        raise RuleViolation(_("Nobody can answer feedback here at the moment. Please telephone us."))
    rules, now = in_force(FeedbackPolicy), timezone.now()
    due = add(now, Duration(rules.hours(grade), "clock_hours"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_feedback', 'id'))")
        key = int(cursor.fetchone()[0])
    row = Feedback(
        pk=key,
        feedback_no=f"F{business_date().year}{key:08d}",
        customer=customer,
        key_id=customer.party.key_id if customer is not None else None,
        source=source,
        aspect=aspect,
        grade=grade,
        unit_id=Post.objects.values_list("unit_id", flat=True).get(pk=owner) if customer is None else unit_id,
        owner_post_id=owner,
        received_at=now,
        received_by=actor.name,
        due_at=due.at,
        policy_id=rules.policy_version,
    )
    row.text, row.plain_text = (said, "") if customer is not None else (None, said)
    row.save(force_insert=True)
    _owe(row)
    emit(FeedbackReceived(row.customer_id, row.feedback_no, row.pk, source, grade))
    return row


def _owe(row: Feedback) -> None:
    open_work(
        WORK,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=row.due_at,
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"feedback_no": row.feedback_no, "grade": row.grade},
        priority={Urgency.URGENT.value: 4, Urgency.IMPORTANT.value: 3}.get(row.grade, 2),
        policy_id=row.policy_id,
    )


def _mine(row: Feedback, actor: Actor) -> None:
    if row.owner_post_id not in actor.post_ids and not actor.may("core.reassign_work"):
        raise RuleViolation(_("Somebody else is responsible for this feedback."))


@operation("service.grade_feedback", label=_("Grade feedback"), plain=("grade",))
def grade_feedback(feedback: Feedback | int, *, actor: Actor, grade: str, version: int | None = None) -> Feedback:
    """The limit follows the grade, counted from when it came in."""
    row = Feedback.objects.lock(feedback, actor, version=version)
    _mine(row, actor)
    if grade not in Urgency.values:
        raise RuleViolation(fields={"grade": _("Choose one of the list.")})
    if row.state != FeedbackState.OPEN:
        raise RuleViolation(_("It was answered already."))
    rules = in_force(FeedbackPolicy)
    row.grade, row.due_at = grade, add(row.received_at, Duration(rules.hours(grade), "clock_hours")).at
    row.version += 1
    row.save(update_fields=["grade", "due_at", "version"])
    close_work(WORK, SUBJECT, row.pk, outcome="regraded", by=actor.name, cancelled=True)
    _owe(row)
    return row


@operation(ANSWER, label=_("Answer feedback"))
def answer_feedback(feedback: Feedback | int, *, actor: Actor, answer: str, version: int | None = None) -> Feedback:
    """What the customer was told. Without a customer it is closed with it; else the customer's word is awaited."""
    row, said = Feedback.objects.lock(feedback, actor, version=version), clean(answer)
    _mine(row, actor)
    if row.state != FeedbackState.OPEN:
        raise RuleViolation(_("It was answered already."))
    if not said:
        raise RuleViolation(fields={"answer": _("Write what the customer was told.")})
    text_fits(said, LONGEST_TEXT, "answer").enforce()
    row.answered_at, row.state = timezone.now(), FeedbackState.ANSWERED
    row.answer, row.plain_answer = (said, "") if row.customer_id else (None, said)
    close_work(WORK, SUBJECT, row.pk, outcome="answered", by=actor.name)
    emit(FeedbackAnswered(row.customer_id, row.feedback_no, row.pk))
    if row.customer_id is None:
        return _closed(row, "")
    row.version += 1
    row.save()
    return row


@operation("service.confirm_feedback", label=_("Record the customer's word on an answer"), plain=("agreed",))
def confirm_feedback(feedback: Feedback | int, *, actor: Actor, agreed: bool) -> Feedback:
    """As the customer said it: content, it is closed; not content, it is open again."""
    row = Feedback.objects.lock(feedback, actor)
    _mine(row, actor)
    return _answered(row, agreed)


@operation(
    "service.confirm_own_feedback", label=_("Say whether an answer to one's feedback is right"), plain=("agreed",)
)
def confirm_own_feedback(*, actor: Actor, feedback_id: int, agreed: bool) -> Feedback:
    """The customer's own word."""
    if actor.customer_id is None:
        raise NotFound
    return _answered(Feedback.objects.lock(feedback_id, actor), agreed)


def _answered(row: Feedback, agreed: bool) -> Feedback:
    if row.state != FeedbackState.ANSWERED:
        raise RuleViolation(_("This is not possible in the present state."))
    if agreed:
        return _closed(row, Confirmation.CONFIRMED)
    row.state, row.answered_at, row.confirmation = FeedbackState.OPEN, None, Confirmation.DISPUTED
    row.due_at = add(timezone.now(), Duration(in_force(FeedbackPolicy).hours(row.grade), "clock_hours")).at
    row.version += 1
    row.save()
    _owe(row)
    return row


def _closed(row: Feedback, confirmation: str) -> Feedback:
    row.state, row.closed_at, row.confirmation = FeedbackState.CLOSED, timezone.now(), confirmation
    row.version += 1
    row.save()
    emit(FeedbackClosed(row.customer_id, row.feedback_no, row.pk, confirmation))
    return row


@operation("service.close_silent_feedback", label=_("Close feedback whose answer nobody took up"))
def close_silent_feedback(*, actor: Actor) -> int:
    """After the policy's days without a word it is closed as not confirmed; how many, at most 500."""
    if not actor.everything:
        raise NotPermitted
    before = timezone.now() - dt.timedelta(days=in_force(FeedbackPolicy).confirm_days)
    rows = Feedback.objects.filter(state=FeedbackState.ANSWERED, answered_at__lte=before)
    found = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("answered_at", "pk")[:AT_ONCE])
    for row in found:
        _closed(row, Confirmation.NOT_CONFIRMED)
    return len(found)
