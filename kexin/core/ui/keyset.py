"""Paging by key instead of by offset: page 10,000 costs what page 1 costs.

A page is asked for by a *cursor*: the sort values of the row it follows (or precedes), signed so that nobody
can write one by hand. Rows whose sort value is NULL come last, whichever way the list is sorted: they are read
as a second segment, so one plain index `(scope, sort column, id)` serves both directions (`DESC NULLS LAST`
would need its own).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Generic, Literal, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, CompositePrimaryKey, Expression, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP

Direction = Literal["asc", "desc"]
Order = Sequence[tuple[str, Direction]]
M = TypeVar("M", bound=Model)

DEFAULT_SIZE = 50
LARGEST_SIZE = 200
COUNT_LIMIT = 1000


class RowComparison(Func):
    """`(a, b) > (x, y)`: PostgreSQL answers it from an index on (a, b), unlike the spelled-out OR."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[Any], operator: str, values: Sequence[Any]) -> None:
        if operator not in {"<", ">"} or len(columns) != len(values):
            raise ValueError("compare rows of equal length by < or >")
        self.operator = operator
        super().__init__(*columns, *values)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts = [compiler.compile(source) for source in self.get_source_expressions()]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        return f"({left}) {self.operator} ({right})", [p for _, params in parts for p in params]


@dataclass(frozen=True)
class Count:
    """A number of rows that stops at a limit; `capped` means "this many or more"."""

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


def count_capped(queryset: QuerySet[Any], limit: int = COUNT_LIMIT) -> Count:
    """Count at most `limit` rows; a list never pays for counting a whole table."""
    number = queryset.order_by().values("pk")[: limit + 1].count()
    return Count(min(number, limit), number > limit)


def _signer() -> signing.Signer:
    return signing.Signer(salt="kexin.core.ui.keyset")


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after (`next`) or before (`prev`) the row with these sort values.

    `before` is how many rows stand before that page's first row, counted on the way, only to show "51–100".
    """

    way: Literal["next", "prev"]
    order: str
    values: tuple[Any, ...]
    before: int

    def __str__(self) -> str:
        body = json.dumps([self.way[0], self.order, list(self.values), self.before], separators=(",", ":"))
        return _signer().sign(base64.urlsafe_b64encode(body.encode()).decode().rstrip("="))

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor in `text`, or None when it is old or forged (the list then starts at its first page)."""
        try:
            body = _signer().unsign(text)
            way, order, values, before = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            return cls("next" if way == "n" else "prev", order, tuple(values), int(before))
        except (signing.BadSignature, ValueError, TypeError):
            return None


