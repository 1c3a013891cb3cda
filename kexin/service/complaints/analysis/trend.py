"""The trend by month with control limits: of the whole, or of one value of a dimension; and which values signal now."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.complaints.analysis.asking import VIEW_FIGURES, FiguresAsked, seen_by, units_counted_for
from kexin.service.complaints.analysis.charts import Chart, u_chart
from kexin.service.complaints.analysis.denominators import PER_CUSTOMERS, customers_at
from kexin.service.complaints.analysis.facts import narrowed, units_of_region
from kexin.service.complaints.analysis.figures import BUSINESS, CAUSE, DIMENSIONS, REGION, UNIT, WHOLE, Key
from kexin.service.complaints.analysis.policies import FiguresPolicy
from kexin.service.models import Complaint

WATCHED = (BUSINESS, CAUSE)


@dataclass(frozen=True, slots=True)
class Trend:
    """Months with their customers and the chart. ``per_customers``: rates per 10 million; else plain counts, where no
    customers are known."""

    dimension: str
    key: str
    months: tuple[dt.date, ...]
    customers: tuple[int, ...]
    chart: Chart
    per_customers: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """A value whose last whole month is unlike the others."""

    dimension: str
    key: str
    month: dt.date
    count: int
    rate: float
    centre: float
    rules: tuple[str, ...]

    @property
    def above(self) -> bool:
        return self.rate > self.centre


def months_until(last: dt.date, many: int) -> tuple[dt.date, ...]:
    """The first days of so many whole months, the last of them ended by ``last``."""
    following = last + dt.timedelta(days=1)
    year, month = following.year, following.month
    found = []
    for _month in range(many):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        found.append(dt.date(year, month, 1))
    return tuple(reversed(found))


def month_end(first: dt.date) -> dt.date:
    """The last day of the month that begins on ``first``."""
    return (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def _span(asked: FiguresAsked, rules: FiguresPolicy) -> tuple[tuple[dt.date, ...], FiguresAsked, int | None]:
    """The months that are over, the period they make, how many come before the period asked for (None: all count)."""
    months = months_until(min(asked.last, business_date() - dt.timedelta(days=1)), rules.trend_months)
    earlier = sum(1 for month in months if month_end(month) < asked.first)
    base = earlier if earlier >= rules.trend_least else None
    return months, FiguresAsked(months[0], month_end(months[-1]), asked.unit_id), base


def _areas(units: Sequence[int] | None, months: Sequence[dt.date]) -> tuple[list[int], list[float], bool]:
    customers = customers_at(units, [month_end(month) for month in months])
    if any(customers):
        return customers, [each / PER_CUSTOMERS for each in customers], True
    return customers, [1.0] * len(months), False


def _begun(counts: Sequence[int]) -> int:
    """How many months lie before the first case ever seen: nothing was counted then, and nothing is usual about it."""
    return next((place for place, count in enumerate(counts) if count), len(counts))


def _by_month(rows: QuerySet[Complaint]) -> Any:
    return rows.filter(joined_into=None).order_by().annotate(month=TruncMonth("opened_at", tzinfo=zone()))


def _units_of(dimension: str, key: str, units: list[int] | None) -> list[int] | None:
    if dimension not in (REGION, UNIT):
        return units
    number = int(key) if key.isdigit() else 0
    wanted = {number} if dimension == UNIT else set(units_of_region(number))
    return sorted(wanted if units is None else wanted & set(units))


@query(VIEW_FIGURES, label=_("See figures of complaints"), plain=("asked", "dimension", "key"))
def complaint_trend(actor: Actor, asked: FiguresAsked, dimension: str = WHOLE, key: str = "") -> Trend:
    """Month by month up to the end of the period. NotFound for a unit outside the reach."""
    if dimension not in DIMENSIONS:
        raise RuleViolation(fields={"by": _("Choose one of the list.")})
    rules, units = in_force(FiguresPolicy), units_counted_for(actor, asked.unit_id)
    months, whole, base = _span(asked, rules)
    rows = _by_month(narrowed(seen_by(actor, whole, units), dimension, key))
    found = {month.date(): count for month, count in rows.values_list("month").annotate(Count("pk"))}
    counts = [found.get(month, 0) for month in months]
    customers, areas, per_customers = _areas(_units_of(dimension, key, units), months)
    begun = _begun(counts)
    if base is not None and base - begun < rules.trend_least:
        base = None
    chart = u_chart(counts[begun:], areas[begun:], rules.chart_rules(), None if base is None else base - begun)
    return Trend(dimension, key, months[begun:], tuple(customers[begun:]), chart, per_customers)


@query(VIEW_FIGURES, label=_("See figures of complaints"), plain=("asked",))
def complaint_signals(actor: Actor, asked: FiguresAsked) -> list[Signal]:
    """Businesses and causes whose last whole month is a signal, what rose before what fell. Four reads."""
    rules, units = in_force(FiguresPolicy), units_counted_for(actor, asked.unit_id)
    months, whole, base = _span(asked, rules)
    counts: dict[Key, Counter[dt.date]] = {}
    every: Counter[dt.date] = Counter()
    grouped = _by_month(seen_by(actor, whole, units)).values_list("month", "business", "causes").annotate(Count("pk"))
    for month, business, causes, count in grouped:
        every[month.date()] += count
        for place in {(BUSINESS, business), *((CAUSE, cause) for cause in causes)}:
            counts.setdefault(place, Counter())[month.date()] += count
    _customers, areas, _per = _areas(units, months)
    begun = _begun([every[month] for month in months])
    if base is not None:
        base = base - begun if base - begun >= rules.trend_least else None
    found = []
    for (dimension, key), by_month in sorted(counts.items()):
        if not key:
            continue
        chart = u_chart([by_month[each] for each in months[begun:]], areas[begun:], rules.chart_rules(), base)
        last = chart.points[-1]
        if last.signals and last.rate is not None and chart.centre is not None:
            found.append(Signal(dimension, key, months[-1], last.count, last.rate, chart.centre, last.signals))
    return sorted(found, key=lambda each: (not each.above, each.dimension, -each.rate / each.centre))
