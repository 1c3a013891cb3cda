"""晨会看板: a unit's figures of the last evening beside yesterday's, the month's and the year's beginning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.models import WorkItem
from kexin.core.query import query
from kexin.holdings.aum.breakdown import Part, figures_split
from kexin.holdings.aum.queries import Figures, figures_of, latest_figures_day
from kexin.people.models import OrgUnit
from kexin.people.queries import post_labels, units_in_reach

VIEW_BOARD = "desk.view_board"
COURSE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Against:
    """A figure beside what it was: the difference, and in percent of what it was (None of nought)."""

    before: Decimal
    change: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One part of the unit: a unit below, or a post."""

    label: str
    unit_id: int
    post_id: int | None
    by_post: bool
    now: Figures
    aum_yesterday: Decimal
    aum_month: Decimal
    deposits_month: Decimal


@dataclass(frozen=True, slots=True)
class Board:
    """What a unit looks at in the morning. ``day`` is the last evening known; every figure is of that evening."""

    unit: OrgUnit | None  # None: what one's own posts are credited with
    day: dt.date
    now: Figures
    against: dict[str, dict[str, Against]]  # measure, then yesterday, month, year
    flow_month: Decimal
    course: list[tuple[dt.date, Decimal]]
    lines: list[BoardLine]
    overdue: int
    bases: dict[str, dt.date]


def against(now: Decimal, before: Decimal) -> Against:
    """The change and its share; of a figure that was nought there is no share."""
    change = now - before
    return Against(before, change, (change / abs(before) * 100).quantize(Decimal("0.01")) if before else None)


def bases_of(day: dt.date) -> dict[str, dt.date]:
    """The evenings to compare with: the one before, the last of the month before, the last of the year before."""
    first = day.replace(day=1)
    return {
        "yesterday": day - dt.timedelta(days=1),
        "month": first - dt.timedelta(days=1),
        "year": first.replace(month=1) - dt.timedelta(days=1),
    }


def boards(actor: Actor) -> list[OrgUnit]:
    """Units whose board this actor may open, from the top; all below them must be within reach, too."""
    units = list(units_in_reach(actor, VIEW_BOARD)[:500])
    if any(grant.reach == Reach.ALL for grant in actor.grants_for("holdings.view_figures")):
        return units
    reach = {pk for grant in actor.grants_for("holdings.view_figures") for pk in grant.unit_ids}
    return [each for each in units if each.pk in reach]


@query(VIEW_BOARD, label=_("See the morning board"), record="list")
def board(actor: Actor, unit: OrgUnit | None) -> Board | None:
    """The board of a unit with everything below it, or (None) of one's own posts; None before the first evening was
    computed. Seven reads."""
    if unit is not None and unit.pk not in {each.pk for each in boards(actor)}:
        raise NotFound
    day = latest_figures_day(actor)
    if day is None:
        return None
    bases = bases_of(day)
    wanted = [day, *bases.values()]
    found = figures_of(actor, wanted, unit=unit)
    now = found.get(day, Figures(day))
    compared: dict[str, dict[str, Against]] = {"aum": {}, "deposits": {}, "customers": {}}
    for name, base in bases.items():
        before = found.get(base, Figures(base))
        for measure in compared:
            compared[measure][name] = against(Decimal(getattr(now, measure)), Decimal(getattr(before, measure)))
    span = [day - dt.timedelta(days=n) for n in range(COURSE_DAYS, -1, -1)]
    month = [day.replace(day=number) for number in range(1, day.day + 1)]
    course = figures_of(actor, sorted({*span, *month}), unit=unit, with_tiers=False)
    flow = sum((course[each].net_flow for each in month if each in course), Decimal(0))
    return Board(
        unit,
        day,
        now,
        compared,
        flow,
        [(each, course[each].aum) for each in span if each in course],
        _lines(figures_split(actor, wanted, unit), day, bases) if unit else [],
        _overdue(actor, unit),
        bases,
    )


def _lines(parts: list[Part], day: dt.date, bases: dict[str, dt.date]) -> list[BoardLine]:
    labels = post_labels([part.post_id for part in parts if part.post_id])
    lines = []
    for part in parts:
        none = Figures(day)
        label = part.unit.shown_name
        if part.by_post:
            label = labels.get(part.post_id, "") if part.post_id else str(_("Unassigned pool"))
        before = {name: part.figures.get(base, none) for name, base in bases.items()}
        now = part.figures.get(day, none)
        lines.append(
            BoardLine(
                label, part.unit.pk, part.post_id, part.by_post, now,
                now.aum - before["yesterday"].aum, now.aum - before["month"].aum,
                now.deposits - before["month"].deposits,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-line.now.aum, line.label))


def _overdue(actor: Actor, unit: OrgUnit | None) -> int:
    """Open work past its time: in the unit and below, within the actor's reach for work; or one's own."""
    if not actor.may("core.view_work"):
        return 0
    rows: Any = WorkItem.objects.visible_to(actor, "core.view_work").open().filter(due_at__lt=timezone.now())
    if unit is None:
        return int(rows.filter(owner_post_id__in=actor.post_ids).count())
    return int(rows.filter(unit_id__in=OrgUnit.objects.filter(path__startswith=unit.path).values("pk")).count())
