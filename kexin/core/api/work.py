"""Work items: who owes what by when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Instant, Moment, Note, Page, Paging, Reason, Shown, Taken, page_of
from kexin.core.models import WorkItem
from kexin.core.work_operations import complete_work, escalated_work, my_work, reassign_work, snooze_work, work_in_reach
from kexin.core.workflow import work_kinds

router = Endpoints("work", _("Work items"))


class WorkShown(Shown):
    """A work item. ``due_provisional``: the due day stands on a year whose holidays are not published yet."""

    id: Id
    kind: str = Field(examples=["party.duplicate_review"])
    label: str = Field(examples=["Review of a duplicate"])
    sentence: str = Field(examples=["Same name and birth date"])
    customer_id: Id | None
    unit_id: int = Field(examples=[3])
    owner_post_id: Id
    subject_kind: str = Field(examples=["party.DuplicateCandidate"])
    subject_id: Id | None
    status: str = Field(examples=["open"])
    outcome: str = Field(examples=[""])
    opened_at: Moment
    due_at: Moment
    due_provisional: bool
    snoozed_until: Moment | None
    reminded_at: Moment | None
    escalation_level: int = Field(description="How many steps went to others than the owner", examples=[0])
    escalated_to: list[int] = Field(description="Posts that were told of it", examples=[[]])
    next_step_at: Moment | None = Field(description="When the next step of the ladder is due")


class WorkPage(Page[WorkShown]):
    """Open work items, the most urgent first, part of a list."""


class WorkWanted(Paging):
    """Whose work."""

    view: str = Field(
        default="mine",
        pattern="^(mine|escalated|reach)$",
        description="Of one's own posts and those one stands in for, what climbed to one, or all within reach",
    )
    customer_id: Id | None = Field(default=None, description="About one customer", examples=[1042])


class Completion(Taken):
    """How it ended."""

    outcome: str = Field(default="done", pattern="^[a-z_]{1,40}$", examples=["done"])
    note: Note = Field(default="", examples=[""])


class Snooze(Taken):
    """Until when it leaves the top of the list."""

    until: Instant = Field(examples=["2026-03-04T01:00:00Z"])


class HandOver(Taken):
    """To which post, and why."""

    post_id: Id
    reason: Reason


def work_of(row: WorkItem) -> WorkShown:
    """A work item as it is shown."""
    kind = work_kinds.get(row.kind)
    return WorkShown(
        id=row.pk,
        kind=row.kind,
        label=str(kind.label) if kind else row.kind,
        sentence=str(kind.sentence(row)) if kind else "",
        customer_id=row.customer_id,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        status=row.status,
        outcome=row.outcome,
        opened_at=row.opened_at,
        due_at=row.due_at,
        due_provisional=row.due_provisional,
        snoozed_until=row.snoozed_until,
        reminded_at=row.reminded_at,
        escalation_level=row.escalation_level,
        escalated_to=row.escalated_to,
        next_step_at=row.next_step_at,
    )


@router.read("/work-items", "core.view_work")
def list_work(request: ApiRequest, wanted: Query[WorkWanted]) -> WorkPage:
    """Open items of one's own posts, what climbed to one, or all within reach."""
    views: dict[str, Callable[[], Any]] = {
        "mine": lambda: my_work(request.actor, include_snoozed=True),
        "escalated": lambda: escalated_work(request.actor),
        "reach": lambda: work_in_reach(request.actor),
    }
    rows = views[wanted.view]()
    if wanted.customer_id is not None:
        rows = rows.filter(customer_id=wanted.customer_id)
    lines, following = page_of(request, rows, wanted, [("due_at", "asc")], work_of)
    return WorkPage(items=lines, next=following)


@router.write("POST", "/work-items/{item_id}/completion", "core.complete_work")
def complete(request: ApiRequest, item_id: Id, data: Completion) -> WorkShown:
    """Close an item by hand; items that their matter closes cannot be ticked off."""
    row = complete_work(WorkItem(pk=item_id), actor=request.actor, outcome=data.outcome, note=data.note)
    return work_of(row)


@router.write("POST", "/work-items/{item_id}/snooze", "core.snooze_work")
def snooze(request: ApiRequest, item_id: Id, data: Snooze) -> WorkShown:
    """Hide an item from the top of the list until a time before it is due. The due time stays."""
    return work_of(snooze_work(WorkItem(pk=item_id), actor=request.actor, until=data.until))


@router.write("POST", "/work-items/{item_id}/owner", "core.reassign_work")
def hand_over(request: ApiRequest, item_id: Id, data: HandOver) -> WorkShown:
    """Give an item to another post; it never stands without an owner."""
    row = reassign_work(WorkItem(pk=item_id), actor=request.actor, post_id=data.post_id, reason=data.reason)
    return work_of(row)
