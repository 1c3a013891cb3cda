"""A computed report as a page draws it: the table with its spans, addresses and totals, and the chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from kexin.core.listing import listed
from kexin.core.reports.asked import ChartKind, Measure
from kexin.core.reports.pivot import Key, Pivot
from kexin.core.ui import numbers

MOST_POINTS, MOST_SERIES = 36, 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it is read, and the address of what stands behind it."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class RowHead:
    """A name in front of a row; ``span`` rows belong to it."""

    text: str
    span: int = 1


@dataclass(frozen=True, slots=True)
class ShownRow:
    heads: list[RowHead]
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class ShownReport:
    """What the template draws. ``groups`` are the columns' names over their measures; empty without a column."""

    pivot: Pivot
    row_labels: list[str]
    groups: list[str]
    measures: list[Measure]
    heads: list[str]
    rows: list[ShownRow]
    total: ShownRow | None
    chart: dict[str, Any] | None
    chart_cut: bool
    unit: str


def written(value: Any, measure: Measure) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    if measure.kind == "percent":
        return f"{numbers.exact(value)}%"
    whole = measure.kind == "count" or (measure.kind == "number" and value == int(value))
    return numbers.exact(value, 0 if whole else 2)


def shown_report(pivot: Pivot) -> ShownReport:
    """The report with every number written out."""
    nothing = (None,) * len(pivot.measures)
    totals = pivot.row_totals is not None
    groups = [" ".join(each.names) for each in pivot.columns] if pivot.column_dimension else []
    if groups and totals:
        groups.append(_t("Total"))
    heads = [str(each.label) for each in pivot.measures] * max(len(groups), 1)

    def cells(row: Key) -> list[Cell]:
        found = []
        for column in pivot.columns:
            url = pivot.link(row, column.key) if (row, column.key) in pivot.cells else ""
            values = pivot.cells.get((row, column.key), nothing)
            found += [Cell(written(v, m), url if v else "") for v, m in zip(values, pivot.measures, strict=True)]
        if pivot.row_totals is not None:
            found += _plain(pivot.row_totals[row], pivot.measures)
        return found

    total = None
    if pivot.column_totals is not None and len(pivot.rows) > 1:
        last: list[Cell] = []
        for column in pivot.columns:
            last += _plain(pivot.column_totals.get(column.key, nothing), pivot.measures)
        if totals:
            last += _plain(pivot.total or nothing, pivot.measures)
        total = ShownRow([RowHead(_t("Total"), len(pivot.row_dimensions))], last)
    chart, cut = _chart(pivot)
    units = {str(each.unit) for each in pivot.measures if each.kind == "money"}
    return ShownReport(
        pivot=pivot,
        row_labels=[str(each.label) for each in pivot.row_dimensions],
        groups=groups,
        measures=list(pivot.measures),
        heads=heads,
        rows=[ShownRow(_heads(pivot, number), cells(line.key)) for number, line in enumerate(pivot.rows)],
        total=total,
        chart=chart,
        chart_cut=cut,
        unit=listed(sorted(units)),
    )


def _plain(values: Any, measures: Any) -> list[Cell]:
    return [Cell(written(value, measure)) for value, measure in zip(values, measures, strict=True)]


def _heads(pivot: Pivot, number: int) -> list[RowHead]:
    """The names of a row; the first of two stands once over all that belong to it."""
    line = pivot.rows[number]
    if len(line.names) == 1:
        return [RowHead(line.names[0])]
    first = line.key[0]
    if number and pivot.rows[number - 1].key[0] == first:
        return [RowHead(line.names[1])]
    span = 1
    while number + span < len(pivot.rows) and pivot.rows[number + span].key[0] == first:
        span += 1
    return [RowHead(line.names[0], span), RowHead(line.names[1])]


def _chart(pivot: Pivot) -> tuple[dict[str, Any] | None, bool]:
    """The first measure, by rows, a series per column; only as much as can be read. True where something was cut."""
    if pivot.asked.chart == ChartKind.NONE or not pivot.rows:
        return None, False
    rows, columns = pivot.rows[:MOST_POINTS], pivot.columns[:MOST_SERIES]
    measure = pivot.measures[0]
    series = []
    for column in columns:
        values = [pivot.cells.get((row.key, column.key), (None,))[0] for row in rows]
        series.append({"name": " ".join(column.names) or str(measure.label), "data": values})
    spec = {
        "type": str(pivot.asked.chart),
        "unit": "%" if measure.kind == "percent" else "",
        "x": [" · ".join(row.names) for row in rows],
        "series": series,
    }
    if not pivot.column_dimension:
        spec["hrefs"] = [pivot.link(row.key, ()) for row in rows]
    return spec, len(rows) < len(pivot.rows) or len(columns) < len(pivot.columns)
