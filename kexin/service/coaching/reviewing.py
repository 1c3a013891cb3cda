"""A head looks at one recorded contact with the person who had it; the person says what they make of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, open_work
from kexin.people.models import Post, PostHolder
from kexin.people.queries import held_on
from kexin.service.choices import EntryKind
from kexin.service.coaching.choices import CoachingState
from kexin.service.coaching.events import CoachingAnswered, ContactReviewed
from kexin.service.coaching.policies import CoachingPolicy, parse_criteria
from kexin.service.conversations.choices import Side
from kexin.service.conversations.queries import VIEW as VIEW_CONVERSATIONS
from kexin.service.models import (
    CoachingReview,
    Conversation,
    ConversationMessage,
    PhoneCall,
    RequestEntry,
    ServiceRequest,
)
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.rules import clean, text_fits
from kexin.service.telephony.choices import CallState
from kexin.service.telephony.queries import VIEW_CALLS

GIVES, ANSWERS = "service.review_contact", "service.answer_coaching"
WORK, SUBJECT = "service.coaching", "service.CoachingReview"
LONGEST = 2000


def may_mark(marks: Mapping[str, int], criteria: list[str], highest: int) -> Decision:
    """Marks of known criteria within the scale, at least one."""
    decision = ALLOWED
    if not marks:
        decision &= refused("none", _("Give at least one mark."), "marks")
    for code, mark in marks.items():
        if code not in criteria or not 1 <= mark <= highest:
            decision &= refused("mark", _("Marks go from 1 to %(most)s.") % {"most": highest}, "marks")
    return decision


def people_of(
    conversation: Conversation | None, request: ServiceRequest | None, call: PhoneCall | None = None
) -> list[str]:
    """Whose words stand in it: staff who spoke with the customer, in their order; of a call, whose telephone it was."""
    if call is not None:
        if call.post_id is None or call.answered_at is None:
            return []
        held = held_on(timezone.localdate(call.answered_at)).filter(post=call.post_id).order_by("pk")
        return list(dict.fromkeys(held.values_list("employee__staff_no", flat=True)))
    if conversation is not None:
        rows = ConversationMessage.objects.filter(conversation=conversation, side=Side.OUT, automatic=False)
        return list(dict.fromkeys(rows.order_by("pk").values_list("by", flat=True)))
    told = RequestEntry.objects.filter(request=request, kind=EntryKind.TOLD)
    return list(dict.fromkeys(told.order_by("pk").values_list("by", flat=True)))


@operation(GIVES, label=_("Review a contact with the person who had it"), plain=("marks",))
def review_contact(
    *,
    actor: Actor,
    person: str,
    marks: Mapping[str, int],
    conversation_id: int | None = None,
    request_id: int | None = None,
    call_id: int | None = None,
    good: str = "",
    better: str = "",
) -> CoachingReview:
    """Of a conversation, a request or a recorded call within reach, about one of those who spoke; never oneself."""
    rules = in_force(CoachingPolicy)
    conversation, request, call = _recorded(actor, conversation_id, request_id, call_id)
    if person not in people_of(conversation, request, call) or person == actor.name:
        raise RuleViolation(fields={"person": _("Choose one of the list.")})
    post = _post_of(person)
    _reaches(actor, post)
    said = {"good": clean(good), "better": clean(better)}
    decision = may_mark(marks, [each.code for each in parse_criteria(rules.criteria)], rules.highest)
    for name, text in said.items():
        decision &= text_fits(text, LONGEST, name)
    decision.enforce()
    record = conversation or request or call
    assert record is not None
    due = add(timezone.now(), Duration(rules.answer_days, "working_days"))
    row = CoachingReview(
        conversation=conversation,
        request=request,
        call=call,
        customer_id=record.customer_id,
        key_id=record.key_id,
        person=person,
        person_post=post,
        unit_id=post.unit_id,
        marks=dict(marks),
        highest=rules.highest,
        good_text=said["good"] or None,
        better_text=said["better"] or None,
        reviewer=actor.name,
        given_at=timezone.now(),
        due_at=due.at,
        policy_id=rules.policy_version,
    )
    row.save()
    open_work(
        WORK,
        unit_id=row.unit_id,
        owner_post_id=post.pk,
        due_at=due,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={},
        policy_id=rules.policy_version,
    )
    emit(ContactReviewed(row.pk, person))
    return row


def recorded_calls(actor: Actor) -> QuerySet[PhoneCall]:
    """Calls within reach that somebody took and that were recorded: without a recording there is nothing to hear."""
    rows = PhoneCall.objects.visible_to(actor, VIEW_CALLS)
    return rows.filter(state=CallState.ENDED, answered_at__isnull=False, recording__isnull=False)


def _recorded(
    actor: Actor, conversation_id: int | None, request_id: int | None, call_id: int | None
) -> tuple[Conversation | None, ServiceRequest | None, PhoneCall | None]:
    if conversation_id is not None:
        found = Conversation.objects.visible_to(actor, VIEW_CONVERSATIONS).filter(pk=conversation_id).first()
        if found is not None:
            return found, None, None
    elif request_id is not None:
        row = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=request_id).first()
        if row is not None:
            return None, row, None
    elif call_id is not None:
        call = recorded_calls(actor).filter(pk=call_id).first()
        if call is not None:
            return None, None, call
    raise NotFound


def _post_of(person: str) -> Post:
    held = PostHolder.objects.filter(employee__staff_no=person, ends_on=None, post__closed_on=None)
    found = held.select_related("post").order_by("pk").first()
    if found is None:
        raise RuleViolation(fields={"person": _("This person holds no post any more.")})
    return found.post


def _reaches(actor: Actor, post: Post) -> None:
    """Only of people of one's own units."""
    grants = actor.grants_for(GIVES)
    if not any(each.reach == "all" or post.unit_id in each.unit_ids for each in grants):
        raise RuleViolation(fields={"person": _("Nobody of your units.")})


@operation(ANSWERS, label=_("Answer a coaching review"))
def answer_coaching(review: CoachingReview | int, *, actor: Actor, word: str = "") -> CoachingReview:
    """By the person it is about, alone."""
    row = CoachingReview.objects.lock(review, actor)
    said = clean(word)
    if row.person != actor.name or row.state != CoachingState.GIVEN:
        raise RuleViolation(_("This is not possible in the present state."))
    text_fits(said, LONGEST, "word").enforce()
    row.word_text, row.answered_at, row.state = said or None, timezone.now(), CoachingState.ANSWERED
    row.version += 1
    row.save()
    close_work(WORK, SUBJECT, row.pk, outcome="answered", by=actor.name)
    emit(CoachingAnswered(row.pk, row.person))
    return row
