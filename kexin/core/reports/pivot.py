"""A report computed for one reader: groups by the ORM, then a table of rows and columns with its totals.

Every cell keeps its parts (how many rows, the sum and the number of values of each figure), so that totals and
averages of totals are exact: an average of averages is never taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Max, Sum
from django.utils.translation import gettext_lazy as _
from psycopg import errors

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation, type_text
from kexin.core.reports.asked import Aggregate, Measure, ReportAsked, RowOrder, checked, measures_of, rights_needed
from kexin.core.reports.fields import Dataset, Dimension, Figure, Params

Key = tuple[Any, ...]
Parts = dict[str, Any]
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the database may take (seconds) and how many cells and columns come at most: a policy says it."""

    seconds: int
    cells: int
    columns: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column: its keys, and the words of each."""

    key: Key
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pivot:
    """A computed report. A value is None where there is nothing to say; totals are None where adding up means nothing.

    ``left_out`` tells per figure and reason how many rows had no value. ``as_of`` is the key of the one snapshot that
    was taken because the report does not divide by it.
    """

    dataset: Dataset
    asked: ReportAsked
    first: dt.date | None
    last: dt.date | None
    row_dimensions: tuple[Dimension, ...]
    column_dimension: Dimension | None
    measures: tuple[Measure, ...]
    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    cells: Mapping[tuple[Key, Key], tuple[Decimal | int | None, ...]]
    row_totals: Mapping[Key, tuple[Decimal | int | None, ...]] | None
    column_totals: Mapping[Key, tuple[Decimal | int | None, ...]] | None
    total: tuple[Decimal | int | None, ...] | None
    counted: int
    left_out: tuple[tuple[type_text, type_text, int], ...]
    as_of: str = ""

    def link(self, row: Key, column: Key) -> str:
        """The address of the list that shows the rows of a cell; empty where no list can."""
        if self.dataset.list_url is None:
            return ""
        params: dict[str, str] = {}
        pairs = [*zip(self.row_dimensions, row, strict=True)]
        if self.column_dimension is not None:
            pairs += zip((self.column_dimension,), column, strict=True)
        for code, values in self.asked.filters.items():
            dimension = self.dataset.dimension(code)
            if values and dimension is not None and dimension not in [each for each, _key in pairs]:
                if len(values) > 1:
                    return ""
                pairs.append((dimension, values[0]))
        first, last = self.first, self.last
        for dimension, key in pairs:
            if dimension.month_of:
                if key is None or dimension.month_of != self.dataset.period:
                    return ""
                end = (key + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
                first, last = max(key, first or key), min(end, last or end)
                continue
            found: Params | None = dimension.listed(key)
            if found is None:
                return ""
            params |= found
        return self.dataset.list_url(params, first, last)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Statements within this block may take so long in the database; else a RuleViolation, nothing half done."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (before,) = cursor.fetchone()
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.QueryCanceled):
            raise
        raise RuleViolation(
            _("This takes longer than %(seconds)s seconds: choose a shorter period or a filter.") % {"seconds": seconds}
        ) from error


def computed(actor: Actor, asked: ReportAsked, limits: Limits) -> Pivot:
    """Compute a report with the rights and reach of ``actor``, whoever made it.

    Raises NotPermitted where a right is missing, RuleViolation where the report makes no sense, takes too long or
    would have too many cells. One read for the groups, one more for the day of a snapshot, then those of the names.
    """
    dataset, asked = checked(asked)
    rights = rights_needed(dataset, asked)
    for right in rights:
        if not actor.may(right):
            raise actor.refusal(right)
    first, last = asked.span(business_date())
    dimensions = [_dimension(dataset, code) for code in asked.rows]
    column = _dimension(dataset, asked.column) if asked.column else None
    by_code = {each.code: each for each in measures_of(dataset)}
    measures = tuple(by_code[code] for code in asked.measures)
    figures = {each.figure.code: each.figure for each in measures if each.figure is not None}
    with at_most(limits.seconds):
        rows = _narrowed(actor, dataset, rights, asked, first, last)
        as_of = ""
        if dataset.snapshot and dataset.snapshot not in (*asked.rows, asked.column):
            rows, as_of = _latest(rows, _dimension(dataset, dataset.snapshot))
        groups = _groups(rows, [*dimensions, *([column] if column else [])], figures, limits)
    act = frame.current.get()
    if act is not None:
        act.notes |= {
            "dataset": dataset.code, "by": [*asked.rows, *([asked.column] if asked.column else [])],
            "measures": list(asked.measures), "filters": sorted(asked.filters), "lines": len(groups),
        }  # fmt: skip
    return _table(dataset, asked, (first, last), tuple(dimensions), column, measures, figures, groups, as_of, limits)


def _dimension(dataset: Dataset, code: str) -> Dimension:
    found = dataset.dimension(code)
    assert found is not None  # checked before
    return found


def _narrowed(
    actor: Actor,
    dataset: Dataset,
    rights: Sequence[str],
    asked: ReportAsked,
    first: dt.date | None,
    last: dt.date | None,
) -> Any:
    """The rows within reach of every right asked for, of the period, through the filters."""
    rows = dataset.rows(actor, dataset.right)
    for right in rights[1:]:
        if actor.grants_for(right) != actor.grants_for(dataset.right):
            rows = rows.filter(pk__in=dataset.rows(actor, right).order_by().values("pk"))
    if dataset.period and first is not None:
        rows = rows.filter(**{f"{dataset.period}__gte": _begin(first) if dataset.moments else first})
    if dataset.period and last is not None:
        after = last + dt.timedelta(days=1)
        rows = rows.filter(**{f"{dataset.period}__lt": _begin(after) if dataset.moments else after})
    for code, values in asked.filters.items():
        narrow = _dimension(dataset, code).narrow
        if values and narrow is not None:
            rows = rows.filter(narrow(values))
    return rows


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone())


def _latest(rows: Any, snapshot: Dimension) -> tuple[Any, str]:
    """Only the last snapshot there is, and how it is called."""
    rows = rows.annotate(snapshot_key=snapshot.expression())
    key = rows.order_by().aggregate(last=Max("snapshot_key"))["last"]
    if key is None:
        return rows.none(), ""
    return rows.filter(snapshot_key=key), str(snapshot.names([key]).get(key, key))


def _groups(rows: Any, dimensions: Sequence[Dimension], figures: Mapping[str, Figure], limits: Limits) -> list[Parts]:
    today = business_date()
    keys = {f"key_{number}": each.expression() for number, each in enumerate(dimensions)}
    parts: dict[str, Any] = {"rows": Count("*")}
    for code, figure in figures.items():
        expression = figure.expression(today)
        parts |= {f"sum_{code}": Sum(expression), f"n_{code}": Count(expression)}
    found = list(rows.order_by().values(**keys).annotate(**parts)[: limits.cells + 1])
    if len(found) > limits.cells:
        raise RuleViolation(
            _("This report has more than %(most)s cells: choose fewer fields or a filter.") % {"most": limits.cells}
        )
    return found


class _Sums:
    """Parts added up under a key."""

    def __init__(self) -> None:
        self.known: dict[Any, Parts] = {}

    def add(self, key: Any, parts: Parts) -> None:
        kept = self.known.setdefault(key, {})
        for name, value in parts.items():
            if not name.startswith("key_") and value is not None:
                kept[name] = kept.get(name, 0) + value


def _table(
    dataset: Dataset,
    asked: ReportAsked,
    span: tuple[dt.date | None, dt.date | None],
    dimensions: tuple[Dimension, ...],
    column: Dimension | None,
    measures: tuple[Measure, ...],
    figures: Mapping[str, Figure],
    groups: list[Parts],
    as_of: str,
    limits: Limits,
) -> Pivot:
    cells, by_row, by_column, by_snapshot, whole = _Sums(), _Sums(), _Sums(), _Sums(), _Sums()
    width = len(dimensions)
    codes = [*asked.rows, *([asked.column] if asked.column else [])]
    at = codes.index(dataset.snapshot) if dataset.snapshot in codes else None

    def snapshot(row: Key, col: Key) -> Any:
        return None if at is None else (*row, *col)[at]

    for group in groups:
        row = tuple(_empty(group[f"key_{number}"]) for number in range(width))
        col = (_empty(group[f"key_{width}"]),) if column is not None else ()
        cells.add((row, col), group)
        by_row.add(row, group)
        by_column.add(col, group)
        by_snapshot.add(snapshot(row, col), group)
        whole.add(None, group)

    def values(parts: Parts, base: Parts) -> tuple[Decimal | int | None, ...]:
        return tuple(_value(each, parts, base) for each in measures)

    total = whole.known.get(None, {"rows": 0})
    columns = _lines(by_column, (column,) if column else (), RowOrder.NAME, measures)
    if len(columns) > limits.columns:
        raise RuleViolation(
            fields={"column": _("More than %(most)s columns: put it into the rows.") % {"most": limits.columns}}
        )
    in_rows, in_column = at is not None and at < width, at is not None and at >= width
    return Pivot(
        dataset=dataset,
        asked=asked,
        first=span[0],
        last=span[1],
        row_dimensions=dimensions,
        column_dimension=column,
        measures=measures,
        rows=_lines(by_row, dimensions, asked.order, measures),
        columns=columns,
        cells={
            (row, col): values(parts, by_snapshot.known[snapshot(row, col)])
            for (row, col), parts in cells.known.items()
        },
        row_totals=None
        if in_column or column is None
        else {row: values(parts, by_snapshot.known[snapshot(row, ())]) for row, parts in by_row.known.items()},
        column_totals=None
        if in_rows
        else {
            col: values(parts, by_snapshot.known[col[0] if in_column else None])
            for col, parts in by_column.known.items()
        },
        total=None if at is not None else values(total, total),
        counted=int(total["rows"]),
        left_out=tuple(
            (figure.label, figure.nulls, int(total["rows"]) - int(total.get(f"n_{code}", 0)))
            for code, figure in figures.items()
            if total["rows"] > total.get(f"n_{code}", 0)
        ),
        as_of=as_of,
    )


def _empty(key: Any) -> Any:
    """No value and an empty code are the same nothing."""
    return None if key == "" else key


def _value(measure: Measure, parts: Parts, base: Parts) -> Decimal | int | None:
    name = f"sum_{measure.figure.code}" if measure.figure else "rows"
    amount = parts.get(name)
    if measure.aggregate == Aggregate.SHARE:
        of = base.get(name)
        return (
            (Decimal(amount) * 100 / Decimal(of)).quantize(CENT, ROUND_HALF_UP) if amount is not None and of else None
        )
    if measure.figure is None:
        return int(amount or 0)
    if amount is None:
        return None
    if measure.aggregate == Aggregate.AVERAGE:
        number = parts[f"n_{measure.figure.code}"]
        return (Decimal(amount) / number).quantize(CENT, ROUND_HALF_UP) if number else None
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def _lines(sums: _Sums, dimensions: tuple[Dimension, ...], order: str, measures: Sequence[Measure]) -> tuple[Line, ...]:
    """Rows or columns with their words, in their order; nothing stands last."""
    words: list[Mapping[Any, type_text]] = []
    for number, dimension in enumerate(dimensions):
        words.append(dimension.names({key[number] for key in sums.known if key[number] is not None}))
    lines = [
        Line(
            key,
            tuple(
                str(dimension.nothing) if part is None else str(known.get(part, part))
                for dimension, part, known in zip(dimensions, key, words, strict=True)
            ),
        )
        for key in sums.known
    ]

    def by_name(line: Line) -> tuple[Any, ...]:
        return tuple(
            (part is None, dimension.order(part) if dimension.ordered and part is not None else name)
            for dimension, part, name in zip(dimensions, line.key, line.names, strict=True)
        )

    lines.sort(key=by_name)
    if order == RowOrder.VALUE and dimensions:
        figure = measures[0].figure
        part = f"sum_{figure.code}" if figure else "rows"
        leading = _Sums()  # the second field stays within the first
        for key, parts in sums.known.items():
            leading.add(key[0], parts)
        order_of = {line.key[0]: number for number, line in reversed(list(enumerate(lines)))}
        lines.sort(
            key=lambda line: (
                -Decimal(leading.known[line.key[0]].get(part) or 0),
                order_of[line.key[0]],
                -Decimal(sums.known[line.key].get(part) or 0),
            )
        )
    return tuple(lines)
