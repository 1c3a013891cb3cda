"""The clock's duty: to remind owners and let late work climb, step by step of the ladder each item was opened by."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.ladder import OWNER, Step, due_steps, parse_ladder, step_times
from kexin.core.models import PolicyVersion, WorkItem
from kexin.core.operation import operation
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force, numbers_of
from kexin.core.workflow import later, recipient, step_times_of

BATCH = 2_000  # so many that each recipient is looked for once for many items
Find = Callable[[str, WorkItem], int | None]
_KEEP = """
UPDATE core_workitem w SET ladder_id = v.ladder_id, ladder_step = v.ladder_step, next_step_at = v.next_step_at,
       reminded_at = v.reminded_at, escalation_level = v.escalation_level, escalated_to = v.escalated_to,
       details = v.details
  FROM jsonb_to_recordset(%s::jsonb) AS v(id bigint, ladder_id bigint, ladder_step smallint, next_step_at timestamptz,
       reminded_at timestamptz, escalation_level smallint, escalated_to bigint[], details jsonb)
 WHERE w.id = v.id
"""


@operation("core.escalate_work", label=_("Remind and escalate late work"))
def escalate_work(*, actor: Actor, now: dt.datetime) -> int:
    """Take every step that is due, on at most 2,000 items; how many items moved. The caller repeats until none does.

    A step reaches posts, not people: whoever holds the post then, and whoever stands in for them. Where nobody holds
    a wanted post the step counts as taken and its recipients stay empty in the record of steps.
    """
    due = WorkItem.objects.open().filter(next_step_at__lte=now)
    items = list(due.select_for_update(of=("self",), skip_locked=True).order_by("next_step_at", "pk")[:BATCH])
    ladders = _ladders({item.ladder_id for item in items})
    find, moved = _recipients(), 0
    for item in items:
        moved += _climb(item, *ladders[item.ladder_id], now, find)
    _keep(items)
    return moved


def _ladders(wanted: set[int | None]) -> dict[int | None, tuple[int, tuple[Step, ...]]]:
    """The steps of each ladder by which items were opened; without one, those in force."""
    rules = in_force(WorkPolicy)
    found: dict[int | None, tuple[int, tuple[Step, ...]]] = {None: (rules.policy_version, parse_ladder(rules.ladder))}
    for version in PolicyVersion.objects.filter(pk__in=[pk for pk in wanted if pk is not None]):
        found[version.pk] = (version.pk, parse_ladder(numbers_of(WorkPolicy, version).ladder))
    return found


def _recipients() -> Find:
    """Whom steps mean, each asked once in a batch: items of one owner climb to the same posts."""
    known: dict[tuple[str, int, int, tuple[str, ...]], int | None] = {}

    def find(code: str, item: WorkItem) -> int | None:
        key = (code, item.unit_id, item.owner_post_id, tuple(item.kept_from))
        if key not in known:
            known[key] = recipient(code, item)
        return known[key]

    return find


def _climb(item: WorkItem, ladder: int, steps: tuple[Step, ...], now: dt.datetime, find: Find) -> int:
    times = step_times(steps, item.opened_at, item.due_at, later)
    reached, following = due_steps(times, item.ladder_step, now)
    taken = list(item.details.get("steps", []))
    for number in range(item.ladder_step, reached):
        step = steps[number]
        posts = [post for post in dict.fromkeys(find(code, item) for code in step.to) if post is not None]
        if OWNER in step.to:
            item.reminded_at = now
        if not step.reminds_only:
            item.escalation_level += 1
            item.escalated_to = sorted({*item.escalated_to, *posts} - {item.owner_post_id})
        taken.append({"step": number + 1, "at": now.isoformat(), "to": posts})
    moved = reached > item.ladder_step
    item.details = {**item.details, "steps": taken} if moved else item.details
    item.ladder_id, item.ladder_step, item.next_step_at = ladder, reached, following
    return int(moved)


def _keep(items: Iterable[WorkItem]) -> None:
    """All at once: a statement for each took most of the time where many were late."""
    names = ("ladder_id", "ladder_step", "escalation_level", "escalated_to", "details")
    rows = [
        {
            "id": item.pk,
            **{name: getattr(item, name) for name in names},
            "next_step_at": item.next_step_at.isoformat() if item.next_step_at else None,
            "reminded_at": item.reminded_at.isoformat() if item.reminded_at else None,
        }
        for item in items
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [json.dumps(rows, ensure_ascii=False)])


def set_next_step(item: WorkItem) -> None:
    """When the due time moved: the next step moves with it, steps taken stay taken. The caller saves."""
    rules = numbers_of(WorkPolicy, item.ladder) if item.ladder is not None else in_force(WorkPolicy)
    times = step_times_of(item, rules)
    item.next_step_at = times[item.ladder_step] if item.ladder_step < len(times) else None
