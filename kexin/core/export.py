"""Tables leaving the house: CSV, XLSX, Parquet; watermarked, safe against formulas, recorded by the caller."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation, type_text
from kexin.core.policies import ExportPolicy
from kexin.core.policy import in_force

FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
_AT_ONCE = 5_000  # rows of one Parquet batch
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves: file name without time and ending, title, heads, kinds of columns (see ``write_parquet``), rows."""

    name: str
    title: type_text
    heads: Sequence[type_text]
    kinds: str
    rows: Iterable[Sequence[Any]]


def need_purpose(purpose: str) -> None:
    """RuleViolation where nobody says what a file is needed for."""
    if not purpose.strip():
        raise RuleViolation(fields={"purpose": gettext_lazy("Say what you need it for.")})


def most_rows() -> int:
    """How many rows leave in one file, by the policy in force."""
    return in_force(ExportPolicy).most_rows


def may_leave(rows: QuerySet[Any] | int, purpose: str) -> int:
    """Allow rows to leave for a purpose, and say how many; inside an operation, whose audit entry keeps the number.

    ``rows`` may be their number, where it is known. RuleViolation without a purpose, or where they are more than one
    file may hold.
    """
    need_purpose(purpose)
    most = most_rows()
    count = rows if isinstance(rows, int) else _counted(rows, most)
    if count > most:
        raise RuleViolation(gettext_lazy("At most %(most)s rows leave in one file; narrow the list.") % {"most": most})
    act = frame.current.get()
    assert act is not None
    act.notes["rows"] = count
    return count


def _counted(rows: QuerySet[Any], most: int) -> int:
    """At most one more than may leave. A composite key is not counted; its number is."""
    key = "id" if any(field.name == "id" for field in rows.model._meta.concrete_fields) else "pk"
    return rows.order_by().values(key)[: most + 1].count()


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP: CSV injection)."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, dt.datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if value is None or isinstance(value, int | float | Decimal | dt.date):
        return value
    return safe_cell(str(value))


def watermark(actor: Actor) -> str:
    """Who took it out and when: printed in every exported file (PBOC Order 2025-3 Art. 33)."""
    text = _("Exported by %(who)s at %(when)s") % {
        "who": f"{actor.label} {actor.name}",
        "when": localtime().strftime("%Y-%m-%d %H:%M:%S"),
    }
    return f"{text} · {_('Demonstration data')}" if settings.KEXIN_DEMO else text


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]], actor: Actor) -> Iterator[bytes]:
    """The file line by line, in UTF-8 with the mark that spreadsheets look for; the watermark is the last line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff".encode()
    for row in _with_heads(heads, rows, actor):
        writer.writerow([safe_cell(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _with_heads(heads: Sequence[str], rows: Iterable[Sequence[Any]], actor: Actor) -> Iterator[Sequence[Any]]:
    yield [str(head) for head in heads]
    yield from rows
    yield [watermark(actor)]


def xlsx_file(heads: Sequence[str], rows: Iterable[Sequence[Any]], actor: Actor, title: str) -> IO[bytes]:
    """The same as a workbook, written row by row to a temporary file that the caller streams and closes."""
    from openpyxl import Workbook  # a second of start-up that only exports should pay
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31] or "Kexin")
    sheet.oddFooter.center.text = watermark(actor).replace("&", "&&")
    for row in _with_heads(heads, rows, actor):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=safe_cell(value))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula, whatever it begins with
            cells.append(cell)
        sheet.append(cells)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller streams and closes it
    book.save(file)
    file.seek(0)
    return file


def write_parquet(
    file: IO[bytes], heads: Sequence[str], kinds: str, rows: Iterable[Sequence[Any]], actor: Actor, title: str
) -> None:
    """The same with typed columns, in batches; the watermark stands in the metadata of the file.

    ``kinds`` has a letter per column: ``t`` text, ``n`` whole number, ``m`` money, ``d`` day, ``s`` moment.
    """
    import pyarrow as pa  # as above: only exports should pay for it
    import pyarrow.parquet as pq

    types = {
        "t": pa.string(),
        "n": pa.int64(),
        "m": pa.decimal128(20, 2),
        "d": pa.date32(),
        "s": pa.timestamp("us", "UTC"),
    }
    fields = [(str(head), types[letter]) for head, letter in zip(heads, kinds, strict=True)]
    schema = pa.schema(fields, metadata={"kexin.export": title, "kexin.watermark": watermark(actor)})
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        passing = iter(rows)
        while part := list(islice(passing, _AT_ONCE)):
            columns = zip(*part, strict=True)
            arrays = [pa.array(list(values), each.type) for values, each in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def parquet_file(
    heads: Sequence[str], kinds: str, rows: Iterable[Sequence[Any]], actor: Actor, title: str
) -> IO[bytes]:
    """A Parquet file in a temporary file that the caller streams and closes."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller streams and closes it
    write_parquet(file, heads, kinds, rows, actor, title)
    file.seek(0)
    return file
