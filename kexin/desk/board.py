"""晨会看板: a unit's figures of the last evening beside yesterday's, the month's and the year's beginning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.desk.overdue import Overdue, overdue_at
from kexin.holdings.aum.breakdown import Part, figures_split
from kexin.holdings.aum.entered import VIEW_TARGETS, averages_by_post, targets
from kexin.holdings.aum.eras import ONE, last_day, month_of
from kexin.holdings.aum.queries import Figures, figures_of, flows_of, latest_figures_day
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.maturities.queries import MaturitySum, maturity_totals
from kexin.people.models import OrgUnit
from kexin.people.queries import post_labels, units_counted, units_in_reach

VIEW_BOARD = "desk.view_board"
COURSE_DAYS = 30
_AVERAGE = str(TargetMeasure.AUM_AVERAGE)


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
    average: Decimal | None = None  # 月日均 so far and its target, of a post
    target: Decimal | None = None

    @property
    def reached(self) -> int | None:
        """Per cent of the target."""
        return int(self.average * 100 / self.target) if self.target and self.average is not None else None


@dataclass(frozen=True, slots=True)
class Flows:
    """Money in and out over a span."""

    inflow: Decimal
    outflow: Decimal

    @property
    def net(self) -> Decimal:
        """In less out."""
        return self.inflow - self.outflow


@dataclass(frozen=True, slots=True)
class Board:
    """What a unit looks at in the morning. ``day`` is the last evening known; every figure is of that evening.

    Work is of now, maturities are of this week (Monday to Sunday) and this month by the business date.
    """

    unit: OrgUnit | None  # None: what one's own posts are credited with
    day: dt.date
    now: Figures
    against: dict[str, dict[str, Against]]  # measure, then yesterday, month, year
    tiers: dict[str, dict[str, int]]  # tier, then how many more than yesterday, month, year
    flows: dict[str, Flows]  # since the month, the year began
    course: list[tuple[dt.date, Decimal]]
    lines: list[BoardLine]
    overdue: dict[str, Overdue]  # now, yesterday, month, year
    maturing: dict[str, MaturitySum]  # week, month
    matured: dict[str, dict[str, Against]]  # week, month; against those of yesterday, of the month's, the year's eve
    bases: dict[str, dt.date]
    merged: list[OrgUnit] = field(default_factory=list)  # counted here though they stood elsewhere

    @property
    def flow_month(self) -> Decimal:
        """Net flow since the month began."""
        return self.flows["month"].net


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
    computed. Seventeen reads at most, of units' rows and not of posts' or customers'."""
    if unit is not None and unit.pk not in {each.pk for each in boards(actor)}:
        raise NotFound
    day = latest_figures_day(actor)
    if day is None:
        return None
    bases = bases_of(day)
    found = figures_of(actor, [day, *bases.values()], unit=unit)
    now = found.get(day, Figures(day))
    compared: dict[str, dict[str, Against]] = {"aum": {}, "deposits": {}, "customers": {}}
    for name, base in bases.items():
        before = found.get(base, Figures(base))
        for measure in compared:
            compared[measure][name] = against(Decimal(getattr(now, measure)), Decimal(getattr(before, measure)))
    span = [day - dt.timedelta(days=n) for n in range(COURSE_DAYS, -1, -1)]
    course = figures_of(actor, span, unit=unit, with_tiers=False)
    counted = units_counted(unit) if unit is not None else {}
    own = None if unit is None else list(counted)
    return Board(
        unit,
        day,
        now,
        compared,
        _tiers(now, {name: found.get(base, Figures(base)) for name, base in bases.items()}),
        {name: Flows(*flows_of(actor, bases[name] + ONE, day, unit=unit)) for name in ("month", "year")},
        [(each, course[each].aum) for each in span if each in course],
        _lines(actor, figures_split(actor, [day, *bases.values()], unit), day, bases) if unit else [],
        overdue_at(bases, units=own, posts=actor.post_ids),
        *_maturing(actor, own),
        bases,
        sorted((OrgUnit.objects.filter(pk__in=counted, merged_into__isnull=False)), key=lambda each: each.path)
        if any(pk != each.pk for pk, each in counted.items())
        else [],
    )


def _tiers(now: Figures, before: dict[str, Figures]) -> dict[str, dict[str, int]]:
    codes = {*now.tiers, *(code for each in before.values() for code in each.tiers)}
    return {
        code: {name: now.tiers.get(code, 0) - each.tiers.get(code, 0) for name, each in before.items()}
        for code in codes
    }


def spans_of(today: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """This week from Monday to Sunday and this month, whole."""
    monday = today - dt.timedelta(days=today.weekday())
    return {"week": (monday, monday + dt.timedelta(days=6)), "month": (today.replace(day=1), last_day(today))}


def _maturing(actor: Actor, units: list[int] | None) -> tuple[dict[str, MaturitySum], dict[str, dict[str, Against]]]:
    """What is paid out this week and month; and against the week and month in which each day to compare with lay."""
    today = business_date()
    days = {"now": today, **bases_of(today)}
    spans = [(name, length, span) for name, day in days.items() for length, span in spans_of(day).items()]
    sums = maturity_totals(actor, [span for _name, _length, span in spans], units, actor.post_ids)
    found = {(name, length): each for (name, length, _span), each in zip(spans, sums, strict=True)}
    lengths = tuple(spans_of(today))
    return (
        {length: found["now", length] for length in lengths},
        {
            length: {
                name: against(found["now", length].amount, found[name, length].amount) for name in days if name != "now"
            }
            for length in lengths
        },
    )


def _lines(actor: Actor, parts: list[Part], day: dt.date, bases: dict[str, dt.date]) -> list[BoardLine]:
    posts = [part.post_id for part in parts if part.post_id]
    labels, month = post_labels(posts), month_of(day)
    averages = averages_by_post(posts, {month})
    goals = _goals(actor, posts, month)
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
                averages.get((part.post_id, month, _AVERAGE)) if part.post_id else None,
                goals.get(part.post_id) if part.post_id else None,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-line.now.aum, line.label))


def _goals(actor: Actor, posts: list[int], month: dt.date) -> dict[int, Decimal]:
    """Targets of the monthly average, where the actor may see targets."""
    if not posts or not actor.may(VIEW_TARGETS):
        return {}
    rows = targets(actor, month).filter(post_id__in=posts, measure=_AVERAGE).order_by()
    return dict(rows.values_list("post_id", "amount"))
