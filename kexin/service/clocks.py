"""Clocks of a request: counting what was used, and the due time after a pause. Pure but for the calendar handed in.

A clock counts clock hours, working hours, working days or calendar days. What passed before a pause stays used; after
it, the rest runs from the moment it goes on. Days are counted as the calendar counts them: the day of a start is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import Deadline
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.values import Duration, Unit
from kexin.service.choices import ClockState

Add = Callable[[dt.datetime, Duration], Deadline]
Elapsed = Callable[[dt.datetime, dt.datetime, Unit], Decimal]
Span = tuple[dt.datetime, dt.datetime]


def used(start: dt.datetime, until: dt.datetime, pauses: Sequence[Span], unit: Unit, elapsed: Elapsed) -> Decimal:
    """How much of the clock ran between ``start`` and ``until``; ``pauses`` are over, in order, and do not overlap."""
    total, running = Decimal(0), start
    for began, ended in pauses:
        total += elapsed(running, began, unit)
        running = ended
    return total + elapsed(running, until, unit)


def due_after(start: dt.datetime, within: Duration, pauses: Sequence[Span], *, add: Add, elapsed: Elapsed) -> Deadline:
    """When a clock is due that was paused (``pauses`` as in :func:`used`); without a pause: ``add(start, within)``."""
    if not pauses:
        return add(start, within)
    before = used(start, pauses[-1][0], pauses[:-1], within.unit, elapsed)
    rest = max(within.amount - before, Decimal(0))
    return add(pauses[-1][1], Duration(rest, within.unit))


def may_pause(*, state: str, pausable: bool, due_at: dt.datetime, now: dt.datetime) -> Decision:
    """Only a running clock that its rule lets pause, and never one that is late already."""
    if state != ClockState.RUNNING:
        return refused("state", _("This clock does not run."))
    if not pausable:
        return refused("rule", _("No rule lets this clock pause."))
    if now > due_at:
        return refused("late", _("It is late already: a pause would hide it."))
    return ALLOWED
