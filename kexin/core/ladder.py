"""The ladder of a work item: when its owner is reminded, and when late work climbs to whom. No database, no clock.

A ladder is policy data, a list of steps in order of time::

    - {at: "50%", to: [owner]}                                      after half of the time
    - {at: due, to: [owner_head]}                                   when it is due
    - {at: "+1 working day", to: [unit_head, compliance_officer]}   late by so much

``to`` names recipients: ``owner``; ``owner_head``, the head over the owner's unit; ``unit_head``, the head over the
unit the matter belongs to; or the code of a role: whoever holds it nearest to that unit.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.values import Duration

OWNER, OWNER_HEAD, UNIT_HEAD = "owner", "owner_head", "unit_head"
MOST_STEPS = 12
WORDS = {OWNER: _("the owner"), OWNER_HEAD: _("the owner's head"), UNIT_HEAD: _("the head of the customer's unit")}

Add = Callable[[dt.datetime, Duration], dt.datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: after a part of the time (1 is the due time), or late by a duration; and to whom it goes."""

    part: Decimal
    late_by: Duration | None
    to: tuple[str, ...]

    @property
    def reminds_only(self) -> bool:
        """True if it goes to the owner alone: nobody else hears of it."""
        return set(self.to) == {OWNER}


def parse_ladder(value: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of a ladder as stored. Raises ValueError for a step that makes no sense or comes out of order."""
    if len(value) > MOST_STEPS:
        raise ValueError("a ladder has too many steps")
    steps: list[Step] = []
    for entry in value:
        if set(entry) != {"at", "to"}:
            raise ValueError("a step has “at” and “to”")
        part, late_by = _when(str(entry["at"]).strip())
        to = tuple(str(each) for each in entry["to"]) if isinstance(entry["to"], list) else ()
        if not to or any(not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", each) for each in to):
            raise ValueError("a step names its recipients in a list")
        if steps and not _follows(steps[-1], part, late_by):
            raise ValueError("the steps are not in order")
        steps.append(Step(part, late_by, tuple(dict.fromkeys(to))))
    return tuple(steps)


def _when(text: str) -> tuple[Decimal, Duration | None]:
    if text == "due":
        return Decimal(1), None
    if text.startswith("+"):
        return Decimal(1), Duration.parse(text[1:])
    try:
        part = Decimal(text.removesuffix("%")) / 100
    except InvalidOperation as error:
        raise ValueError(f"“{text[:40]}” is no time of a step") from error
    if not text.endswith("%") or not 0 < part < 1:
        raise ValueError(f"“{text[:40]}” is no time of a step")
    return part, None


def _follows(before: Step, part: Decimal, late_by: Duration | None) -> bool:
    """Parts rise; lateness follows them, and rises where it is counted alike."""
    if late_by is None:
        return before.late_by is None and part > before.part
    if before.late_by is None:
        return True
    return before.late_by.unit != late_by.unit or late_by.amount > before.late_by.amount


def step_times(steps: Iterable[Step], opened_at: dt.datetime, due_at: dt.datetime, add: Add) -> tuple[dt.datetime, ...]:
    """When each step is taken, never one before its predecessor. ``add`` counts clock or working time.

    What is opened when it is due already has no time to be reminded in: those steps fall on the opening.
    """
    times: list[dt.datetime] = []
    span = max(due_at - opened_at, dt.timedelta())
    for step in steps:
        at = opened_at + span * float(step.part) if step.part < 1 else due_at
        if step.late_by is not None:
            at = add(due_at, step.late_by)
        times.append(max(at, times[-1]) if times else at)
    return tuple(times)


def due_steps(times: Sequence[dt.datetime], taken: int, now: dt.datetime) -> tuple[int, dt.datetime | None]:
    """How many steps have been taken by ``now`` (never fewer than ``taken``), and when the next one is due."""
    while taken < len(times) and times[taken] <= now:
        taken += 1
    return taken, times[taken] if taken < len(times) else None


def time_of(step: Step) -> str:
    """When a step is taken, in words."""
    if step.late_by is not None:
        return _t("Late by %(duration)s") % {"duration": step.late_by}
    if step.part == 1:
        return _t("When due")
    return _t("After %(part)s %% of the time") % {"part": f"{(step.part * 100).normalize():f}"}


def recipients_of(step: Step, role_names: Mapping[str, str]) -> str:
    """To whom a step goes, in words; a role nobody knows by its code."""
    return listed(str(WORDS.get(each) or role_names.get(each, each)) for each in step.to)
