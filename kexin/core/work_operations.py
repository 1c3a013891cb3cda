"""Doing, putting off and handing over work items, one's own or those of somebody one stands in for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame, names
from kexin.core.actor import Actor
from kexin.core.approval_queries import to_decide
from kexin.core.choices import WorkStatus
from kexin.core.errors import RuleViolation
from kexin.core.models import WorkItem
from kexin.core.models.work import APPROVAL_KIND, WorkItemQuerySet
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.core.workflow import work_kinds


def _open_item(item: WorkItem, actor: Actor) -> WorkItem:
    row = WorkItem.objects.lock(item, actor)
    if row.status != WorkStatus.OPEN:
        raise RuleViolation(_("This work item is closed already."))
    note_stand_in(actor, row.owner_post_id, row.kind)
    return row


def note_stand_in(actor: Actor, post_id: int, kind: str) -> str:
    """Say in the audit for whom this is done, where the actor does it for somebody else; whose staff number that is."""
    by = actor.stands_in_at(post_id, kind)
    act = frame.current.get()
    if by is None or act is None:
        return ""
    act.notes["acted_for"], act.notes["acted_for_post"] = by.absent, by.post_id
    return by.absent


@operation("core.complete_work", label=_("Complete a work item"), plain=("outcome",))
def complete_work(item: WorkItem, *, actor: Actor, outcome: str = "done", note: str = "") -> WorkItem:
    """Close an item by hand; items whose matter closes them (an approval) cannot be ticked off."""
    row = _open_item(item, actor)
    kind = work_kinds.get(row.kind)
    if kind is not None and not kind.closable:
        raise RuleViolation(_("This item closes by itself when its matter is decided."))
    row.status, row.outcome, row.note = WorkStatus.DONE, outcome, note.strip()
    row.closed_at, row.closed_by = timezone.now(), actor.name
    row.version += 1
    row.save(update_fields=["status", "outcome", "note", "closed_at", "closed_by", "version"])
    return row


@operation("core.snooze_work", label=_("Put off a work item"))
def snooze_work(item: WorkItem, *, actor: Actor, until: dt.datetime) -> WorkItem:
    """Hide an item from the top of the list until a time before it is due. The due time stays."""
    row = _open_item(item, actor)
    if until <= timezone.now():
        raise RuleViolation(fields={"until": _("Choose a time in the future.")})
    if until > row.due_at:
        raise RuleViolation(fields={"until": _("Not later than it is due.")})
    row.snoozed_until = until
    row.version += 1
    row.save(update_fields=["snoozed_until", "version"])
    return row


@operation("core.reassign_work", label=_("Hand over a work item"), plain=("reason",))
def reassign_work(item: WorkItem, *, actor: Actor, post_id: int, reason: str) -> WorkItem:
    """Give an item to another post; it never stands without an owner."""
    row = _open_item(item, actor)
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    if post_id not in dict(names.takers(actor, "core.reassign_work")):
        raise RuleViolation(fields={"post_id": _("Choose a post that somebody holds, within your reach.")})
    row.details = {**row.details, "handed_over_by": actor.name, "from_post": row.owner_post_id, "reason": reason}
    row.owner_post_id = post_id
    row.escalated_to = [each for each in row.escalated_to if each != post_id]
    row.version += 1
    row.save(update_fields=["owner_post_id", "escalated_to", "details", "version"])
    return row


@query("core.view_work", label=_("See work items"))
def my_work(actor: Actor, *, include_snoozed: bool = False) -> QuerySet[WorkItem]:
    """Open items of the actor's own posts and of those the actor stands in for, most urgent first."""
    rows = WorkItem.objects.open().filter(_owed_by(actor))
    if not include_snoozed:
        rows = rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now()))
    return rows.order_by("due_at", "pk")


def _owed_by(actor: Actor) -> Q:
    """One's own posts; with a delegation the absent one's posts too, less proposals that one may not decide oneself."""
    owed = Q(owner_post_id__in=actor.post_ids)
    decidable: list[int] | None = None
    for each in actor.stand_ins:
        theirs = WorkItemQuerySet.of(each)
        if each.covers(APPROVAL_KIND):
            decidable = [row.pk for row in to_decide(actor)] if decidable is None else decidable
            theirs &= ~Q(kind=APPROVAL_KIND) | Q(subject_id__in=decidable)
        owed |= theirs
    return owed


@query("core.view_work", label=_("See work items"))
def escalated_work(actor: Actor) -> QuerySet[WorkItem]:
    """Open items of others that have climbed to the actor, or to somebody the actor stands in for altogether."""
    posts = [*actor.post_ids, *(each.post_id for each in actor.stand_ins if not each.kinds)]
    rows = WorkItem.objects.open().filter(escalation_level__gt=0, escalated_to__overlap=posts)
    # As an array, found by their own index: in order of the limit, PostgreSQL would go through everybody's items.
    found = ArraySubquery(rows.exclude(owner_post_id__in=actor.post_ids).order_by().values("pk"))
    return WorkItem.objects.filter(pk__any_of=found).order_by("due_at", "pk")


@query("core.view_work", label=_("See work items"))
def open_work_count(actor: Actor, most: int) -> int:
    """How many open items wait for the actor, put off or not; at most ``most`` are counted."""
    return WorkItem.objects.open().filter(_owed_by(actor)).order_by().values("pk")[:most].count()


@query("core.view_work", label=_("See work items"))
def work_in_reach(actor: Actor, customer_ids: Sequence[int] | None = None) -> QuerySet[WorkItem]:
    """Open items within reach, of everybody; those of certain customers only, if said."""
    rows = WorkItem.objects.visible_to(actor, "core.view_work").open()
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    return rows.order_by("due_at", "pk")
