"""Giving out what waits in a queue, sending something there, taking something from it.

What nobody attended to yet, the portal's and the mailbox's, is given at once. What somebody was asked first is offered:
the first asked stays responsible until a member accepts (首问负责制).
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.events import emit, subscribe
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.service.choices import EntryKind, RequestState
from kexin.service.conversations.events import ConversationAccepted, ConversationOpened
from kexin.service.conversations.work import move_answer
from kexin.service.events import RequestOpened, RequestQueued
from kexin.service.models import Conversation, QueueMember, RequestQueue, ServiceRequest
from kexin.service.policies import RequestPolicy
from kexin.service.queues.members import IN_ORDER, candidates, waiting
from kexin.service.queues.policies import QueuePolicy
from kexin.service.queues.rules import Arriving, Candidate, Wants, belongs_to, least_loaded
from kexin.service.requests.handling import locked, owned
from kexin.service.requests.responsibility import hand_over, register_passing
from kexin.service.rules import clean
from kexin.service.work import owe_offer, settle_offer

SENDS, TAKES = "service.queue_request", "service.take_queued_request"
CLOCK = "clock.service"
BATCH = 200


def queue_for(item: Arriving, *, conversation: bool = False) -> RequestQueue | None:
    """The queue in use that an item belongs to."""
    rows = RequestQueue.objects.filter(retired_at=None, unit__in=item.units)
    known = {row.pk: row for row in (rows.filter(conversations=True) if conversation else rows)}
    found = belongs_to((_wants(row, conversation) for row in known.values()), item)
    return known[found.pk] if found is not None else None


def _wants(row: RequestQueue, conversation: bool) -> Wants:
    """A conversation has no kind and no category yet: the queue is not asked for them."""
    kinds, categories = ((), ()) if conversation else (row.kinds, row.categories)
    return Wants(row.pk, row.unit_id, row.rank, kinds, categories, row.channels, row.tiers, row.languages)


def arriving(customer: Customer | None, unit_path: str, **known: str) -> Arriving:
    """What is known of an item of a customer, or of a stranger who writes to a unit's mailbox."""
    units = tuple(int(each) for each in reversed(unit_path.strip("/").split("/")))
    if customer is None:
        return Arriving(units, **known)
    return Arriving(units, tier=customer.tier, language=customer.party.language, **known)


@operation(SENDS, label=_("Send a request to a queue"))
def queue_request(request: ServiceRequest | int, *, actor: Actor, queue_id: int, reason: str) -> ServiceRequest:
    """It is offered to the member with the most room; until somebody accepts, the owner stays responsible."""
    row, why = owned(request, actor), clean(reason)[:200]
    queue = _locked(queue_id)
    if queue is None:
        raise RuleViolation(fields={"queue_id": _("Choose one of the list.")})
    if row.state != RequestState.OPEN:
        raise RuleViolation(_("The result was told already."))
    if not why:
        raise RuleViolation(fields={"reason": _("Say why.")})
    if row.offered_post_id is not None:
        settle_offer(row, outcome="withdrawn", by=actor.name, cancelled=True)
    row.offered_post, row.offered_by, row.offer_reason = None, "", why
    _wait(row, queue)
    offer_next(row, queue, actor.name)
    row.version += 1
    row.save()
    return row


@operation(TAKES, label=_("Take a request out of a queue"))
def take_queued_request(request: ServiceRequest | int, *, actor: Actor) -> ServiceRequest:
    """A member takes what waits, and is responsible from then on."""
    row = locked(request, actor)
    if row.queued_at is None or row.queue_id is None:
        raise RuleViolation(_("This request does not wait in a queue."))
    member = QueueMember.objects.filter(queue=row.queue_id, left_at=None, post__in=actor.post_ids).first()
    if member is None:
        raise RuleViolation(_("You do not work in this queue."))
    if row.owner_post_id == member.post_id:
        raise RuleViolation(_("You are responsible for it already."))
    if row.offered_post_id is not None:
        mine = row.offered_post_id == member.post_id
        settle_offer(row, outcome="accepted" if mine else "withdrawn", by=actor.name, cancelled=not mine)
    row.offered_post, row.offered_by, row.offer_reason = None, "", ""
    QueueMember.objects.lock_room([member.post_id])
    _given(member)
    hand_over(row, Post.objects.get(pk=member.post_id))
    row.version += 1
    row.save()
    return row


