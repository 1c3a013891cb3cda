"""From a cause to its measure to the effect: how often the cause came before the measure was done, and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.choices import UnitKind
from kexin.people.queries import units_below
from kexin.service.complaints.analysis.asking import VIEW_FIGURES, FiguresAsked, of_units, seen_by, units_counted_for
from kexin.service.complaints.analysis.denominators import customers_at
from kexin.service.complaints.analysis.facts import narrowed
from kexin.service.complaints.analysis.figures import CAUSE
from kexin.service.complaints.analysis.policies import FiguresPolicy
from kexin.service.complaints.analysis.ratios import Change, change
from kexin.service.models import Remediation

BUSINESS_UNITS = (UnitKind.BRANCH, UnitKind.SUB_BRANCH, UnitKind.OUTLET)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the day on which the measure was done: its days, its cases, and their customers times days."""

    first: dt.date
    last: dt.date
    cases: int
    area: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Effect:
    """Before and after, at the owner's own unit or in the whole house (``unit_id`` None), and how the rate changed."""

    before: Side
    after: Side
    unit_id: int | None
    change: Change | None
    confidence: int
    whole: bool


def sides(
    done_on: dt.date, today: dt.date, most: int
) -> tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]] | None:
    """The days before and after, as many on both sides, the day itself left out; None on the day itself."""
    days = min((today - done_on).days - 1, most)
    if days < 1:
        return None
    one = dt.timedelta(days=1)
    before = (done_on - days * one, done_on - one)
    return before, (done_on + one, done_on + days * one)


@query(VIEW_FIGURES, label=_("See figures of complaints"))
def effect_of(actor: Actor, row: Remediation) -> Effect | None:
    """Cases of the cause before and after the measure was done, as far as the reader may count; None before its day
    and for whom no unit counts."""
    done_at = row.done_at
    if done_at is None:
        return None
    rules = in_force(FiguresPolicy)
    found = sides(timezone.localtime(done_at).date(), business_date(), rules.effect_days)
    if found is None:
        return None
    unit_id = row.owner_unit_id if row.owner_unit.kind in BUSINESS_UNITS else None
    reach = units_counted_for(actor, None)
    units = reach
    if unit_id is not None:
        below = set(units_below(unit_id))
        units = sorted(below if reach is None else below & set(reach))
    if units == []:
        return None
    (first, last), (later, latest) = found
    before, after = _side(actor, row.cause, units, first, last), _side(actor, row.cause, units, later, latest)
    told = change(before.cases, before.area, after.cases, after.area, rules.confidence)
    return Effect(before, after, unit_id, told, rules.confidence, (latest - later).days + 1 >= rules.effect_days)


def _side(actor: Actor, cause: str, units: list[int] | None, first: dt.date, last: dt.date) -> Side:
    rows = of_units(seen_by(actor, FiguresAsked(first, last), None), units).filter(joined_into=None)
    days = (last - first).days + 1
    customers = customers_at(units, [last])[0]
    return Side(first, last, narrowed(rows, CAUSE, cause).order_by().count(), float((customers or 1) * days))
