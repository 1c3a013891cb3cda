"""Rows of a file read and checked, batch by batch: what runs in the thread ahead of the one that writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kexin.core.imports.importable import Rejection
from kexin.core.imports.locating import Source
from kexin.core.imports.profile import FilePart
from kexin.core.imports.sources import LINE, ROW, Limits, pieces

if TYPE_CHECKING:
    import pyarrow as pa  # this and DuckDB are imported by what loads: pages ask the engine's questions only


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """A batch ready for its loader."""

    table: pa.Table
    rejected: list[Rejection]
    repeated: int
    present: int
    last_row: int


def checked_batches(source: Source, folder: Path, limits: Limits, done: int) -> Iterator[CheckedBatch]:
    """The rows of a source behind row ``done``, checked, in batches of the size its importable wants."""
    from kexin.core.imports.checking import Checker

    checker = Checker(source.part, source.importable, folder, limits, source.facts)
    try:
        for table, unfit, last in _raw_batches(source, limits, done):
            checked = checker.check(table)
            yield CheckedBatch(
                checked.good, unfit + checked.refused, checked.repeated, checked.present + len(unfit), last
            )
    finally:
        checker.close()


def _raw_batches(source: Source, limits: Limits, done: int) -> Iterator[tuple[pa.Table, list[Rejection], int]]:
    """Pieces of a file put together or cut to batches of the size the importable wants."""
    import pyarrow as pa

    size = source.importable.batch_rows
    if source.facts is None:
        yield _profile_rows(source.part), [], len(source.part.rows)
        return
    tables: list[pa.Table] = []
    unfit: list[tuple[int, Rejection]] = []
    last = done
    for piece in pieces(source.facts, source.part.format, limits, after_row=done):
        tables.append(piece.table)
        unfit += piece.rejected
        last = piece.last_row
        if sum(each.num_rows for each in tables) >= size:
            whole = pa.concat_tables(tables)
            while whole.num_rows > size:
                head, whole = whole.slice(0, size), whole.slice(size)
                until = int(head[ROW][-1].as_py())
                yield head, [each for row, each in unfit if row <= until], until
                unfit = [(row, each) for row, each in unfit if row > until]
            tables = [whole]
    if unfit or sum(each.num_rows for each in tables):
        yield pa.concat_tables(tables), [each for _row, each in unfit], last


def _profile_rows(part: FilePart) -> pa.Table:
    import pyarrow as pa

    names = list(dict.fromkeys(column.name for column in part.columns))
    columns = [pa.array([row.get(name, "") for row in part.rows], pa.string()) for name in names]
    numbers = pa.array(range(1, len(part.rows) + 1), pa.int64())
    return pa.table([*columns, numbers, numbers], names=[*names, ROW, LINE])
