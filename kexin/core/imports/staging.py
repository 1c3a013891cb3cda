"""Bringing a checked batch into PostgreSQL: Arrow writes CSV, COPY reads it into a table of the transaction."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import psycopg
from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    import pyarrow as pa  # this and NumPy are imported where a load writes: no part of a start

Statement = sql.SQL | sql.Composed
SLICE = 20_000
SENT = 1 << 18  # bytes handed to the connection at once: it buffers what is not sent yet


def server() -> psycopg.Connection[Any]:
    """The psycopg connection below Django's, inside the running transaction."""
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


def run(statement: str | Statement, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
    """Execute a statement in the running transaction."""
    return server().execute(statement, values or None)


def stage(table: str, columns: Mapping[str, str], rows: pa.Table) -> None:
    """Make the temporary ``table`` with ``columns`` (name → PostgreSQL type) and fill it from the Arrow columns."""
    definition = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()
    )
    run(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("pg_temp", table)))
    run(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(table), definition))
    copy_arrow(table, list(columns), rows.select(list(columns)))


def copy_arrow(table: str, columns: Sequence[str], rows: pa.Table) -> None:
    """COPY Arrow columns into a table."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    arrays = [_written(rows.column(name)) for name in columns]
    texts = pa.table(arrays, names=list(columns))
    with server().cursor().copy(copy_statement(table, columns, "(FORMAT csv)")) as copy:
        for start in range(0, texts.num_rows, SLICE):
            buffer = io.BytesIO()
            arrow_csv.write_csv(texts.slice(start, SLICE), buffer, arrow_csv.WriteOptions(include_header=False))
            copy.write(buffer.getbuffer())


def copy_statement(table: str, columns: Iterable[str], options: str = "") -> sql.Composed:
    """``COPY table (columns) FROM STDIN``."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    tail = sql.SQL(options)
    return sql.SQL("COPY {} ({}) FROM STDIN {}").format(sql.Identifier(table), names, tail)


def copy_text(table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None:
    """COPY rows that are written in PostgreSQL's text format already."""
    with server().cursor().copy(copy_statement(table, columns)) as copy:
        for block in blocks:
            copy.write(block)


def copy_binary(table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None:
    """COPY rows that :mod:`kexin.core.imports.binary` has written."""
    from kexin.core.imports.binary import HEADER, TRAILER

    with server().cursor().copy(copy_statement(table, columns, "(FORMAT binary)")) as copy:
        copy.write(HEADER)
        for block in blocks:
            for start in range(0, len(block), SENT):
                copy.write(block[start : start + SENT])
        copy.write(TRAILER)


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_decimal(column.type):
        return pc.cast(column, pa.string())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        values = [None if value is None else "\\x" + value.hex() for value in column.to_pylist()]
        return pa.chunked_array([pa.array(values, pa.string())])
    return column


def _literal(value: object) -> str:
    kind = type(value)
    if kind is str:
        text: str = value  # type: ignore[assignment]
        if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
            text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
        return text
    if value is None:
        return "\\N"
    if kind is bytes:
        return "\\\\x" + value.hex()  # type: ignore[attr-defined]
    if kind is list:
        return "{" + ",".join(map(str, value)) + "}"  # type: ignore[call-overload]
    if kind is bool:
        return "t" if value else "f"
    return str(value)


def line(values: Iterable[object]) -> bytes:
    """One row in PostgreSQL's text format of COPY."""
    return ("\t".join(map(_literal, values)) + "\n").encode()