@operation("service.give_out_queue", label=_("Give out what waits in a queue"))
def give_out_queue(queue_id: int, *, actor: Actor) -> int:
    """Urgent ones first, then the nearest limit, to whom there is room for it; how many went, at most 200 at once."""
    if not actor.everything:
        raise NotPermitted
    queue = _locked(queue_id)
    if queue is None:
        return 0
    rows = ServiceRequest.objects.filter(waiting(queue), offered_post=None).select_related("customer__party")
    given = 0
    for row in rows.select_for_update(of=("self",), skip_locked=True).order_by(*IN_ORDER)[:BATCH]:
        if _unattended(row):
            given += _give(row, queue)
        elif offer_next(row, queue, actor.name):
            row.version += 1
            row.save()
            given += 1
    return given


@operation("service.queue_arrival", label=_("Put what nobody attended to into its queue"))
def queue_arrival(request_id: int, *, actor: Actor) -> ServiceRequest | None:
    """A request from the portal that no lead manager was asked: to the member with the most room, else it waits."""
    if not actor.everything:
        raise NotPermitted
    rows = ServiceRequest.objects.select_for_update(of=("self",)).select_related("customer__party", "customer__unit")
    row = rows.filter(pk=request_id, state=RequestState.OPEN, queue=None).first()
    if row is None or row.customer is None or not _unattended(row):
        return None
    if row.owner_post_id == row.customer.lead_post_id:
        return None
    item = arriving(row.customer, row.customer.unit.path, kind=row.kind, category=row.category, channel=row.channel)
    queue = queue_for(item)
    if queue is None:
        return None
    _locked(queue.pk)
    _wait(row, queue)
    if not _give(row, queue):
        row.version += 1
        row.save()
    return row


@operation("service.queue_conversation", label=_("Give a conversation that nobody attended to to a member of a queue"))
def queue_conversation(conversation_id: int, *, actor: Actor) -> Conversation | None:
    """The member with the most room owes the answer; where nobody has room, who was asked first does."""
    if not actor.everything:
        raise NotPermitted
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("customer__party", "unit")
    row = rows.filter(pk=conversation_id, state="open", request=None).first()
    if row is None or row.owner_post_id != row.first_post_id or row.messages.filter(side="out").exists():
        return None
    if row.customer is not None and row.owner_post_id == row.customer.lead_post_id:
        return None
    path = row.customer.unit.path if row.customer is not None else row.unit.path
    queue = queue_for(arriving(row.customer, path, channel=row.channel), conversation=True)
    rules = in_force(QueuePolicy)
    place = _locked(queue.pk) if queue is not None else None
    chosen = _choose(place, rules, rules.conversation_weight, (), apart=row.pk)
    if queue is None or chosen is None or chosen.post_id == row.owner_post_id:
        return None
    before, post = row.owner_post_id, Post.objects.get(pk=chosen.post_id)
    row.owner_post, row.first_post, row.unit_id = post, post, post.unit_id
    row.version += 1
    row.save()
    move_answer(row)
    _given(QueueMember.objects.get(queue=queue, post=post, left_at=None))
    emit(ConversationAccepted(row.customer_id, row.conversation_no, row.pk, before, post.pk))
    return row


def offer_next(row: ServiceRequest, queue: RequestQueue, by: str) -> bool:
    """Offer it to the next member; the caller saves. False where nobody has room: it waits, or nobody is left."""
    rules = in_force(QueuePolicy)
    chosen = _choose(queue, rules, rules.weight(row.urgency), [*row.passed_posts, row.owner_post_id], row)
    if chosen is None:
        return False
    post = Post.objects.get(pk=chosen.post_id)
    row.offered_post, row.offered_by = post, by
    owe_offer(row, post, in_force(RequestPolicy))
    _given(QueueMember.objects.get(queue=queue, post=post, left_at=None))
    return True


