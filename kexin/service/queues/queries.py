"""Reads of queues: those within reach, one with its people and what waits there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Min, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.queries import post_labels
from kexin.service.choices import RequestState
from kexin.service.models import QueueMember, RequestQueue, ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.queues.members import IN_ORDER, candidates, waiting
from kexin.service.queues.policies import QueuePolicy, parse_skills
from kexin.service.queues.rules import Candidate, share

SEES = "service.view_queues"
MOST = 100


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue with how many wait, since when the longest, how many members are there."""

    row: RequestQueue
    waits: int
    since: dt.datetime | None
    members: int
    mine: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member now: who it is, what weighs on them, what they can."""

    row: QueueMember
    label: str
    now: Candidate
    skills: list[tuple[str, str, int]]

    @property
    def percent(self) -> int:
        return min(int(share(self.now, 0) * 100), 100)


@dataclass(frozen=True, slots=True)
class QueueFile:
    """A queue with its members and the first of what waits there, as far as the reader may see it."""

    row: RequestQueue
    members: list[MemberLine]
    waiting: list[ServiceRequest]
    waits: int
    mine: bool


def _within(actor: Actor) -> Q:
    """Queues of units within reach, those above them, and those one works in."""
    posts = QueueMember.objects.filter(post__in=actor.post_ids, left_at=None).values("queue")
    return Q(pk__in=RequestQueue.objects.visible_to(actor, SEES).order_by().values("pk")) | Q(pk__in=posts)


@query(SEES, label=_("See queues"), record="list")
def queues(actor: Actor) -> list[QueueLine]:
    """Queues in use that one oversees or works in, by unit and order."""
    rows = list(
        RequestQueue.objects.filter(_within(actor), retired_at=None)
        .select_related("unit")
        .order_by("unit__path", "rank", "pk")[:500]
    )
    waits = {
        pk: (count, since)
        for pk, count, since in ServiceRequest.objects.filter(
            queue__in=rows, queued_at__isnull=False, state=RequestState.OPEN
        )
        .order_by()
        .values("queue")
        .annotate(count=Count("pk"), since=Min("queued_at"))
        .values_list("queue", "count", "since")
    }
    members: dict[int, int] = {}
    mine: set[int] = set()
    for queue, post in QueueMember.objects.filter(queue__in=rows, left_at=None).values_list("queue", "post"):
        members[queue] = members.get(queue, 0) + 1
        if post in actor.post_ids:
            mine.add(queue)
    return [QueueLine(row, *waits.get(row.pk, (0, None)), members.get(row.pk, 0), row.pk in mine) for row in rows]


@query(SEES, label=_("See queues"), record="open")
def queue_file(actor: Actor, pk: int) -> QueueFile:
    """One of them. NotFound."""
    row = RequestQueue.objects.filter(_within(actor)).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    rows = {each.post_id: each for each in QueueMember.objects.filter(queue=row, left_at=None)}
    labels, named = post_labels(rows), {each.code: each.label for each in parse_skills(in_force(QueuePolicy).skills)}
    members = [
        MemberLine(
            rows[each.post_id],
            labels.get(each.post_id, ""),
            each,
            [(code, named.get(code, code), level) for code, level in sorted(each.skills.items())],
        )
        for each in candidates(row, in_force(QueuePolicy))
        if each.post_id in rows
    ]
    found = ServiceRequest.objects.visible_to(actor, VIEW).filter(waiting(row)).select_related("customer__party")
    shown = list(decrypt_rows(ServiceRequest, list(found.order_by(*IN_ORDER)[:MOST]), ("subject", "caller_name")))
    count = ServiceRequest.objects.filter(waiting(row)).count()
    mine = any(each in rows for each in actor.post_ids)
    return QueueFile(row, sorted(members, key=lambda each: (each.percent, each.label)), shown, count, mine)


@query(VIEW, label=_("See requests"))
def queues_to_send(actor: Actor, request: ServiceRequest) -> list[RequestQueue]:
    """Queues in use that serve the customer's unit or one above it, the nearest first."""
    unit = request.customer.unit if request.customer is not None else request.unit
    units = [int(each) for each in unit.path.strip("/").split("/")]
    rows = RequestQueue.objects.filter(retired_at=None, unit__in=units)
    if request.queued_at is not None and request.queue_id is not None:
        rows = rows.exclude(pk=request.queue_id)
    return list(rows.select_related("unit").order_by(F("unit__path").desc(), "rank", "pk")[:50])


def may_keep(actor: Actor, operation: str, unit_id: int) -> bool:
    """Does a right of the actor reach a unit?"""
    grants = actor.grants_for(operation)
    return any(each.reach == Reach.ALL or unit_id in each.unit_ids for each in grants)
