"""A computed report as a table that may leave: heads, lines, totals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from kexin.core.errors import type_text
from kexin.core.export import Leaving
from kexin.core.reports.pivot import Pivot


def heads(pivot: Pivot) -> list[type_text]:
    """The fields of the rows, then per column its measures, then those of the total."""
    found: list[type_text] = [each.label for each in pivot.row_dimensions]
    for column in pivot.columns:
        found += [_head(" ".join(column.names), each.label) for each in pivot.measures]
    if pivot.row_totals is not None:
        found += [_head(_t("Total"), each.label) for each in pivot.measures]
    return found


def _head(column: str, measure: type_text) -> str:
    return f"{column} · {measure}" if column else str(measure)


def lines(pivot: Pivot) -> Iterator[tuple[Any, ...]]:
    """Row by row as on the page; numbers as numbers."""
    nothing: tuple[Any, ...] = (None,) * len(pivot.measures)
    for row in pivot.rows:
        cells: list[Any] = list(row.names)
        for column in pivot.columns:
            cells += pivot.cells.get((row.key, column.key), nothing)
        if pivot.row_totals is not None:
            cells += pivot.row_totals[row.key]
        yield tuple(cells)
    if pivot.column_totals is not None and len(pivot.rows) > 1:
        cells = [_t("Total"), *[""] * (len(pivot.row_dimensions) - 1)]
        for column in pivot.columns:
            cells += pivot.column_totals.get(column.key, nothing)
        if pivot.row_totals is not None:
            cells += pivot.total or nothing
        yield tuple(cells)


def as_file(pivot: Pivot, name: str) -> Leaving:
    """The report as a file: CSV or XLSX, as every table leaves."""
    titled = heads(pivot)
    kinds = "t" * len(pivot.row_dimensions) + "m" * (len(titled) - len(pivot.row_dimensions))
    return Leaving("report", name, titled, kinds, _decimal(lines(pivot)))


def _decimal(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Counts as decimals, so that typed formats have one kind per column."""
    for row in rows:
        yield tuple(Decimal(each) if isinstance(each, int) else each for each in row)
