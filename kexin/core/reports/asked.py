"""What a report asks for: its dataset, rows, column, measures, period and filters; stored and passed on as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation, type_text
from kexin.core.reports.fields import Dataset, Figure, dataset_of

MOST_ROWS, MOST_MEASURES, MOST_VALUES = 2, 4, 50
_ONE = dt.timedelta(days=1)


class Period(TextChoices):
    """Periods that move with the day on which a report is read."""

    ALL = "all", _("Any time")
    THIS_MONTH = "this_month", _("This month")
    LAST_MONTH = "last_month", _("Last month")
    THIS_YEAR = "this_year", _("This year")
    LAST_12 = "last_12_months", _("The last 12 months")
    NEXT_3 = "next_3_months", _("This month and the two after it")
    NEXT_12 = "next_12_months", _("This month and the eleven after it")
    BETWEEN = "between", _("Between two days")


class Aggregate(TextChoices):
    """What is made of a figure."""

    SUM = "sum", pgettext_lazy("report", "Total")
    AVERAGE = "average", pgettext_lazy("report", "Average")
    SHARE = "share", pgettext_lazy("report", "Share in %")


class ChartKind(TextChoices):
    """How a report is drawn."""

    NONE = "none", pgettext_lazy("chart", "None")
    BAR = "bar", _("Bars")
    STACKED = "stacked", _("Stacked bars")
    LINE = "line", _("Lines")


class RowOrder(TextChoices):
    """In which order its lines stand."""

    NAME = "name", _("By name or time")
    VALUE = "value", _("Largest first")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: how many rows (``figure`` None), or an aggregate of a figure. ``code`` is how it is stored."""

    code: str
    aggregate: str
    figure: Figure | None
    label: type_text
    unit: type_text

    @property
    def kind(self) -> str:
        """``count``, ``percent``, ``money`` or ``number``: how it is written."""
        if self.aggregate == Aggregate.SHARE:
            return "percent"
        if self.figure is None:
            return "count"
        return "money" if self.figure.unit else "number"


def measures_of(dataset: Dataset) -> list[Measure]:
    """Everything that can be measured in a dataset."""
    counted = dataset.counted
    found = [
        Measure("count", "count", None, counted, ""),
        Measure("share", Aggregate.SHARE, None, _worded(counted, Aggregate.SHARE), "%"),
    ]
    for figure in dataset.figures:
        for aggregate in Aggregate:
            unit = "%" if aggregate == Aggregate.SHARE else figure.unit
            words = _worded(figure.label, aggregate)
            found.append(Measure(f"{aggregate.value}:{figure.code}", aggregate, figure, words, unit))
    return found


def _worded(label: type_text, aggregate: Aggregate) -> str:
    return f"{label} · {aggregate.label}"


