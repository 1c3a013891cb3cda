"""Reading CSV, XLSX and Parquet as a stream of text columns with their line numbers. Nothing is read whole.

Every source is looked through once before anything is written (:func:`examine`): size, encoding, heading, quotation
marks. What a file is unfit for is then known while nothing has been touched. Structural faults of single rows are
rejections of those rows alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from kexin.core.imports.importable import Rejection
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.reasons import BadFile

if TYPE_CHECKING:
    import pyarrow as pa  # imported where a file is read: no part of a start

LINE = "_line"
ROW = "_row"
BLOCK = 4 << 20
MOST_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes: of a file, and of what an archive may unpack to."""

    largest: int
    largest_unpacked: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the first look at a file found. ``rows`` counts all physical rows below the heading."""

    path: Path
    digest: str
    size: int
    rows: int
    columns: tuple[str, ...]
    heading_lines: int = 0
    one_line_each: bool = True


@dataclass(slots=True)
class Piece:
    """Some rows of a file: text columns with ``_line`` and ``_row`` (from 1, physical), and unfit rows by number."""

    table: pa.Table
    rejected: list[tuple[int, Rejection]]
    last_row: int


def examine(path: Path, form: FileFormat, limits: Limits) -> FileFacts:
    """Look through a file. BadFile says in one sentence what makes it unfit."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadFile(_("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": error.strerror}) from error
    if size == 0:
        raise BadFile(_("%(file)s is empty (0 bytes).") % {"file": path.name})
    if size > limits.largest:
        raise BadFile(_("%(file)s is larger than %(limit)s MB.") % {"file": path.name, "limit": limits.largest >> 20})
    if form.kind == "csv":
        from kexin.core.imports import delimited

        return delimited.examine(path, form, limits)
    digest = file_digest(path)
    if form.kind == "xlsx":
        from kexin.core.imports import workbook

        columns, rows = workbook.examine(path, form, limits)
        return FileFacts(path, digest, size, rows, columns, 1 if form.header else 0)
    columns, rows = _examine_parquet(path, limits)
    return FileFacts(path, digest, size, rows, columns)


def pieces(facts: FileFacts, form: FileFormat, limits: Limits, *, after_row: int = 0) -> Iterator[Piece]:
    """The rows behind ``after_row`` in file order, in pieces of some ten thousand."""
    if form.kind == "csv":
        from kexin.core.imports import delimited

        yield from delimited.pieces(facts, form, limits, after_row)
    elif form.kind == "xlsx":
        from kexin.core.imports import workbook

        yield from workbook.pieces(facts, form, after_row)
    else:
        yield from _parquet_pieces(facts, after_row)


def check_heading(columns: tuple[str, ...], name: str) -> tuple[str, ...]:
    """A heading that can be used: named columns, none twice."""
    if len(columns) > MOST_COLUMNS:
        raise BadFile(_("%(file)s has more than %(limit)s columns.") % {"file": name, "limit": MOST_COLUMNS})
    named = [each for each in columns if each]
    twice = sorted({each for each in named if named.count(each) > 1})
    if twice:
        raise BadFile(_("%(file)s has the column “%(column)s” twice.") % {"file": name, "column": twice[0]})
    if not named:
        raise BadFile(_("%(file)s has no heading in its first row.") % {"file": name})
    return tuple(each or f"#{index}" for index, each in enumerate(columns, 1))


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def numbered(table: pa.Table, first_row: int, first_line: int) -> pa.Table:
    """Add row and line numbers to rows that stand one below the other."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = pa.array(range(first_row, first_row + table.num_rows), pa.int64())
    return table.append_column(ROW, rows).append_column(LINE, pc.add(rows, first_line - first_row))


def _examine_parquet(path: Path, limits: Limits) -> tuple[tuple[str, ...], int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(_("%(file)s is not a readable Parquet file.") % {"file": path.name}) from error
    with found:
        unpacked = sum(found.metadata.row_group(n).total_byte_size for n in range(found.metadata.num_row_groups))
        if unpacked > limits.largest_unpacked:
            raise BadFile(
                _("%(file)s unpacks to more than %(limit)s MB.")
                % {"file": path.name, "limit": limits.largest_unpacked >> 20}
            )
        nested = [each.name for each in found.schema_arrow if pa.types.is_nested(each.type)]
        if nested:
            raise BadFile(_("%(file)s: the column “%(column)s” is nested.") % {"file": path.name, "column": nested[0]})
        return check_heading(tuple(found.schema_arrow.names), path.name), found.metadata.num_rows


def _parquet_pieces(facts: FileFacts, after_row: int) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(facts.path) as file:
        row = 0
        for batch in file.iter_batches(batch_size=50_000):
            if row + batch.num_rows > after_row:
                skip = max(after_row - row, 0)
                table = pa.Table.from_batches([batch]).slice(skip)
                texts = pa.table([_as_text(column) for column in table.columns], names=list(facts.columns))
                numbers = numbered(texts, row + skip + 1, row + skip + 1)
                yield Piece(numbers, [], row + batch.num_rows)
            row += batch.num_rows


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format="%Y-%m-%d %H:%M:%S")
    if pa.types.is_binary(column.type):
        return pa.chunked_array([pa.nulls(len(column), pa.string())])
    return pc.cast(column, pa.string())
