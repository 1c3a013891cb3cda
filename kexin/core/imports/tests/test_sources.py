"""Reading foreign files: line numbers, resuming, and everything that makes a file unfit."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.imports.archive import check_archive
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import LINE, ROW, Limits, examine, pieces

LIMITS = Limits(1 << 20, 4 << 20)


def read(path: Path, form: FileFormat, after_row: int = 0) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    facts = examine(path, form, LIMITS)
    rows: list[dict[str, Any]] = []
    bad: list[tuple[int, str]] = []
    for piece in pieces(facts, form, LIMITS, after_row=after_row):
        rows += piece.table.to_pylist()
        bad += [(each.line, each.reason) for _row, each in piece.rejected]
    return rows, bad


def written(folder: Path, content: bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_lines_are_exact_with_breaks_inside_values_and_rows_of_another_width(tmp_path: Path) -> None:
    path = written(tmp_path, b'a,b\n1,"x\ny"\n2\n3,z\n"4\n\n",w,q\n5,v\n')
    rows, bad = read(path, FileFormat(kind="csv"))
    assert [(row["a"], row[LINE], row[ROW]) for row in rows] == [("1", 2, 1), ("3", 5, 3), ("5", 9, 5)]
    assert bad == [(4, "columns"), (6, "columns")]


def test_reading_behind_a_row_gives_the_rest_only(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"".join(b"%d,x\n" % n if n % 7 else b"%d\n" % n for n in range(1, 50)))
    whole, bad = read(path, FileFormat(kind="csv"))
    for after in (0, 6, 7, 8, 48, 49):
        rows, refused = read(path, FileFormat(kind="csv"), after)
        assert rows == [row for row in whole if row[ROW] > after]
        assert refused == [each for each in bad if each[0] > after + 1]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    name = "Müller" if encoding == "latin-1" else "欧阳娜娜𠮷"
    path = written(tmp_path, f"name;n\r\n{name};1\r\n".encode(encoding))
    rows, _bad = read(path, FileFormat(kind="csv", encoding=encoding, delimiter=";"))
    assert [(row["name"], row[LINE]) for row in rows] == [(name, 2)]


@pytest.mark.parametrize(
    ("content", "form", "says"),
    [
        (b"", FileFormat(kind="csv"), "0"),
        (b"a,b\n1,\xff\xfe\n", FileFormat(kind="csv"), "0xFF"),
        ("姓名\n张三\n李四\n".encode("gbk"), FileFormat(kind="csv"), "utf-8"),
        (b"a,b\n1,2\n3,\x00\n", FileFormat(kind="csv"), "3"),
        (b"a,a\n1,2\n", FileFormat(kind="csv"), "a"),
        (b"\n1,2\n", FileFormat(kind="csv"), "f.csv"),
        (b'a,b\n1,2\n3,"' + b"x" * (5 << 18), FileFormat(kind="csv"), "MB"),
        (b"PK\x03\x04 no workbook", FileFormat(kind="xlsx"), "XLSX"),
        (b"PAR1 no parquet", FileFormat(kind="parquet"), "Parquet"),
    ],
)
def test_unfit_files_are_refused_in_one_sentence(tmp_path: Path, content: bytes, form: FileFormat, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadFile) as refusal:
        read(path, form)
    assert says in str(refusal.value.message)


def test_a_quotation_mark_that_never_closes_is_found_before_anything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"1,2\n" * 10 + b'3,"' + b"x\n" * (3 << 20))
    with pytest.raises(BadFile):
        examine(path, FileFormat(kind="csv"), Limits(100 << 20, 100 << 20))


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (6 << 20))
    assert path.stat().st_size < 20_000
    with pytest.raises(BadFile, match="4"):
        examine(path, FileFormat(kind="xlsx"), LIMITS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * (6 << 20))
    with pytest.raises(BadFile) as refusal:
        examine(path, FileFormat(kind="xlsx"), Limits(1 << 20, 1 << 30))
    assert "bomb.xlsx" in str(refusal.value.message)


ROW_OF_NUMBERS = b'<row r="2"><c><v>7</v></c></row>'


def sheet_of(
    content: bytes, before: bytes = b"", form: bytes = b"<worksheet><sheetData>%b</sheetData></worksheet>"
) -> bytes:
    return b'<?xml version="1.0"?>' + before + form % content


def in_portions(size: int) -> bytes:
    return b"".join(hashlib.sha256(b"%d" % number).hexdigest().encode() for number in range(size // 64))


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (sheet_of(b"<row><c><is><t>" + in_portions(5 << 20) + b"</t></is></c></row>"), "4 MB"),
        (sheet_of(b"<row>" + b"<c><v>%b</v></c>" % in_portions(64) * 70_000 + b"</row>"), "4 MB"),
        (sheet_of(b"<row><row/>" + b"<row/><c/>" * 600_000 + b"</row>"), "4 MB"),
        (sheet_of(b"<row>" + b"<c/>" * 1_500_000 + b"</row>", form=b"<worksheet>%b</worksheet>"), "4 MB"),
        (sheet_of(b'<row a="' + in_portions(5 << 20) + b'"/>'), "4 MB"),
        (sheet_of(b"<row><c><![CDATA[" + b"</row>" * 900_000 + b"]]></c></row>"), "4 MB"),
        (sheet_of(ROW_OF_NUMBERS * 200_000, b'<!DOCTYPE a [<!ENTITY b "c">]>'), "XLSX"),
        (sheet_of(ROW_OF_NUMBERS * 200_000)[:-30], "XLSX"),
    ],
    ids=["cell", "cells", "rows in a row", "rows at the top", "attribute", "hidden ends", "entities", "cut off"],
)
def test_a_workbook_is_refused_whose_single_row_would_fill_memory(tmp_path: Path, sheet: bytes, says: str) -> None:
    path = tmp_path / "row.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    with pytest.raises(BadFile, match=says):
        check_archive(path, Limits(100 << 20, 100 << 20))


def test_a_large_workbook_of_common_rows_passes(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet_of(ROW_OF_NUMBERS * 400_000))
    check_archive(path, Limits(100 << 20, 100 << 20))


def test_workbook_cells_become_plain_texts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["no", "day", "amount", "name"])
    sheet.append(["007", dt.date(2026, 2, 28), 12.5, "欧阳"])
    sheet.append([8, dt.datetime(2026, 3, 1), 1e16, None])
    sheet.append([9, None, None, None, "too many"])
    path = tmp_path / "f.xlsx"
    book.save(path)
    rows, bad = read(path, FileFormat(kind="xlsx"))
    assert [(row["no"], row["day"], row["amount"], row["name"], row[LINE]) for row in rows] == [
        ("007", "2026-02-28", "12.5", "欧阳", 2),
        ("8", "2026-03-01", "10000000000000000", "", 3),
    ]
    assert bad == [(4, "columns")]
    assert read(path, FileFormat(kind="xlsx"), 1)[0] == rows[1:]


def test_parquet_columns_become_texts(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    from decimal import Decimal

    table = pa.table({"n": [1, 2], "d": [dt.date(2026, 1, 2), None], "m": pa.array([Decimal("1.10"), None])})
    pq.write_table(table, path)
    rows, _bad = read(path, FileFormat(kind="parquet"))
    assert rows == [
        {"n": "1", "d": "2026-01-02", "m": "1.10", ROW: 1, LINE: 1},
        {"n": "2", "d": None, "m": None, ROW: 2, LINE: 2},
    ]


@given(st.lists(st.lists(st.text(alphabet='ab"\n,é', max_size=4), min_size=1, max_size=4), min_size=1, max_size=12))
def test_any_csv_gives_every_row_once_in_order(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["h1", "h2"])
    writer.writerows(rows)
    path = written(tmp_path_factory.mktemp("csv"), text.getvalue().encode())
    found, bad = read(path, FileFormat(kind="csv"))
    assert [(row["h1"], row["h2"]) for row in found] == [tuple(row) for row in rows if len(row) == 2]
    reader = csv.reader(io.StringIO(text.getvalue(), newline=""))
    starts, before = [], 0
    for values in reader:
        starts.append((values, before + 1))
        before = reader.line_num
    assert [row[LINE] for row in found] == [line for values, line in starts[1:] if len(values) == 2]
    assert [line for line, _reason in bad] == [line for values, line in starts[1:] if len(values) != 2]
