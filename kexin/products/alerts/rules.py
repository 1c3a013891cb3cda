"""What in a series of net values gives cause for an alert. Pure; no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.products.alerts.choices import AlertKind, AlertOutcome, AlertState

LONGEST_REASON = 500
YEAR = dt.timedelta(days=366)


class Limits(Protocol):
    """The numbers of :class:`~kexin.products.alerts.policies.AlertPolicy`."""

    day_percent: Decimal
    window_days: int
    window_percent: Decimal
    drawdown_percent: Decimal
    jump_percent: Decimal


@dataclass(frozen=True, slots=True)
class Value:
    """The net value of a day: of a unit, and with everything ever paid out."""

    day: dt.date
    unit: Decimal
    accumulated: Decimal


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: ``ref`` names it apart from others of its kind and product; ``percent`` is what was lost."""

    kind: AlertKind
    ref: str
    day: dt.date
    percent: Decimal
    since: dt.date


def lost(before: Value, after: Value) -> Decimal:
    """Per cent lost between two days, what was paid out not counted as lost; below nought for a gain."""
    return ((before.accumulated - after.accumulated) / before.unit * 100).quantize(Decimal("0.01"))


def causes(values: Sequence[Value], limits: Limits) -> list[Cause]:
    """What the latest of these net values (the oldest first) gives cause for.

    A jump says nothing about the market: nothing else is concluded from it.
    """
    if len(values) < 2:
        return []
    last, before = values[-1], values[-2]
    moved = lost(before, last)
    if abs(moved) >= limits.jump_percent:
        return [Cause(AlertKind.JUMP, f"{last.day}", last.day, moved, before.day)]
    found = []
    if moved >= limits.day_percent:
        found.append(Cause(AlertKind.DAY, f"{last.day}", last.day, moved, before.day))
    start = last.day - dt.timedelta(days=limits.window_days)
    earlier = [each for each in values if each.day <= start]
    if earlier:
        found += _fall(AlertKind.WINDOW, [earlier[-1], *_from(values, start)], limits.window_percent, first=True)
    found += _fall(AlertKind.DRAWDOWN, _from(values, last.day - YEAR), limits.drawdown_percent)
    return found


def _from(values: Sequence[Value], day: dt.date) -> list[Value]:
    return [each for each in values if each.day > day]


def _fall(kind: AlertKind, values: Sequence[Value], share: Decimal, *, first: bool = False) -> list[Cause]:
    """The fall to the last value, from the first or from the highest; told once per height and share lost."""
    last = values[-1]
    top = max(values, key=lambda each: (each.accumulated, each.day))
    fallen = lost(values[0] if first else top, last)
    if fallen < share:
        return []
    return [Cause(kind, f"{top.day}:{int(fallen / share)}", last.day, fallen, values[0].day if first else top.day)]


def may_settle_alert(state: str, outcome: str, reason: str, *, kind: str, rerated: bool) -> Decision:
    """Once, with a reason and what was done; that a re-rating was begun must be true."""
    decision = ALLOWED
    if state != AlertState.OPEN:
        decision &= refused("state", _("This alert is settled already."))
    if outcome not in AlertOutcome.values:
        decision &= refused("outcome", _("Choose one of the list."), "outcome")
    if outcome == AlertOutcome.RERATING and not rerated:
        decision &= refused("rerating", _("No re-rating of this product was begun since the alert."), "outcome")
    if outcome == AlertOutcome.CORRECTED and kind not in (AlertKind.JUMP, AlertKind.STALE):
        decision &= refused("fall", _("A fall is not corrected: say what was done for the holders."), "outcome")
    if not reason.strip():
        decision &= refused("reason", _("Say what you found."), "reason")
    if len(reason) > LONGEST_REASON:
        decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST_REASON}, "reason")
    return decision
