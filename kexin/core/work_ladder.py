"""The clock's duty: to remind owners and let late work climb, step by step of the ladder each item was opened by."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.ladder import OWNER, due_steps, parse_ladder
from kexin.core.models import PolicyVersion, WorkItem
from kexin.core.operation import operation
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force, numbers_of
from kexin.core.workflow import recipient, step_times_of

BATCH = 500
_CHANGED = ["ladder", "ladder_step", "next_step_at", "reminded_at", "escalation_level", "escalated_to", "details"]


@operation("core.escalate_work", label=_("Remind and escalate late work"))
def escalate_work(*, actor: Actor, now: dt.datetime) -> int:
    """Take every step that is due, on at most 500 items; how many items moved. The caller repeats until none does.

    A step reaches posts, not people: whoever holds the post then, and whoever stands in for them. Where nobody holds
    a wanted post the step counts as taken and its recipients stay empty in the record of steps.
    """
    rules_by_version: dict[int | None, WorkPolicy] = {None: in_force(WorkPolicy)}
    moved = 0
    items = WorkItem.objects.open().filter(next_step_at__lte=now).select_related("ladder")
    for item in items.select_for_update(of=("self",), skip_locked=True).order_by("next_step_at", "pk")[:BATCH]:
        if item.ladder_id is not None and item.ladder_id not in rules_by_version:
            assert isinstance(item.ladder, PolicyVersion)
            rules_by_version[item.ladder_id] = numbers_of(WorkPolicy, item.ladder)
        moved += _climb(item, rules_by_version[item.ladder_id], now)
    return moved


def _climb(item: WorkItem, rules: WorkPolicy, now: dt.datetime) -> int:
    steps = parse_ladder(rules.ladder)
    reached, following = due_steps(step_times_of(item, rules), item.ladder_step, now)
    taken = list(item.details.get("steps", []))
    for number in range(item.ladder_step, reached):
        step = steps[number]
        posts = [post for post in dict.fromkeys(recipient(code, item) for code in step.to) if post is not None]
        if OWNER in step.to:
            item.reminded_at = now
        if not step.reminds_only:
            item.escalation_level += 1
            item.escalated_to = sorted({*item.escalated_to, *posts} - {item.owner_post_id})
        taken.append({"step": number + 1, "at": now.isoformat(), "to": posts})
    moved = reached > item.ladder_step
    item.details = {**item.details, "steps": taken} if moved else item.details
    item.ladder_id, item.ladder_step, item.next_step_at = rules.policy_version, reached, following
    item.save(update_fields=_CHANGED)
    return int(moved)


def set_next_step(item: WorkItem) -> None:
    """When the due time moved: the next step moves with it, steps taken stay taken. The caller saves."""
    rules = numbers_of(WorkPolicy, item.ladder) if item.ladder is not None else in_force(WorkPolicy)
    times = step_times_of(item, rules)
    item.next_step_at = times[item.ladder_step] if item.ladder_step < len(times) else None