class KeysetPage(Generic[M]):
    """One page of a queryset in a total order; reads `size + 1` rows (a second query only where NULLs begin).

    `order` is sort columns with directions; the primary key is appended where it is missing. Only the first
    column may be nullable. A cursor made for another order is ignored.

    ``fetch``: the rows with all that is shown of them, where ``queryset`` finds and orders many by some other way than
    the index of the order: then only the page's own rows are joined with others. No annotation may be in the order.
    """

    def __init__(
        self,
        queryset: QuerySet[M],
        order: Order = (),
        cursor: str = "",
        size: int = DEFAULT_SIZE,
        fetch: QuerySet[M] | None = None,
    ) -> None:
        self.queryset = queryset
        self.fetch = fetch
        self.order = self._total(order)
        self.size = max(1, min(size, LARGEST_SIZE))
        self._fields = [self._field(name) for name, _ in self.order]
        self._nullable = self._fields[0] is None or bool(getattr(self._fields[0], "null", False))
        self._fingerprint = ",".join(("-" if way == "desc" else "") + name for name, way in self.order)
        given = self._accept(Cursor.read(cursor) if cursor else None)
        self.rows: list[M] = self._read(given)
        if given and given.way == "prev" and (not self._more or len(self.rows) < self.size):
            given = None  # the beginning was reached: show a whole first page
            self.rows = self._read(None)
        self.has_next = self._more if given is None or given.way == "next" else True
        self.has_previous = given is not None
        self.before = 0 if given is None else given.before

    def __iter__(self) -> Iterator[M]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first_number(self) -> int:
        return self.before + 1 if self.rows else 0

    @property
    def last_number(self) -> int:
        return self.before + len(self.rows)

    @property
    def next_cursor(self) -> str:
        """The cursor of the page behind this one, empty when there is none."""
        return self._cursor_at("next", self.rows[-1], self.last_number) if self.has_next and self.rows else ""

    @property
    def previous_cursor(self) -> str:
        """The cursor of the page before this one, empty when there is none."""
        if not self.has_previous or not self.rows:
            return ""
        return self._cursor_at("prev", self.rows[0], max(0, self.before - self.size))

    def _total(self, order: Order) -> list[tuple[str, Direction]]:
        columns = list(order)
        if columns and isinstance(self.queryset.model._meta.pk, CompositePrimaryKey):
            return columns  # a partitioned table has no single key: its caller names a total order
        key = self.queryset.model._meta.pk.name
        if not any(name in {"pk", key} for name, _ in columns):
            columns.append(("pk", columns[-1][1] if columns else "asc"))  # "party" would give the party, not its key
        return columns

    def _field(self, name: str) -> Field[Any, Any] | None:
        """The model field behind an order name; None for an annotation, which may then be NULL."""
        if name in self.queryset.query.annotations:
            return None
        meta: Any = self.queryset.model._meta
        field: Any = None
        for part in name.split(LOOKUP_SEP):
            try:
                field = meta.pk if part == "pk" else meta.get_field(part)
            except FieldDoesNotExist:
                return None
            if getattr(field, "related_model", None):
                meta = field.related_model._meta
        return field

    def _converter(self, position: int) -> Field[Any, Any] | None:
        field = self._fields[position]
        if field is None:
            annotation = self.queryset.query.annotations.get(self.order[position][0])
            field = getattr(annotation, "output_field", None)
        return getattr(field, "target_field", field)

    def _accept(self, cursor: Cursor | None) -> Cursor | None:
        if cursor is None or cursor.order != self._fingerprint or len(cursor.values) != len(self.order):
            return None
        values = []
        for position, value in enumerate(cursor.values):
            field = self._converter(position)
            try:
                values.append(field.to_python(value) if field is not None else value)
            except ValidationError:
                return None
        return Cursor(cursor.way, cursor.order, tuple(values), cursor.before)

    def _cursor_at(self, way: Literal["next", "prev"], row: M, before: int) -> str:
        values = tuple(_plain(_look_up(row, name)) for name, _ in self.order)
        return str(Cursor(way, self._fingerprint, values, before))

    def _read(self, cursor: Cursor | None) -> list[M]:
        backwards = cursor is not None and cursor.way == "prev"
        segments: list[bool | None] = [False, True] if self._nullable else [None]  # is the first column NULL?
        if backwards:
            segments.reverse()
        if cursor is not None and self._nullable:
            segments = segments[segments.index(cursor.values[0] is None) :]
        rows: list[M] = []
        for number, null in enumerate(segments):
            start = cursor if number == 0 else None
            rows += self._taken(self._segment(null, start, backwards), self.size + 1 - len(rows))
            if len(rows) > self.size:
                break
        self._more = len(rows) > self.size
        rows = rows[: self.size]
        return rows[::-1] if backwards else rows

    def _taken(self, segment: QuerySet[M], count: int) -> QuerySet[M]:
        if self.fetch is None:
            return segment[:count]
        keys = segment.select_related(None).values("pk")[:count]
        return self.fetch.filter(pk__in=keys).order_by(*segment.query.order_by)

    def _segment(self, null: bool | None, cursor: Cursor | None, backwards: bool) -> QuerySet[M]:
        name = self.order[0][0]
        queryset = self.queryset if null is None else self.queryset.filter(**{f"{name}__isnull": null})
        skip = 1 if null else 0
        order = [(n, _turn(way) if backwards else way) for n, way in self.order[skip:]]
        if cursor is not None:
            values = [
                Value(value, output_field=self._converter(position + skip))
                for position, value in enumerate(cursor.values[skip:])
            ]
            queryset = queryset.filter(_beyond(order, values))
        return queryset.order_by(*(F(n).asc() if way == "asc" else F(n).desc() for n, way in order))


def neighbours(queryset: QuerySet[M], order: Order, row: M) -> tuple[M | None, M | None]:
    """The rows just before and just after ``row`` in this order; None at an end. Two short reads."""
    blank = KeysetPage(queryset.none(), order)
    before = KeysetPage(queryset, order, blank._cursor_at("prev", row, 0), 1).rows
    after = KeysetPage(queryset, order, blank._cursor_at("next", row, 0), 1).rows
    return (before[0] if before else None), (after[0] if after else None)


def _turn(way: Direction) -> Direction:
    return "desc" if way == "asc" else "asc"


def _look_up(row: object, name: str) -> Any:
    for part in name.split(LOOKUP_SEP):
        row = getattr(row, part)
    return row


def _plain(value: Any) -> Any:
    """A sort value as JSON can carry it; the field's `to_python` reads it back."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value)


def _beyond(order: Sequence[tuple[str, Direction]], values: Sequence[Value]) -> Expression | Q:
    """The condition "behind this row": one row comparison where all directions agree, else spelled out."""
    ways = {way for _, way in order}
    if len(ways) == 1:
        return RowComparison([F(name) for name, _ in order], ">" if ways == {"asc"} else "<", values)
    condition: Q | None = None
    for (name, way), value in reversed(list(zip(order, values, strict=True))):
        further = Q(**{f"{name}__{'gt' if way == 'asc' else 'lt'}": value})
        condition = further if condition is None else further | (Q(**{name: value}) & condition)
    assert condition is not None
    name, way = order[0]
    start = Q(**{f"{name}__{'gte' if way == 'asc' else 'lte'}": values[0]})  # lets the index begin there
    return start & condition
