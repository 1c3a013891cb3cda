"""Figures of a unit split up: by the units directly below, or by the posts of a unit that has none below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.holdings.aum.queries import VIEW_FIGURES, Figures, units_within
from kexin.holdings.models import DailyFigures, UnitFigures
from kexin.people.models import OrgUnit

_SUMS = ("aum", "deposits", "inflow", "outflow", "customers")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a unit: a unit below with all under it, or a post (``post_id`` None: the pool)."""

    unit: OrgUnit
    post_id: int | None
    by_post: bool
    figures: dict[dt.date, Figures]


@query(VIEW_FIGURES, label=_("See figures of posts and units"))
def figures_split(actor: Actor, days: Sequence[dt.date], unit: OrgUnit) -> list[Part]:
    """The parts of a unit on the evenings asked for; their sums are the unit's own figures. Four reads.

    A unit with units below is split by those directly below it (what is booked at the unit itself is a part of its
    own); any other by its posts. What was merged into a unit is part of it. Out of reach is :class:`NotFound`.
    """
    counted = units_within(actor, VIEW_FIGURES, unit)
    below = sorted({each.pk: each for each in counted.values()}.values(), key=lambda each: each.path)
    sums = {name: Sum(name) for name in _SUMS}
    if len(below) == 1:
        rows = DailyFigures.objects.filter(unit_id__in=list(counted), day__in=list(days))
        posts: dict[int | None, dict[dt.date, Figures]] = {}
        for post, day, *values in rows.values_list("post_id", "day").annotate(**sums):
            posts.setdefault(post, {})[day] = Figures(day, *values)
        return [Part(unit, post, True, found) for post, found in sorted(posts.items(), key=lambda each: each[0] or 0)]
    heads = {pk: _part_of(unit, each, below) for pk, each in counted.items()}
    split: dict[int, dict[dt.date, Figures]] = {}
    units = UnitFigures.objects.filter(unit_id__in=list(counted), day__in=list(days))
    for unit_id, day, *values in units.values_list("unit_id", "day", *_SUMS):
        kept = split.setdefault(heads[unit_id].pk, {})
        before = kept.get(day, Figures(day))
        kept[day] = Figures(day, *(value + getattr(before, name) for name, value in zip(_SUMS, values, strict=True)))
    by_pk = {each.pk: each for each in below}
    return [Part(by_pk[pk], None, False, split[pk]) for pk in by_pk if pk in split]


def _part_of(unit: OrgUnit, each: OrgUnit, below: Sequence[OrgUnit]) -> OrgUnit:
    """The unit directly below ``unit`` that ``each`` belongs to; ``unit`` itself where it is booked there."""
    depth = unit.path.count("/") + 1
    return next((one for one in below if one.path.count("/") == depth and each.path.startswith(one.path)), unit)
