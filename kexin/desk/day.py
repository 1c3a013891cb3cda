"""The figures of one's own day: averages against targets, what matures this week, who stands at the edge of a tier."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.query import query
from kexin.holdings.aum.entered import VIEW_TARGETS, Reached, targets_reached
from kexin.holdings.aum.queries import VIEW_TIERS, tier_moves
from kexin.holdings.maturities.queries import VIEW_MATURITIES, MaturitySum, maturity_lines, maturity_sums
from kexin.holdings.models import Maturity
from kexin.party.models import Customer
from kexin.party.queries import open_names

SHOWN = 5


@dataclass(slots=True)
class Day:
    """What the workbench shows beside the work; a block that the actor may not see stays None or empty."""

    first: dt.date
    last: dt.date
    reached: list[Reached] = field(default_factory=list)
    week: MaturitySum | None = None
    maturing: list[Maturity] = field(default_factory=list)
    drop: list[tuple[Customer, Decimal]] | None = None
    near: list[tuple[Customer, Decimal]] | None = None


@query("desk.view_workbench", label=_("See the workbench"), record="list")
def my_day(actor: Actor) -> Day:
    """This week from today to Sunday; the five next of each list. Nine reads at most."""
    today = business_date()
    day = Day(today, today + dt.timedelta(days=6 - today.weekday()))
    if actor.may(VIEW_TARGETS) and actor.post_ids:
        day.reached = [each for each in targets_reached(actor, actor.post_ids, today) if each.amount or each.reached]
    if actor.may(VIEW_MATURITIES):
        (day.week,) = maturity_sums(actor, "week", day.first, day.last)
        lines = maturity_lines(actor, day.first, day.last).select_related(
            "customer__party", "customer__unit", "product"
        )
        day.maturing = list(lines.order_by("due_on", "id")[:SHOWN])
        open_names([each.customer for each in day.maturing])
    if actor.may(VIEW_TIERS):
        day.drop, day.near = _moving(actor, "drop"), _moving(actor, "near")
    return day


def _moving(actor: Actor, which: str) -> list[tuple[Customer, Decimal]]:
    moving: Any = tier_moves(actor, which)
    rows = list(moving.select_related("party", "unit").order_by("missing", "pk")[:SHOWN])
    open_names(rows)
    return [(row, row.missing) for row in rows]
