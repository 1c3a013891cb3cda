"""``kexin export``: files in three formats within one employee's reach, plain refusals, one JSON line."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kexin.project.commands import CommandError, export

pytestmark = pytest.mark.django_db
Command = Callable[..., int]


@pytest.fixture
def command(bank: Any, chen: Any, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in this process: the test bench has prepared the database."""
    monkeypatch.setattr("kexin.project.commands.preparation.prepare", lambda: None)

    def call(*words: str) -> int:
        parser = argparse.ArgumentParser()
        export.arguments(parser)
        return export.run(parser.parse_args([*words, "--json-only"]))

    return call


def test_a_manager_exports_the_own_customers_as_csv(command: Command, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "customers.csv"
    assert command("customers", "--out", str(out), "--as", "1001", "--purpose", "回访") == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["exported"], said["rows"], said["as"]) == ("customers", 1, "1001")
    with out.open(encoding="utf-8-sig", newline="") as file:
        head, line, mark = csv.reader(file)
    assert len(head) == len(line)
    assert "陈秀兰" in line
    assert "1001" in mark[0]
    assert out.stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir()] == ["customers.csv"]


@pytest.mark.parametrize("kind", ["customers", "accounts", "transactions"])
def test_parquet_is_typed_and_carries_its_watermark(command: Command, tmp_path: Path, kind: str) -> None:
    import pyarrow.parquet as pq

    out = tmp_path / "x.parquet"
    assert command(kind, "--format", "parquet", "--out", str(out), "--as", "1001", "--purpose", "回访") == 0
    found = pq.ParquetFile(out)
    assert found.metadata.num_rows == (1 if kind == "customers" else 0)
    assert "1001" in found.schema_arrow.metadata[b"kexin.watermark"].decode()


def test_a_workbook_can_be_read_again(command: Command, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    out = tmp_path / "x.xlsx"
    assert command("customers", "--format", "xlsx", "--out", str(out), "--as", "1004", "--purpose", "回访") == 0
    rows = list(load_workbook(out).active.values)  # type: ignore[union-attr]
    assert len(rows) == 3


def test_others_get_nothing_of_it(command: Command, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "x.csv"
    assert command("customers", "--out", str(out), "--as", "1002", "--purpose", "x") == 0  # Mei leads no customer
    assert json.loads(capsys.readouterr().out)["rows"] == 0
    assert command("customers", "--out", str(tmp_path / "y.csv"), "--as", "1006", "--purpose", "x") == 1
    assert not (tmp_path / "y.csv").exists()
    west = ("customers", "--out", str(tmp_path / "z.csv"), "--as", "1001", "--purpose", "x", "--unit", "102")
    assert command(*west) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--as", "4711", "--purpose", "x"), "4711"),
        (("--as", "1001", "--purpose", "x", "--unit", "999"), "999"),
    ],
)
def test_plain_refusals(command: Command, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command("customers", "--out", str(tmp_path / "x.csv"), *words)


def test_an_existing_file_is_kept(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    out.write_text("mine")
    with pytest.raises(CommandError, match="exists"):
        command("customers", "--out", str(out), "--as", "1001", "--purpose", "x")
    assert out.read_text() == "mine"


def test_a_purpose_is_needed(command: Command, tmp_path: Path, capsys: Any) -> None:
    assert command("customers", "--out", str(tmp_path / "x.csv"), "--as", "1001", "--purpose", " ") == 1
    assert capsys.readouterr().err.startswith("kexin export: ")
