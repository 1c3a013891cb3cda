"""Members of a queue as they stand now: present, what weighs on them, what they can."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When

from kexin.core.calendar import business_date, is_working, next_working
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Delegation
from kexin.people.queries import held_on
from kexin.service.choices import RequestState, Urgency
from kexin.service.conversations.choices import ConversationState
from kexin.service.models import Conversation, PostSkill, QueueMember, RequestQueue, ServiceRequest
from kexin.service.queues.policies import QueuePolicy
from kexin.service.queues.rules import NEVER, Candidate
from kexin.service.requests.opening import HANDLES


def day_of_work(today: dt.date | None = None) -> dt.date:
    """The day on which somebody who gets an item now will find it: today, or the next working day."""
    day = today or business_date()
    return day if is_working(day) else next_working(day)


def present(posts: Iterable[int], day: dt.date) -> set[int]:
    """Those held on a day by somebody in service who handles requests and for whom nobody stands in."""
    held = held_on(day).filter(post__in=list(posts), post__closed_on=None, employee__status=EmployeeStatus.ACTIVE)
    able = held.filter(post__roles__role__grants__operation=HANDLES).values_list("post_id", flat=True).distinct()
    return set(able) - set(Delegation.objects.running(day).filter(post__in=list(posts)).values_list("post", flat=True))


def loads(posts: Iterable[int], rules: QueuePolicy, *, apart: int = 0) -> dict[int, int]:
    """What weighs on posts: open requests they own or are offered, conversations that await their answer.

    What still waits in a queue weighs on nobody but on who is offered it. ``apart``: the conversation that is given.
    """
    wanted, found = list(posts), defaultdict[int, int](int)
    weight = Case(
        When(urgency=Urgency.URGENT, then=Value(rules.urgent_weight)),
        When(urgency=Urgency.IMPORTANT, then=Value(rules.important_weight)),
        default=Value(rules.general_weight),
        output_field=IntegerField(),
    )
    mine = ServiceRequest.objects.filter(state=RequestState.OPEN)
    owned = mine.filter(owner_post__in=wanted, queued_at=None)
    offered = mine.filter(offered_post__in=wanted)
    for rows, post in ((owned, "owner_post"), (offered, "offered_post")):
        for pk, sum_ in rows.order_by().values(post).annotate(sum=Sum(weight)).values_list(post, "sum"):
            found[pk] += sum_
    talks = (
        Conversation.objects.filter(state=ConversationState.OPEN, owner_post__in=wanted).exclude(pk=apart).order_by()
    )
    for pk, count in talks.values("owner_post").annotate(count=Count("pk")).values_list("owner_post", "count"):
        found[pk] += count * rules.conversation_weight
    return dict(found)


def skills_of(posts: Iterable[int]) -> dict[int, dict[str, int]]:
    """``{post: {skill: level}}``."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for post, code, level in PostSkill.objects.filter(post__in=list(posts)).values_list("post", "code", "level"):
        found[post][code] = level
    return dict(found)


def candidates(queue: RequestQueue, rules: QueuePolicy, *, apart: int = 0) -> list[Candidate]:
    """The members of a queue, each as of now, in the order of their posts."""
    day = day_of_work()
    rows = list(QueueMember.objects.filter(queue=queue, left_at=None).order_by("post_id"))
    posts = [row.post_id for row in rows]
    here, load, skills = present(posts, day), loads(posts, rules, apart=apart), skills_of(posts)
    return [
        Candidate(
            post_id=row.post_id,
            capacity=row.capacity,
            load=load.get(row.post_id, 0),
            present=row.post_id in here and not is_away(row, day),
            skills=skills.get(row.post_id, {}),
            last_given=row.last_given_at or NEVER,
        )
        for row in rows
    ]


def is_away(row: QueueMember, day: dt.date) -> bool:
    return row.away_from is not None and row.away_until is not None and row.away_from <= day <= row.away_until


def waiting(queue: RequestQueue) -> Q:
    """The requests that wait in a queue."""
    return Q(queue=queue, queued_at__isnull=False, state=RequestState.OPEN)


IN_ORDER = (
    Case(When(urgency=Urgency.URGENT, then=0), When(urgency=Urgency.IMPORTANT, then=1), default=2),
    F("due_at"),
    F("pk"),
)  # urgent ones first, then the nearest limit