def _give(row: ServiceRequest, queue: RequestQueue) -> bool:
    """To a member at once: nobody attended to it, so whoever gets it is the first asked."""
    rules = in_force(QueuePolicy)
    chosen = _choose(queue, rules, rules.weight(row.urgency), row.passed_posts, row)
    if chosen is None:
        return False
    post = Post.objects.get(pk=chosen.post_id)
    row.first_post = post
    _given(QueueMember.objects.get(queue=queue, post=post, left_at=None))
    hand_over(row, post)
    row.version += 1
    row.save()
    return True


def _choose(
    queue: RequestQueue | None,
    rules: QueuePolicy,
    weight: int,
    passed: list[int] | tuple[int, ...],
    row: ServiceRequest | None = None,
    *,
    apart: int = 0,
) -> Candidate | None:
    if queue is None:
        return None
    QueueMember.objects.lock_room(QueueMember.objects.filter(queue=queue, left_at=None).values_list("post", flat=True))
    needs = dict(queue.needs)
    spoken = rules.for_language(row.customer.party.language) if row is not None and row.customer is not None else ""
    if spoken:
        needs[spoken] = max(needs.get(spoken, 1), 1)
    return least_loaded(candidates(queue, rules, apart=apart), needs=needs, weight=weight, passed=passed)


def _wait(row: ServiceRequest, queue: RequestQueue) -> None:
    row.queue, row.queued_at, row.passed_posts = queue, timezone.now(), []
    row.save(update_fields=["queue", "queued_at", "passed_posts"])  # now it weighs on nobody
    emit(RequestQueued(row.customer_id, row.request_no, row.pk, queue.pk, queue.name))


def _unattended(row: ServiceRequest) -> bool:
    """The customer sent it, and nobody has spoken to the customer about it."""
    if not row.opened_by.startswith("customer.") or row.owner_post_id != row.first_post_id:
        return False
    return not row.entries.filter(kind=EntryKind.TOLD).exists()


def _locked(queue_id: int) -> RequestQueue | None:
    """The queue in use, locked: one item after the other. The room of its members is locked where it is counted."""
    return RequestQueue.objects.select_for_update(of=("self",)).filter(pk=queue_id, retired_at=None).first()


def _given(member: QueueMember) -> None:
    member.last_given_at = timezone.now()
    member.save(update_fields=["last_given_at"])


def _pass_on(row: ServiceRequest, post_id: int, actor: Actor) -> None:
    """A member did not want it: the next one is asked, each once. The caller saves."""
    if row.queued_at is None or row.queue_id is None:
        return
    row.passed_posts = sorted({*row.passed_posts, post_id})
    queue = _locked(row.queue_id)
    if queue is not None:
        offer_next(row, queue, actor.name)


register_passing(_pass_on)


@subscribe(RequestOpened)
def after_opening(fact: RequestOpened) -> None:
    """What a customer sent finds its queue."""
    if fact.channel in ("portal", "form"):
        queue_arrival(fact.request_id, actor=system(CLOCK))


@subscribe(ConversationOpened)
def after_writing(fact: ConversationOpened) -> None:
    """What a customer or a stranger wrote finds its queue."""
    if not fact.ours:
        queue_conversation(fact.conversation_id, actor=system(CLOCK))


def give_out() -> int:
    """All queues in which something waits, those of the nearest limits first; how many items went."""
    actor, given = system(CLOCK), 0
    rows = ServiceRequest.objects.filter(queued_at__isnull=False, state=RequestState.OPEN, offered_post=None)
    for pk in dict.fromkeys(rows.order_by("due_at").values_list("queue_id", flat=True)[:10_000]):
        while (went := give_out_queue(pk, actor=actor)) == BATCH:
            given += went
        given += went
    return given
