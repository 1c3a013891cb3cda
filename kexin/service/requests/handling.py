"""Working on a request: words exchanged with the customer, notes among colleagues, its stage and urgency."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force, numbers_of
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.choices import EntryKind, RequestState, Urgency
from kexin.service.events import RequestAnswered
from kexin.service.models import RequestEntry, RequestNote, ServiceRequest
from kexin.service.policies import ANSWERED, Kind, RequestPolicy
from kexin.service.requests.opening import note, record
from kexin.service.requests.running import meet
from kexin.service.rules import LONGEST_TEXT, clean, may_enter, may_note_contact, may_own, text_fits
from kexin.service.work import owe_reply

ASSIGNS = "service.assign_request"
MOST_ASKED = 10


def locked(request: ServiceRequest | int, actor: Actor, version: int | None = None) -> ServiceRequest:
    """The request, locked, if it is unfinished. Raises NotFound, Conflict, RuleViolation."""
    row = ServiceRequest.objects.lock(request, actor, version=version)
    if row.state not in (RequestState.OPEN, RequestState.TOLD):
        raise RuleViolation(_("This request is closed."))
    return row


def owned(request: ServiceRequest | int, actor: Actor, version: int | None = None) -> ServiceRequest:
    """The same, for its owner or the head over the owner's unit alone."""
    row = locked(request, actor, version)
    may_own(owner=row.owner_post_id, posts=actor.post_ids, heads=is_head(actor, row)).enforce()
    return row


def is_head(actor: Actor, row: ServiceRequest) -> bool:
    """May the actor give this request to others?"""
    grants = [grant for grant in actor.grants_for(ASSIGNS) if grant.reach != Reach.PORTFOLIO]
    return any(grant.reach == Reach.ALL or row.unit_id in grant.unit_ids for grant in grants)


def kind_of(row: ServiceRequest) -> Kind:
    """The kind as it stood in the policy version by which the request was opened."""
    kind = numbers_of(RequestPolicy, row.policy).kind(row.kind)
    assert kind is not None
    return kind


@operation("service.record_contact", label=_("Record words with the customer"), plain=("channel", "reaction"))
def record_contact(
    request: ServiceRequest | int, *, actor: Actor, channel: str, text: str, outward: bool = True, reaction: str = ""
) -> RequestEntry:
    """Whoever speaks to the customer writes down what was said; the first answer stops its clock."""
    row, said = locked(request, actor), clean(text)
    may_note_contact(channel=channel, reaction=reaction, text=said).enforce()
    entry = record(row, EntryKind.TOLD if outward else EntryKind.ASKED, said, actor, channel=channel, reaction=reaction)
    if outward:
        meet(row, ANSWERED, entry.at, actor.name)
    emit(RequestAnswered(row.customer_id, row.request_no, row.pk, channel, outward))
    return entry


@operation("service.note_request", label=_("Write an internal note on a request"))
def note_request(request: ServiceRequest | int, *, actor: Actor, text: str, ask: Sequence[int] = ()) -> RequestNote:
    """A note that no customer sees; colleagues who are asked in it get a work item and see the request."""
    row, said = ServiceRequest.objects.lock(request, actor), clean(text)
    if not said:
        raise RuleViolation(fields={"text": _("Write something.")})
    text_fits(said, LONGEST_TEXT, "text").enforce()
    posts = _colleagues(ask, actor)
    made = note(row, said, actor, [post.pk for post in posts])
    rules = in_force(RequestPolicy)
    for post in posts:
        owe_reply(row, made, post, rules)
    if posts:
        row.asked_posts = sorted({*row.asked_posts, *(post.pk for post in posts)})
        row.save(update_fields=["asked_posts"])
    return made


def _colleagues(ask: Sequence[int], actor: Actor) -> list[Post]:
    wanted = list(dict.fromkeys(int(each) for each in ask))
    held = held_on(business_date()).filter(post__in=wanted, post__closed_on=None).values("post")
    found = list(Post.objects.filter(pk__in=held).order_by("pk")[: MOST_ASKED + 1])
    if len(found) < len(wanted) or len(found) > MOST_ASKED or any(post.pk in actor.post_ids for post in found):
        raise RuleViolation(fields={"ask": _("Choose up to ten colleagues who hold a post.")})
    return found


@operation("service.move_request", label=_("Move a request to another stage"), plain=("stage",))
def move_request(
    request: ServiceRequest | int, *, actor: Actor, stage: str, version: int | None = None
) -> ServiceRequest:
    """To any stage of its kind, forwards or back; forwards, what the stages until there need has to be so."""
    row = owned(request, actor, version)
    codes = [each.code for each in kind_of(row).stages]
    if stage not in codes:
        raise RuleViolation(fields={"stage": _("Choose one of the list.")})
    here = codes.index(row.stage) if row.stage in codes else 0
    between = kind_of(row).stages[here + 1 : codes.index(stage) + 1]
    may_enter(list(dict.fromkeys(need for each in between for need in each.needs)), _fulfilled(row)).enforce()
    row.stage = stage
    row.version += 1
    row.save(update_fields=["stage", "version"])
    return row


def _fulfilled(row: ServiceRequest) -> set[str]:
    """Which of the conditions of stages are so (``STAGE_NEEDS``)."""
    facts = {
        "customer": row.customer_id is not None,
        "answered": row.entries.filter(kind=EntryKind.TOLD).exists(),
        "note": RequestNote.objects.filter(request=row).exists(),
    }
    return {name for name, so in facts.items() if so}


@operation("service.grade_request", label=_("Grade a request"), plain=("urgency",))
def grade_request(
    request: ServiceRequest | int, *, actor: Actor, urgency: str, version: int | None = None
) -> ServiceRequest:
    """General, important or urgent (G-03)."""
    row = owned(request, actor, version)
    if urgency not in Urgency.values:
        raise RuleViolation(fields={"urgency": _("Choose one of the list.")})
    row.urgency = urgency
    row.version += 1
    row.save(update_fields=["urgency", "version"])
    return row
