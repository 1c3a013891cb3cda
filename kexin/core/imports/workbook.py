"""XLSX by openpyxl in its streaming mode, behind a look at the archive and what it unpacks to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from kexin.core.imports.archive import check_archive
from kexin.core.imports.importable import Rejection
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import LINE, ROW, FileFacts, Limits, Piece, check_heading

ROWS = 20_000


def examine(path: Path, form: FileFormat, limits: Limits) -> tuple[tuple[str, ...], int]:
    """Columns and number of rows (as the sheet itself states it)."""
    check_archive(path, limits)
    with _sheet(path, form) as sheet:
        first = next(sheet.iter_rows(max_row=1, values_only=True), ())
        columns = _trimmed([_text(each).strip() for each in first])
        rows = max((sheet.max_row or 1) - (1 if form.header else 0), 0)
    if not form.header:
        return tuple(f"#{index}" for index in range(1, len(columns) + 1)), rows
    return check_heading(tuple(columns), path.name), rows


@contextmanager
def _sheet(path: Path, form: FileFormat) -> Iterator[Any]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl lets errors of XML, zlib and its own through
        raise BadFile(_("%(file)s is not a readable XLSX workbook.") % {"file": path.name}) from error
    try:
        if form.sheet and form.sheet not in book.sheetnames:
            raise BadFile(_("%(file)s has no sheet “%(sheet)s”.") % {"file": path.name, "sheet": form.sheet})
        sheet = book[form.sheet] if form.sheet else book.worksheets[0]
        sheet.reset_dimensions() if not sheet.max_row else None
        yield sheet
    finally:
        book.close()


def pieces(facts: FileFacts, form: FileFormat, after_row: int) -> Iterator[Piece]:
    """Rows as texts: dates in ISO form, numbers without exponent."""
    width = len(facts.columns)
    rows: list[tuple[int, list[str]]] = []
    rejected: list[tuple[int, Rejection]] = []
    start = facts.heading_lines + after_row + 1
    number = after_row
    with _sheet(facts.path, form) as sheet:
        for number, cells in enumerate(sheet.iter_rows(min_row=start, values_only=True), after_row + 1):
            values = _trimmed([_text(each) for each in cells])
            if len(values) > width:
                at = number + facts.heading_lines
                rejected.append((number, Rejection(at, "", f"{len(values)} ≠ {width}", "columns")))
            else:
                rows.append((number, values + [""] * (width - len(values))))
            if len(rows) + len(rejected) >= ROWS:
                yield _made(facts, rows, rejected, number)
                rows, rejected = [], []
        if rows or rejected:
            yield _made(facts, rows, rejected, number)


def _made(
    facts: FileFacts, rows: list[tuple[int, list[str]]], rejected: list[tuple[int, Rejection]], last: int
) -> Piece:
    columns = [[values[index] for _number, values in rows] for index in range(len(facts.columns))]
    table = pa.table([pa.array(each, pa.string()) for each in columns], names=list(facts.columns))
    numbers = [number for number, _values in rows]
    table = table.append_column(ROW, pa.array(numbers, pa.int64()))
    lines = pa.array([number + facts.heading_lines for number in numbers], pa.int64())
    return Piece(table.append_column(LINE, lines), rejected, last)


def _trimmed(values: list[str]) -> list[str]:
    while values and not values[-1].strip():
        values.pop()
    return values


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value else ""
    return str(value)