def _months_on(day: dt.date, count: int) -> dt.date:
    """The first day of the month ``count`` months after that of ``day``."""
    number = day.year * 12 + day.month - 1 + count
    return dt.date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A report as somebody put it together. Empty ``column``: no columns; ``first`` and ``last`` only for *between*."""

    dataset: str
    rows: tuple[str, ...] = ()
    column: str = ""
    measures: tuple[str, ...] = ("count",)
    period: str = Period.ALL
    first: dt.date | None = None
    last: dt.date | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chart: str = ChartKind.BAR
    order: str = RowOrder.NAME

    def as_json(self) -> dict[str, Any]:
        """As stored."""
        return {
            "dataset": self.dataset,
            "rows": list(self.rows),
            "column": self.column,
            "measures": list(self.measures),
            "period": str(self.period),
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "filters": {name: list(values) for name, values in self.filters.items() if values},
            "chart": str(self.chart),
            "order": str(self.order),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ReportAsked:
        """As stored; what a release no longer knows is found by :func:`checked`."""
        first, last = stored.get("first"), stored.get("last")
        return cls(
            dataset=str(stored.get("dataset", "")),
            rows=tuple(stored.get("rows", ())),
            column=str(stored.get("column", "")),
            measures=tuple(stored.get("measures", ("count",))),
            period=str(stored.get("period", Period.ALL)),
            first=dt.date.fromisoformat(first) if first else None,
            last=dt.date.fromisoformat(last) if last else None,
            filters={name: tuple(values) for name, values in stored.get("filters", {}).items()},
            chart=str(stored.get("chart", ChartKind.BAR)),
            order=str(stored.get("order", RowOrder.NAME)),
        )

    def span(self, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """The first and last day of the period, as read on a day; None where it is open."""
        match self.period:
            case Period.THIS_MONTH:
                return today.replace(day=1), _months_on(today, 1) - _ONE
            case Period.LAST_MONTH:
                return _months_on(today, -1), today.replace(day=1) - _ONE
            case Period.THIS_YEAR:
                return today.replace(month=1, day=1), today.replace(month=12, day=31)
            case Period.LAST_12:
                return _months_on(today, -11), _months_on(today, 1) - _ONE
            case Period.NEXT_3:
                return today.replace(day=1), _months_on(today, 3) - _ONE
            case Period.NEXT_12:
                return today.replace(day=1), _months_on(today, 12) - _ONE
            case Period.BETWEEN:
                return self.first, self.last
        return None, None


def checked(asked: ReportAsked) -> tuple[Dataset, ReportAsked]:
    """The dataset and the report, if it makes sense; else a RuleViolation with a sentence per field.

    Nothing is decided here about rights: :func:`kexin.core.reports.pivot.computed` asks for them.
    """
    dataset = dataset_of(asked.dataset)
    if dataset is None:
        raise RuleViolation(fields={"dataset": _("There is no such dataset.")})
    wrong: dict[str, type_text] = {}
    rows = tuple(dict.fromkeys(each for each in asked.rows if each))
    if not rows:
        wrong["rows"] = _("Choose what stands in the rows.")
    elif len(rows) > MOST_ROWS or len(rows) < len([each for each in asked.rows if each]):
        wrong["rows"] = _("At most two, and not the same twice.")
    if asked.column and asked.column in rows:
        wrong["column"] = _("This stands in the rows already.")
    for name, codes in (("rows", rows), ("column", (asked.column,) if asked.column else ())):
        if any(dataset.dimension(code) is None for code in codes):
            wrong[name] = _("This dataset has no such field.")
    known = {each.code for each in measures_of(dataset)}
    measures = tuple(dict.fromkeys(asked.measures))
    if not measures or not set(measures) <= known:
        wrong["measures"] = _("Choose what is measured.")
    elif len(measures) > MOST_MEASURES:
        wrong["measures"] = _("At most four measures.")
    wrong |= _wrong_period(dataset, asked) | _wrong_filters(dataset, asked)
    if asked.chart not in ChartKind.values:
        wrong["chart"] = _("There is no such chart.")
    if asked.order not in RowOrder.values:
        wrong["order"] = _("There is no such order.")
    if wrong:
        raise RuleViolation(fields=wrong)
    return dataset, replace(asked, rows=rows, measures=measures)


def _wrong_period(dataset: Dataset, asked: ReportAsked) -> dict[str, type_text]:
    if asked.period not in Period.values:
        return {"period": _("There is no such period.")}
    if asked.period != Period.ALL and not dataset.period:
        return {"period": _("These rows have no date: they stand as they are today.")}
    if asked.period == Period.BETWEEN:
        if asked.first is None and asked.last is None:
            return {"first": _("Say from or until which day.")}
        if asked.first and asked.last and asked.first > asked.last:
            return {"last": _("The last day lies before the first.")}
    return {}


def _wrong_filters(dataset: Dataset, asked: ReportAsked) -> dict[str, type_text]:
    wrong: dict[str, type_text] = {}
    for name, values in asked.filters.items():
        dimension = dataset.dimension(name)
        if dimension is None or dimension.narrow is None:
            wrong["filters"] = _("This dataset has no such field.")
        elif len(values) > MOST_VALUES:
            wrong["filters"] = _("At most %(most)s values of one field.") % {"most": MOST_VALUES}
    return wrong


def rights_needed(dataset: Dataset, asked: ReportAsked) -> list[str]:
    """The rights that a checked report asks for: the dataset's first."""
    used = [dataset.dimension(code) for code in (*asked.rows, asked.column, *asked.filters) if code]
    found = {each.code: each.figure for each in measures_of(dataset) if each.code in asked.measures}
    rights = [dataset.right, *(each.right for each in used if each), *(each.right for each in found.values() if each)]
    return [each for each in dict.fromkeys(rights) if each]


def open_to(actor: Actor, dataset: Dataset) -> bool:
    """May the actor see rows of this dataset at all?"""
    return actor.may(dataset.right)
