"""One look tells that a row is sound: it must never call a row sound that has a fault."""

from __future__ import annotations

import itertools
import unicodedata

import duckdb
import pyarrow as pa
import pytest

from kexin.core.imports.expressions import faults, made, name, sound, text, typed, without_nulls
from kexin.core.imports.importable import Field, importables
from kexin.core.imports.profile import Column, FileFormat

NASTY = [
    *(
        "",
        " ",
        "x",
        "X" * 300,
        "in",
        "out",
        "current",
        "M",
        "是",
        "n",
        "other",
        "\u200b",
        "a\u200bb",
        "é",
        "e\u0301",
        "张秀兰",
    ),
    *(
        "a\tb",
        "a\nb",
        "\x7f",
        "\u00a0",
        " 7 ",
        "0",
        "-1",
        "+1.50",
        "1.005",
        "1.0500",
        ".5",
        "5.",
        "1,000.50",
        "1e5",
        "NaN",
    ),
    *("9" * 25, "9" * 17, "-0.01", "99999999999999999999.99", "2026-01-31", "2026-02-30", "1849-12-31", "2200-01-01"),
    *("31/01/2026", "260131", "2026-1-3", "1949-12-31", "2101-01-01", "1201", "1 000", "0.00000", "--1", "1.2.3"),
    None,
]
FIELDS = [(each.code, field) for each in importables().values() for field in each.fields]


def _columns(field: Field) -> list[Column]:
    plain = {"name": field.name, "sources": ("a",)}
    return [
        Column(**plain),  # type: ignore[arg-type]
        Column(**plain, decimal=",", date="%d/%m/%Y"),  # type: ignore[arg-type]
        Column(**plain, prefix=" 前"),  # type: ignore[arg-type]
        Column(**plain, translate=(("x", "current"), ("M*", " in "))),  # type: ignore[arg-type]
        Column(**plain, translate=(("x", "1"),), otherwise="é"),  # type: ignore[arg-type]
        Column(**plain, derive="resident_id.sex"),  # type: ignore[arg-type]
        Column(name=field.name, sources=("a", "b"), join=" "),
        Column(name=field.name, constant="out "),
    ]


@pytest.mark.parametrize(("code", "field"), FIELDS, ids=[f"{code}.{field.name}" for code, field in FIELDS])
def test_no_sound_row_has_a_fault_and_ordinary_text_is_kept(code: str, field: Field) -> None:
    connection = duckdb.connect()
    pairs = list(itertools.product(NASTY, ("", "z")))
    connection.register("batch", pa.table({"a": [a for a, _b in pairs], "b": [b for _a, b in pairs]}))
    form = FileFormat(kind="csv", null=("NaN",))
    for column in _columns(field):
        parts = [f"coalesce({without_nulls(f'b.{each}', form)}, '')" for each in column.sources]
        raw = f"concat_ws(' ', {', '.join(parts)})" if len(parts) > 1 else without_nulls("b.a", form)
        raw = text(column.constant) if column.constant is not None else raw
        letters = {letter: name(letter + field.name) for letter in ("r_", "m_", "t_")}
        fault = " OR ".join(f"coalesce({condition}, false)" for condition, _reason in faults(column, field)) or "false"
        rows = connection.execute(
            f"WITH r AS (SELECT {raw} AS {letters['r_']} FROM batch b),"
            f" m AS (SELECT *, {made(column)} AS {letters['m_']} FROM r),"
            f" t AS (SELECT *, {typed(column, field, form)} AS {letters['t_']} FROM m)"
            f" SELECT coalesce({sound(column, field)}, false), {fault}, {letters['m_']}, {letters['t_']} FROM t"
        ).fetchall()
        assert not [row for row in rows if row[0] and row[1]], column
        if column == Column(name=field.name, sources=("a",)) and field.kind != "choice":
            assert any(row[0] and row[3] is not None for row in rows), column  # it is of use
        if field.kind == "text":
            kept = [row for row in rows if row[2] is not None and row[2].isascii()]
            assert all(row[3] == (row[2].strip(" ") or None) for row in kept), column


def test_mending_leaves_nothing_out_that_unicode_would_change() -> None:
    points = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    values = [point for point in points if point.strip(" ")] + ["a" + point for point in points if point != " "]
    connection = duckdb.connect()
    connection.register("batch", pa.table({"m_text": values}))
    expression = typed(Column("text", ("a",)), Field(name="text", label="text"), FileFormat(kind="csv"))
    mended = [row[0] for row in connection.execute(f"SELECT {expression} FROM batch").fetchall()]
    assert sum(value is None for value in mended) > 10  # the invisible ones
    for value, found in zip(values, mended, strict=True):
        assert found is None or found == unicodedata.normalize("NFC", found), hex(ord(value[-1]))
