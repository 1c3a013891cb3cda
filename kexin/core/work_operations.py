"""Doing, putting off and handing over work items; the clock's own duties: reminding and escalating."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.errors import RuleViolation
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.workflow import duty_holder, work_kinds


def _open_item(item: WorkItem, actor: Actor) -> WorkItem:
    row = WorkItem.objects.lock(item, actor)
    if row.status != WorkStatus.OPEN:
        raise RuleViolation(_("This work item is closed already."))
    return row


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
    row.version += 1
    row.save(update_fields=["owner_post_id", "details", "version"])
    return row


@operation("core.escalate_work", label=_("Remind and escalate late work"))
def escalate_work(*, actor: Actor, now: dt.datetime) -> int:
    """Let late items climb one level: to the duty holder above; how many climbed. Run by the clock."""
    rules = in_force(WorkPolicy)
    step = dt.timedelta(hours=rules.escalate_after_hours)
    climbed = 0
    for level in range(rules.escalation_levels):
        late = WorkItem.objects.open().filter(escalation_level=level, due_at__lt=now - step * (level + 1))
        for item in late.select_for_update(skip_locked=True).order_by("due_at")[:1000]:
            item.escalation_level = level + 1
            item.details = {**item.details, "escalated_to": duty_holder("core.reassign_work", item.unit_id, None)}
            item.save(update_fields=["escalation_level", "details"])
            climbed += 1
    WorkItem.objects.open().filter(remind_at__lte=now, reminded_at=None).update(reminded_at=now)
    return climbed


@query("core.view_work", label=_("See work items"))
def my_work(actor: Actor, *, include_snoozed: bool = False) -> QuerySet[WorkItem]:
    """Open items of the actor's own posts, most urgent first."""
    rows = WorkItem.objects.open().filter(owner_post_id__in=actor.post_ids)
    if not include_snoozed:
        rows = rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now()))
    return rows.order_by("due_at", "pk")


@query("core.view_work", label=_("See work items"))
def work_in_reach(actor: Actor, customer_ids: Sequence[int] | None = None) -> QuerySet[WorkItem]:
    """Open items within reach, of everybody; those of certain customers only, if said."""
    rows = WorkItem.objects.visible_to(actor, "core.view_work").open()
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    return rows.order_by("due_at", "pk")
