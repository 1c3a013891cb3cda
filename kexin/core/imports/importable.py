"""What can be imported: floors declare fields and a loader; profiles and the wizard refer to them by code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from django.utils.module_loading import autodiscover_modules

from kexin.core.actor import Actor
from kexin.core.errors import type_text

if TYPE_CHECKING:
    import pyarrow as pa  # heavy: only a load needs it, and it is no part of a start

Kind = Literal["text", "choice", "date", "decimal", "integer", "boolean", "reference"]
EARLIEST, LATEST = dt.date(1850, 1, 1), dt.date(2199, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One target field. ``reference`` fields carry the other record's number in the same source.

    ``mask`` shows a rejected value without giving it away; a field without one is not personal. ``default`` stands
    where the profile maps no column or the value is blank. ``labels`` gives the words of the choices where these are
    no vocabulary of ours.
    """

    name: str
    label: type_text
    kind: Kind = "text"
    required: bool = False
    max_length: int = 0
    choices: tuple[str, ...] = ()
    labels: Callable[[], Mapping[str, str]] | None = None
    default: Any = None
    mask: Callable[[object], str] | None = None
    minimum: Decimal | int | dt.date | None = None
    maximum: Decimal | int | dt.date | None = None
    decimals: int = 2
    refers_to: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refused row, or (``whole_row`` false) a refused value of a row that went in."""

    line: int
    column: str
    value: str
    reason: str
    whole_row: bool = True


@dataclass(slots=True)
class Outcome:
    """What became of a batch. Rows = created + updated + unchanged + rows refused whole."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def refuse(self, line: int, column: str, value: str, reason: str) -> None:
        self.rejected.append(Rejection(line, column, value, reason))


@dataclass(slots=True)
class Load:
    """What a loader may know of the load it serves. ``scratch`` lives as long as the load of one file."""

    source: str
    business_date: dt.date
    actor: Actor
    dry_run: bool
    run_id: int
    options: dict[str, Any]
    workers: Any = None
    scratch: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Checked rows: one typed column per mapped field, and ``_line``, the line in the file."""

    table: pa.Table
    fields: frozenset[str]
    load: Load

    @property
    def rows(self) -> int:
        return self.table.num_rows

    def column(self, name: str) -> list[Any]:
        """The values of a field, None throughout where the profile does not map it."""
        if name in self.table.column_names:
            return self.table.column(name).to_pylist()
        return [None] * self.rows


Loader = Callable[[Batch], Outcome]
Closing = Callable[[Load, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importable:
    """A kind of record that files can feed.

    ``load`` runs inside the batch's transaction. ``before_file`` may note in the mark what stands. ``after_file`` runs
    when a file is through, in transactions of its own, may be repeated, and gives what the report shall say.
    ``on_finish`` runs inside the operation that ends the load.
    """

    code: str
    label: type_text
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    load: Loader
    batch_rows: int = 50_000
    one_row_per_key: bool = True  # False: a file may be so long that its keys are not held against each other
    before_file: Callable[[Load, dict[str, Any]], None] | None = None
    after_file: Closing | None = None
    on_finish: Callable[[Load], None] | None = None

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


_importables: dict[str, Importable] = {}


def register(*found: Importable) -> None:
    """A floor declares importables (in its module ``importing``)."""
    for each in found:
        _importables[each.code] = each


@cache
def _discover() -> None:
    autodiscover_modules("importing")


def importables() -> dict[str, Importable]:
    """All importables by code."""
    _discover()
    return dict(sorted(_importables.items()))


def required_missing(importable: Importable, mapped: Iterable[str]) -> list[str]:
    """Fields that need a column and have none."""
    known = set(mapped)
    return [
        each.name for each in importable.fields if each.required and each.default is None and each.name not in known
    ]
