"""Transition tables, and the one abstraction of "somebody owes something by some time" (WorkItem)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.calendar import Deadline, add
from kexin.core.choices import WorkStatus
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import type_text
from kexin.core.ladder import OWNER, parse_ladder, step_times
from kexin.core.models import WorkItem
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force
from kexin.core.values import Duration

Barred = int | Collection[int] | None  # one user, several, or nobody
DutyHolder = Callable[[str, int, Barred], int | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Transitions:
    """A closed table: which act leads from which state to which."""

    table: Mapping[str, Mapping[str, str]]

    def may(self, state: str, act: str) -> Decision:
        """Is ``act`` possible in ``state``?"""
        if act in self.table.get(state, {}):
            return ALLOWED
        return refused("state", _("This is not possible in the present state."))

    def after(self, state: str, act: str) -> str:
        """The state after ``act``; raises a rule violation where the table has none."""
        self.may(state, act).enforce()
        return self.table[state][act]

    def acts(self, state: str) -> tuple[str, ...]:
        return tuple(self.table.get(state, {}))


@dataclasses.dataclass(frozen=True, slots=True)
class WorkKind:
    """What a kind of work item is called, how its line reads, and where it leads."""

    code: str
    label: type_text
    sentence: Callable[[WorkItem], type_text]
    url: Callable[[WorkItem], str]
    icon: str = "checkbox"
    outcomes: Mapping[str, type_text] = dataclasses.field(default_factory=dict)
    closable: bool = True  # False: the act itself closes it (an approval), nobody ticks it off


work_kinds: dict[str, WorkKind] = {}


def register_work_kind(kind: WorkKind) -> None:
    """A floor declares a kind of work item (in ``apps.ready``)."""
    work_kinds[kind.code] = kind


def _nobody(operation: str, unit_id: int, except_user: Barred) -> int | None:
    return None


_duty_holder: DutyHolder = _nobody


def set_duty_holder(find: DutyHolder) -> None:
    """The people floor tells who holds the duty: ``find(operation, unit_id, except_user_id) -> post id``."""
    global _duty_holder
    _duty_holder = find


def duty_holder(operation: str, unit_id: int, except_user: Barred = None) -> int | None:
    """The post that owes acts of ``operation`` for a unit: the nearest upwards that grants it, but for barred users."""
    return _duty_holder(operation, unit_id, except_user)


Recipient = Callable[[str, int, int, Collection[str]], int | None]


def _no_recipient(code: str, unit_id: int, owner_post_id: int, kept_from: Collection[str]) -> int | None:
    return None


_recipient: Recipient = _no_recipient


def set_recipient(find: Recipient) -> None:
    """The people floor tells which post a step reaches: ``find(code, unit_id, owner_post_id, kept_from)``."""
    global _recipient
    _recipient = find


def recipient(code: str, item: WorkItem) -> int | None:
    """The post that ``code`` of a ladder means for an item; None where nobody holds such a post today."""
    if code == OWNER:
        return item.owner_post_id
    return _recipient(code, item.unit_id, item.owner_post_id, item.kept_from)


def later(start: dt.datetime, duration: Duration) -> dt.datetime:
    """``start`` plus a duration in clock or working time, as ladders count."""
    return add(start, duration).at


def step_times_of(item: WorkItem, rules: WorkPolicy) -> tuple[dt.datetime, ...]:
    """When each step of the ladder is taken for an item."""
    return step_times(parse_ladder(rules.ladder), item.opened_at, item.due_at, later)


def open_work(
    kind: str,
    *,
    unit_id: int,
    owner_post_id: int,
    due_at: dt.datetime | Deadline,
    due_provisional: bool = False,
    customer_id: int | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    priority: int = 2,
    policy_id: int | None = None,
    kept_from: Collection[str] = (),
) -> WorkItem:
    """Open a work item, or give back the open one of the same kind on the same subject. Inside an operation.

    ``due_at`` is best given as the :class:`~kexin.core.calendar.Deadline` itself: a provisional one is then dated anew
    when its year is published. ``kept_from`` are staff numbers of those whose own matter it is: they never see it.
    """
    if isinstance(due_at, Deadline):
        details = {**(details or {}), **due_at.memo()}
        due_provisional, due_at = due_at.provisional, due_at.at
    if frame.current.get() is None:
        raise RuntimeError("open_work() is called inside an operation")
    now = timezone.now()
    if subject_id is not None:
        existing = WorkItem.objects.filter(
            kind=kind, subject_kind=subject_kind, subject_id=subject_id, status=WorkStatus.OPEN
        ).first()
        if existing is not None:
            return existing
    rules = in_force(WorkPolicy)
    item = WorkItem(
        kind=kind,
        customer_id=customer_id,
        unit_id=unit_id,
        owner_post_id=owner_post_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=dict(details or {}),
        priority=priority,
        opened_at=now,
        due_at=due_at,
        due_provisional=due_provisional,
        ladder_id=rules.policy_version,
        policy_id=policy_id,
        kept_from=sorted(kept_from),
    )
    item.next_step_at = next(iter(step_times_of(item, rules)), None)
    item.save()
    return item


def close_work(kind: str, subject_kind: str, subject_id: int, *, outcome: str, by: str, cancelled: bool = False) -> int:
    """Close the open items of a kind on a subject because the matter is settled; how many were closed."""
    return WorkItem.objects.filter(
        kind=kind, subject_kind=subject_kind, subject_id=subject_id, status=WorkStatus.OPEN
    ).update(
        status=WorkStatus.CANCELLED if cancelled else WorkStatus.DONE,
        outcome=outcome,
        closed_at=timezone.now(),
        closed_by=by,
    )
