"""CSV by Arrow's streaming reader behind the guard; line numbers exact also where values contain line breaks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from django.utils.translation import gettext as _

from kexin.core.imports.guard import GuardedText
from kexin.core.imports.importable import Rejection
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import BLOCK, LINE, ROW, FileFacts, Limits, Piece, check_heading


def examine(path: Path, form: FileFormat, limits: Limits) -> FileFacts:
    """One pass: digest, encoding, NUL bytes, heading, whether quotation marks close, number of rows and lines."""
    columns, heading_lines = _heading(path, form, limits)
    bad: list[Any] = []
    with GuardedText(path, form.encoding, limits.largest, form.quote) as text:
        rows = 0
        try:
            for batch in _open(text, form, columns, heading_lines, bad, only=columns[:1]):
                rows += batch.num_rows
                rows += len(bad)
                bad.clear()
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):
                raise _told(error, path.name, heading_lines + rows) from error
        while text.read(BLOCK):
            pass  # rows after the last one the reader wanted: none, but the digest must be whole
        lines, odd_quotes = text.lines, text.quotes % 2 == 1
        digest, size = text.digest, text.size
    rows += len(bad)
    spare = lines - heading_lines - rows  # -1: no line feed at the end of the last line
    if odd_quotes and spare not in (0, -1):
        raise BadFile(_("%(file)s: a quotation mark is opened and never closed.") % {"file": path.name})
    return FileFacts(path, digest, size, rows, columns, heading_lines, one_line_each=spare in (0, -1))


def _told(error: pa.ArrowInvalid, name: str, about: int) -> BadFile:
    if "straddling" in str(error):
        return BadFile(
            _("%(file)s, after line %(line)s: a quotation mark is opened and not closed, or a row is longer than 4 MB.")
            % {"file": name, "line": about}
        )
    return BadFile(_("%(file)s, after line %(line)s: it cannot be read as CSV.") % {"file": name, "line": about})


def _heading(path: Path, form: FileFormat, limits: Limits) -> tuple[tuple[str, ...], int]:
    """The columns' names, and how many lines the heading takes."""
    with GuardedText(path, form.encoding, limits.largest) as text:
        start = text.read(BLOCK).decode("utf-8", "surrogatepass")
    options: dict[str, Any] = {"quotechar": form.quote} if form.quote else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=form.delimiter, strict=True, **options)
    try:
        first = next(reader, [])
    except csv.Error as error:
        raise BadFile(_("%(file)s: the heading cannot be read.") % {"file": path.name}) from error
    if not form.header:
        return tuple(f"#{index}" for index in range(1, len(first) + 1)), 0
    return check_heading(tuple(each.strip() for each in first), path.name), reader.line_num


def _open(
    text: GuardedText,
    form: FileFormat,
    columns: tuple[str, ...],
    heading_lines: int,
    bad: list[Any],
    only: tuple[str, ...] = (),
) -> arrow_csv.CSVStreamingReader:
    def refuse(row: Any) -> str:
        bad.append(row)
        return "skip"

    return arrow_csv.open_csv(
        pa.PythonFile(text, mode="r"),
        read_options=arrow_csv.ReadOptions(
            column_names=list(columns), skip_rows=heading_lines, use_threads=False, block_size=BLOCK
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=form.delimiter,
            quote_char=form.quote or False,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=refuse,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in columns},
            check_utf8=False,
            include_columns=list(only) or None,
            strings_can_be_null=False,
        ),
    )


def pieces(facts: FileFacts, form: FileFormat, limits: Limits, after_row: int) -> Iterator[Piece]:
    """The rows with their numbers; rows of another width are rejections."""
    bad: list[Any] = []
    row, line = 0, facts.heading_lines
    with GuardedText(facts.path, form.encoding, limits.largest) as text:
        try:
            for batch in _open(text, form, facts.columns, facts.heading_lines, bad):
                table = pa.Table.from_batches([batch])
                piece, row, line = _piece(table, list(bad), facts, row, line)
                bad.clear()
                kept = _behind(piece, after_row)
                if kept is not None:
                    yield kept
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):
                raise _told(error, facts.path.name, line) from error
        if bad:
            empty = pa.table({name: pa.array([], pa.string()) for name in facts.columns})
            piece, row, line = _piece(empty, bad, facts, row, line)
            kept = _behind(piece, after_row)
            if kept is not None:
                yield kept


def _piece(table: pa.Table, bad: list[Any], facts: FileFacts, row: int, line: int) -> tuple[Piece, int, int]:
    """Number the rows of a block: ``row`` and ``line`` are the last ones before it."""
    total = table.num_rows + len(bad)
    taken = np.array([each.number - facts.heading_lines for each in bad], dtype=np.int64)
    numbers = np.arange(row + 1, row + total + 1, dtype=np.int64)
    good = ~np.isin(numbers, taken) if len(bad) else np.ones(total, dtype=bool)
    if facts.one_line_each:
        first_lines = numbers + facts.heading_lines
        last_line = facts.heading_lines + row + total
    else:
        height = np.ones(total, dtype=np.int64)
        height[good] += _line_breaks(table)
        height[~good] += np.array([each.text.count("\n") for each in bad], dtype=np.int64)
        ends = line + np.cumsum(height)
        first_lines = ends - height + 1
        last_line = int(ends[-1]) if total else line
    rejected = [
        (int(number), Rejection(int(at), "", f"{each.actual_columns} ≠ {each.expected_columns}", "columns"))
        for number, at, each in zip(numbers[~good], first_lines[~good], bad, strict=True)
    ]
    done = table.append_column(ROW, pa.array(numbers[good])).append_column(LINE, pa.array(first_lines[good]))
    return Piece(done, rejected, row + total), row + total, last_line


def _line_breaks(table: pa.Table) -> np.ndarray[Any, Any]:
    """Line feeds within the values of each row."""
    found = np.zeros(table.num_rows, dtype=np.int64)
    for column in table.columns:
        found += pc.count_substring(column, "\n").to_numpy().astype(np.int64)
    return found


def _behind(piece: Piece, after_row: int) -> Piece | None:
    """What of a piece lies behind a row that is done."""
    if piece.last_row <= after_row:
        return None
    first = piece.last_row - piece.table.num_rows - len(piece.rejected) + 1
    if first > after_row:
        return piece
    table = piece.table.filter(pc.greater(piece.table[ROW], after_row))
    return Piece(table, [each for each in piece.rejected if each[0] > after_row], piece.last_row)
