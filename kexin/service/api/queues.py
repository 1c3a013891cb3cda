"""Queues of requests: what they take, who works there, sending and taking."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Moment, Reason, Shown, Taken, Version
from kexin.people.models import Post
from kexin.service.api.requests import RequestShown, _named, shown_request
from kexin.service.models import PostSkill, QueueMember, RequestQueue
from kexin.service.queries import VIEW
from kexin.service.queues.editing import (
    KEEPS,
    PROPOSES,
    RETIRES,
    SKILLS,
    keep_queue_member,
    propose_queue,
    remove_queue_member,
    retire_queue,
    set_post_skills,
)
from kexin.service.queues.giving import SENDS, TAKES, queue_request, take_queued_request
from kexin.service.queues.queries import SEES, QueueFile, queue_file, queues, queues_to_send

router = Endpoints("queues", _("Queues of requests"))
REMOVES = "service.remove_queue_member"
Codes = Annotated[list[str], Field(max_length=40, examples=[[]])]
Level = Annotated[int, Field(ge=1, le=3, examples=[2])]


class QueueTaken(Taken):
    """What a queue takes; an empty list is everything. ``queue_id``: an existing one takes this from now on."""

    queue_id: Id | None = Field(default=None, examples=[None])
    unit_id: Id
    name: str = Field(min_length=1, max_length=40, examples=["银行卡"])
    name_en: str = Field(min_length=1, max_length=40, examples=["Cards"])
    rank: int = Field(default=10, ge=1, le=999, examples=[10])
    kinds: Codes = []
    categories: Codes = []
    channels: Codes = []
    tiers: Codes = []
    languages: Codes = []
    conversations: bool = Field(default=False, examples=[False])
    needs: dict[str, Level] = Field(default={}, examples=[{"cards": 2}])
    reason: Reason


class QueueMemberTaken(Taken):
    """What the member carries, and the days on which nothing new comes."""

    capacity: int | None = Field(default=None, ge=1, le=200, examples=[12])
    away_from: dt.date | None = Field(default=None, examples=[None])
    away_until: dt.date | None = Field(default=None, examples=[None])


class PostSkillsTaken(Taken):
    """All skills of a post with their level; what is not named, it cannot."""

    skills: dict[str, Level] = Field(examples=[{"cards": 2, "english": 1}])


class QueueSendTaken(Taken):
    """Into which queue, and why."""

    queue_id: Id
    reason: str = Field(min_length=1, max_length=200, examples=["需要卡片业务专长"])


class QueueShown(Shown):
    """A queue with how many wait there."""

    id: Id
    unit_id: Id
    name: str = Field(examples=["银行卡"])
    name_en: str = Field(examples=["Cards"])
    rank: int = Field(examples=[10])
    kinds: list[str] = Field(examples=[[]])
    categories: list[str] = Field(examples=[["card"]])
    channels: list[str] = Field(examples=[[]])
    tiers: list[str] = Field(examples=[[]])
    languages: list[str] = Field(examples=[[]])
    conversations: bool = Field(examples=[False])
    needs: dict[str, int] = Field(examples=[{"cards": 2}])
    waits: int = Field(examples=[3])
    retired_at: Moment | None
    version: Version


class QueuesShown(Shown):
    """Queues in use within reach."""

    items: list[QueueShown]


class QueueMemberShown(Shown):
    """A member now: what weighs on the post, what it carries, whether it gets something."""

    post_id: Id
    capacity: int = Field(examples=[12])
    load: int = Field(examples=[4])
    present: bool = Field(examples=[True])
    skills: dict[str, int] = Field(examples=[{"cards": 2}])
    away_from: Day | None
    away_until: Day | None


class QueueFileShown(Shown):
    """A queue with its people and the first of what waits there, as far as one may see it."""

    queue: QueueShown
    members: list[QueueMemberShown]
    waiting: list[Id]


class QueueChoiceShown(Shown):
    """A queue to which a request may be sent."""

    id: Id
    name: str = Field(examples=["银行卡"])
    unit_id: Id


class QueueMembershipShown(Shown):
    """A member as it is kept."""

    post_id: Id
    capacity: int = Field(examples=[12])
    away_from: Day | None
    away_until: Day | None
    left_at: Moment | None


class PostSkillShown(Shown):
    """A skill of a post."""

    code: str = Field(examples=["cards"])
    level: int = Field(examples=[2])


def _queue(row: RequestQueue, waits: int) -> QueueShown:
    names = [name for name in QueueShown.model_fields if name not in ("id", "waits")]
    return QueueShown(id=row.pk, waits=waits, **{name: getattr(row, name) for name in names})


def _file(found: QueueFile) -> QueueFileShown:
    members = [
        QueueMemberShown(
            post_id=each.now.post_id,
            capacity=each.now.capacity,
            load=each.now.load,
            present=each.now.present,
            skills=dict(each.now.skills),
            away_from=each.row.away_from,
            away_until=each.row.away_until,
        )
        for each in found.members
    ]
    return QueueFileShown(
        queue=_queue(found.row, found.waits), members=members, waiting=[each.pk for each in found.waiting]
    )


def _membership(row: QueueMember) -> QueueMembershipShown:
    return QueueMembershipShown(**{name: getattr(row, name) for name in QueueMembershipShown.model_fields})


@router.read("/request-queues", SEES)
def list_queues(request: ApiRequest) -> QueuesShown:
    """Queues in use that one oversees or works in."""
    return QueuesShown(items=[_queue(each.row, each.waits) for each in queues(request.actor)])


@router.write("POST", "/request-queues", PROPOSES, status=201)
def queue_proposed(request: ApiRequest, data: QueueTaken) -> ApprovalShown:
    """Propose a new one, or what another takes from now on; somebody else decides."""
    return approval_of(propose_queue(actor=request.actor, **data.model_dump()))


@router.read("/request-queues/{queue_id}", SEES)
def read_queue(request: ApiRequest, queue_id: Id) -> QueueFileShown:
    """One with its people and what waits."""
    return _file(queue_file(request.actor, queue_id))


@router.write("POST", "/request-queues/{queue_id}/retirement", RETIRES)
def queue_retired(request: ApiRequest, queue_id: Id) -> QueueShown:
    """Take it out of use."""
    row = existing(request.actor, RETIRES, RequestQueue.objects.all(), queue_id)
    return _queue(retire_queue(row, actor=request.actor), 0)


@router.write("PUT", "/request-queues/{queue_id}/members/{post_id}", KEEPS)
def queue_member_kept(request: ApiRequest, queue_id: Id, post_id: Id, data: QueueMemberTaken) -> QueueMembershipShown:
    """Add a post, or say what it carries and when it is away."""
    row = existing(request.actor, KEEPS, RequestQueue.objects.all(), queue_id)
    return _membership(keep_queue_member(row, actor=request.actor, post_id=post_id, **data.model_dump()))


@router.write("POST", "/request-queues/{queue_id}/members/{post_id}/removal", REMOVES)
def queue_member_removed(request: ApiRequest, queue_id: Id, post_id: Id) -> QueueMembershipShown:
    """Nothing new comes from it."""
    row = existing(request.actor, REMOVES, RequestQueue.objects.all(), queue_id)
    return _membership(remove_queue_member(row, actor=request.actor, post_id=post_id))


@router.write("PUT", "/posts/{post_id}/skills", SKILLS)
def post_skills_set(request: ApiRequest, post_id: Id, data: PostSkillsTaken) -> list[PostSkillShown]:
    """All skills of a post, the same in every queue."""
    row = existing(request.actor, SKILLS, Post.objects.all(), post_id)
    return [_skill(each) for each in set_post_skills(row, actor=request.actor, skills=data.skills)]


def _skill(row: PostSkill) -> PostSkillShown:
    return PostSkillShown(code=row.code, level=row.level)


@router.read("/requests/{request_id}/queues", VIEW)
def list_queues_to_send(request: ApiRequest, request_id: Id) -> list[QueueChoiceShown]:
    """Queues to which it may be sent."""
    row = _named(request, VIEW, request_id)
    return [
        QueueChoiceShown(id=each.pk, name=each.name, unit_id=each.unit_id)
        for each in queues_to_send(request.actor, row)
    ]


@router.write("POST", "/requests/{request_id}/queue", SENDS)
def request_queued(request: ApiRequest, request_id: Id, data: QueueSendTaken) -> RequestShown:
    """Send it to a queue: offered to a member; until accepted the owner stays responsible."""
    row = _named(request, SENDS, request_id)
    return shown_request(queue_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/taking", TAKES)
def request_taken(request: ApiRequest, request_id: Id) -> RequestShown:
    """A member takes what waits."""
    row = _named(request, TAKES, request_id)
    return shown_request(take_queued_request(row, actor=request.actor))
