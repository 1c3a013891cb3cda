"""Who is responsible: the first asked keeps a request until somebody else accepts it; a head may assign it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.events import RequestReassigned
from kexin.service.models import QueueMember, ServiceRequest
from kexin.service.policies import RequestPolicy
from kexin.service.requests.handling import ASSIGNS, is_head, locked, owned
from kexin.service.requests.opening import HANDLES
from kexin.service.requests.running import move_work
from kexin.service.rules import clean
from kexin.service.work import owe_offer, settle_offer

OFFERS, ANSWERS = "service.offer_request", "service.answer_offer"
Passing = Callable[[ServiceRequest, int, Actor], None]
_passing: list[Passing] = []


def register_passing(passes: Passing) -> None:
    """Queues ask the next member where one declines: ``passes(row, post, actor)``; the row is saved afterwards."""
    _passing.append(passes)


def takers(row: ServiceRequest) -> list[int]:
    """Posts that somebody holds today and that may be responsible for requests, the owner's left out."""
    return [each for each in all_takers() if each != row.owner_post_id]


def all_takers() -> list[int]:
    """Posts that somebody holds today and that may be responsible for requests."""
    held = held_on(business_date()).filter(post__closed_on=None, post__roles__role__grants__operation=HANDLES)
    return list(held.order_by("post_id").values_list("post_id", flat=True).distinct())


@operation(OFFERS, label=_("Offer a request to a colleague"), plain=("post_id",))
def offer_request(request: ServiceRequest | int, *, actor: Actor, post_id: int, reason: str) -> ServiceRequest:
    """Ask somebody else to take over. Until they accept, nothing changes: the owner stays responsible."""
    row = owned(request, actor)
    post, why = _taker(row, post_id), clean(reason)[:200]
    if not why:
        raise RuleViolation(fields={"reason": _("Say why.")})
    if row.offered_post_id is not None:
        settle_offer(row, outcome="withdrawn", by=actor.name, cancelled=True)
    row.offered_post, row.offered_by, row.offer_reason = post, actor.name, why
    row.queued_at = None
    row.version += 1
    row.save(update_fields=["offered_post", "offered_by", "offer_reason", "queued_at", "version"])
    owe_offer(row, post, in_force(RequestPolicy))
    return row


@operation(ANSWERS, label=_("Accept or decline a request offered to you"), plain=("accept",))
def answer_offer(request: ServiceRequest | int, *, actor: Actor, accept: bool, reason: str = "") -> ServiceRequest:
    """Accepting, one becomes responsible, with every clock as it stands; declining needs a reason."""
    row = locked(request, actor)
    if row.offered_post_id is None or row.offered_post_id not in actor.post_ids:
        raise RuleViolation(_("This request is not offered to you."))
    why = clean(reason)[:200]
    if not accept and not why:
        raise RuleViolation(fields={"reason": _("Say why.")})
    post = Post.objects.get(pk=row.offered_post_id)
    _no_offer(row, why if not accept else "")
    settle_offer(row, outcome="accepted" if accept else "declined", by=actor.name)
    if accept:
        hand_over(row, post)
    else:
        for passes in _passing:
            passes(row, post.pk, actor)
    row.version += 1
    row.save()
    return row


@operation("service.recall_offer", label=_("Take an offer of a request back"))
def recall_offer(request: ServiceRequest | int, *, actor: Actor) -> ServiceRequest:
    """The owner keeps it after all."""
    row = owned(request, actor)
    if row.offered_post_id is None:
        raise RuleViolation(_("This request is offered to nobody."))
    _no_offer(row, "")
    row.queued_at = None
    settle_offer(row, outcome="withdrawn", by=actor.name, cancelled=True)
    row.version += 1
    row.save()
    return row


@operation(ASSIGNS, label=_("Assign a request"), plain=("post_id",))
def assign_request(request: ServiceRequest | int, *, actor: Actor, post_id: int, reason: str) -> ServiceRequest:
    """The head over the owner's unit decides who is responsible: somebody leaves, is away, or has an interest."""
    row = locked(request, actor)
    if not is_head(actor, row):
        raise RuleViolation(_("Only the head over the responsible unit assigns a request."))
    post, why = _taker(row, post_id), clean(reason)[:200]
    if not why:
        raise RuleViolation(fields={"reason": _("Say why.")})
    if row.offered_post_id is not None:
        settle_offer(row, outcome="withdrawn", by=actor.name, cancelled=True)
    _no_offer(row, why)
    hand_over(row, post)
    row.version += 1
    row.save()
    return row


def _taker(row: ServiceRequest, post_id: int) -> Post:
    if post_id not in takers(row):
        raise RuleViolation(fields={"post_id": _("Choose a post that somebody holds and that handles requests.")})
    QueueMember.objects.lock_room([post_id])  # queues count what this adds before they give the post more
    return Post.objects.get(pk=post_id)


def _no_offer(row: ServiceRequest, reason: str) -> None:
    row.offered_post, row.offered_by, row.offer_reason = None, "", reason


def hand_over(row: ServiceRequest, post: Post) -> None:
    """Another post is responsible, for the clocks too; the caller settles offers and saves the row."""
    before = row.owner_post_id
    row.owner_post, row.unit_id, row.queued_at = post, post.unit_id, None
    move_work(row)
    emit(RequestReassigned(row.customer_id, row.request_no, row.pk, before, post.pk))
