"""Checking rows: one DuckDB statement per file part turns text columns into typed fields or a reason.

The statement is composed from a checked profile; names and texts are quoted here and nowhere else. Values travel as
Arrow columns, never inside the statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from kexin.core.imports.expressions import faults, made, name, sound, text, typed, without_nulls
from kexin.core.imports.importable import Field, Importable, Rejection
from kexin.core.imports.profile import Column, FilePart
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import LINE, ROW, FileFacts, Limits, examine, pieces
from kexin.core.masking import plain

LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Checked:
    """Good rows (typed, with ``_line``), refused ones, how many say an earlier row again, how many there were."""

    good: pa.Table
    refused: list[Rejection]
    repeated: int
    present: int


class Checker:
    """Checks the rows of one file part. One DuckDB connection with bounded memory; used by one thread."""

    def __init__(
        self, part: FilePart, importable: Importable, folder: Path, limits: Limits, facts: FileFacts | None = None
    ) -> None:
        self.part = part
        self.importable = importable
        self.fields = {column.name: self._field(column.name) for column in part.columns}
        self._lookups: list[str] = []
        self.connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
        for index, column in enumerate(part.columns):
            if column.lookup is not None:
                self._load_lookup(f"lookup_{index}", column, folder, limits)
        self._repeats = False
        if facts is not None and importable.one_row_per_key:
            self._find_repeats(facts, limits)
        self._statement = self._compose()

    def close(self) -> None:
        self.connection.close()

    def _field(self, wanted: str) -> Field:
        found = self.importable.field(wanted)
        assert found is not None  # the profile was checked
        return found

    def missing_columns(self, columns: tuple[str, ...]) -> list[str]:
        """Columns the profile needs and the file has not."""
        needed = dict.fromkeys(each for column in self.part.columns for each in column.sources)
        return [each for each in needed if each not in columns]

    def check(self, table: pa.Table) -> Checked:
        """Sort the rows of a batch into good and refused ones."""
        self.connection.register("batch", table)
        checked: pa.Table = self.connection.sql(self._statement).to_arrow_table()
        self.connection.unregister("batch")
        present = checked.num_rows
        checked = checked.filter(pc.invert(checked["_same"]))
        repeated = present - checked.num_rows
        good = checked.filter(pc.is_null(checked["_reason"]))
        bad = checked.filter(pc.is_valid(checked["_reason"]))
        refused = [self._rejection(row) for row in bad.select([LINE, "_reason", "_value"]).to_pylist()]
        return Checked(good.drop_columns(["_reason", "_value", "_same"]), refused, repeated, present)

    def _rejection(self, row: Mapping[str, object]) -> Rejection:
        field_name, reason = str(row["_reason"]).split(":")
        column = next(each for each in self.part.columns if each.name == field_name)
        return Rejection(
            int(str(row[LINE])), column.shown or field_name, shown(self.fields[field_name], row["_value"]), reason
        )

    # -- the statement ---------------------------------------------------------------------------------------------

    def _compose(self) -> str:
        columns = self.part.columns
        raw = ", ".join(
            f"{self._raw(index, column)} AS {name('r_' + column.name)}" for index, column in enumerate(columns)
        )
        form = self.part.format
        made_ = ", ".join(f"{made(column)} AS {name('m_' + column.name)}" for column in columns)
        typed_ = ", ".join(
            f"{typed(column, self.fields[column.name], form)} AS {name('t_' + column.name)}" for column in columns
        )
        reasons = " ".join(
            f"WHEN {condition} THEN {text(f'{column.name}:{reason}')}"
            for column in columns
            for condition, reason in faults(column, self.fields[column.name])
        )
        if reasons:  # most rows are sound, and that is told by far fewer comparisons
            good = " AND ".join(sound(column, self.fields[column.name]) for column in columns)
            reasons = f"WHEN {good} THEN NULL " + reasons
        values = " ".join(f"WHEN {text(column.name)} THEN {name('r_' + column.name)}" for column in columns)
        output = ", ".join(f"{self._output(column)} AS {name(column.name)}" for column in columns)
        used = dict.fromkeys(each for column in columns for each in column.sources)
        blank = " AND ".join(f"coalesce(trim(b.{name(each)}), '') = ''" for each in used) or "false"
        joins = "".join(self._lookups)
        again, same = "", "false"
        if self._repeats:
            key, content = self._key_and_content("b")
            joins += f" LEFT JOIN repeats p ON p.k = {key} AND p.r < b.{ROW}"
            raw += f", p.h IS NOT NULL AS _again, coalesce(p.h = {content}, false) AS _same"
            again, same = f"WHEN _again THEN {text(columns[0].name + ':repeated')} ", "_same"
            if key_field := next((each for each in columns if each.name in self.importable.key and each.sources), None):
                again = f"WHEN _again THEN {text(key_field.name + ':repeated')} "
            reasons = again + reasons
        why = f"CASE {reasons} END" if reasons else "NULL::VARCHAR"
        value = f"CASE WHEN _reason IS NOT NULL THEN CASE split_part(_reason, ':', 1) {values} END END"
        return (
            f"WITH r AS (SELECT b.{LINE}, b.{ROW}, {raw} FROM batch b{joins} WHERE NOT ({blank})),"  # noqa: S608
            f" m AS (SELECT *, {made_} FROM r), t AS (SELECT *, {typed_} FROM m),"
            f" j AS (SELECT *, {why} AS _reason FROM t)"
            f" SELECT {LINE}, {output}, _reason, {value} AS _value, {same} AS _same FROM j"
            f" ORDER BY {ROW}"
        )

    def _raw(self, index: int, column: Column) -> str:
        if column.constant is not None:
            return text(column.constant)
        if column.lookup is not None:
            return f"lookup_{index}.v"
        parts = [without_nulls(f"b.{name(each)}", self.part.format) for each in column.sources]
        if len(parts) == 1:
            return parts[0]
        return f"concat_ws({text(column.join)}, " + ", ".join(f"coalesce({part}, '')" for part in parts) + ")"

    def _output(self, column: Column) -> str:
        field, result = self.fields[column.name], name("t_" + column.name)
        if field.default is None or not isinstance(field.default, str):
            return result
        return f"coalesce({result}, {text(field.default)})"

    # -- rows that stand in a file twice ---------------------------------------------------------------------------

    def _key_and_content(self, alias: str) -> tuple[str, str]:
        """Expressions for what identifies a row of the file, and for all that it says to us."""
        parts = [each for column in self.part.columns if column.name in self.importable.key for each in column.sources]
        used = dict.fromkeys(each for column in self.part.columns for each in column.sources)
        key = " || chr(31) || ".join(f"coalesce(trim({alias}.{name(each)}), '')" for each in dict.fromkeys(parts))
        whole = " || chr(31) || ".join(f"coalesce(trim({alias}.{name(each)}), '')" for each in used)
        return key, f"hash({whole})"

    def _find_repeats(self, facts: FileFacts, limits: Limits) -> None:
        """Look through the file for keys that occur twice: then a row's fate depends on no border of batches."""
        if not any(column.name in self.importable.key and column.sources for column in self.part.columns):
            return
        key, content = self._key_and_content("o")
        self.connection.execute("CREATE TABLE keys (k VARCHAR, h UBIGINT, r BIGINT)")
        for piece in pieces(facts, self.part.format, limits):
            self.connection.register("other", piece.table)
            self.connection.execute(f"INSERT INTO keys SELECT {key}, {content}, o.{ROW} FROM other o")  # noqa: S608
            self.connection.unregister("other")
        self.connection.execute(
            "CREATE TABLE repeats AS SELECT k, arg_min(h, r) AS h, min(r) AS r FROM keys GROUP BY k HAVING count(*) > 1"
        )
        self.connection.execute("DROP TABLE keys")
        self._repeats = bool(self.connection.execute("SELECT count(*) FROM repeats").fetchall()[0][0])

    # -- values from another file ----------------------------------------------------------------------------------

    def _load_lookup(self, table: str, column: Column, folder: Path, limits: Limits) -> None:
        """Read key and value of the other file into DuckDB, which spills to the disk when they are many."""
        spec = column.lookup
        assert spec is not None
        path = folder / spec.file
        if not path.is_file() or path.resolve().parent != folder.resolve():
            raise BadFile(_("%(file)s is needed to look values up, but it is not there.") % {"file": spec.file})
        facts = examine(path, self.part.format, limits)
        for needed in (spec.key, spec.value, *(key for key, _value in spec.where)):
            if needed not in facts.columns:
                raise BadFile(_("%(file)s has no column “%(column)s”.") % {"file": spec.file, "column": needed})
        self.connection.execute(f"CREATE TABLE {table} (k VARCHAR, v VARCHAR, n BIGINT)")
        conditions = "".join(f" AND trim({name(key)}) = {text(value)}" for key, value in spec.where)
        for piece in pieces(facts, self.part.format, limits):
            self.connection.register("other", piece.table)
            self.connection.execute(
                f"INSERT INTO {table} SELECT trim({name(spec.key)}), trim({name(spec.value)}), {ROW} FROM other"  # noqa: S608
                f" WHERE true{conditions}"
            )
            self.connection.unregister("other")
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT k, arg_min(v, n) AS v FROM {table} GROUP BY k"  # noqa: S608
        )
        key = without_nulls(f"b.{name(column.sources[0])}", self.part.format)
        self._lookups.append(f" LEFT JOIN {table} ON {table}.k = {key}")


def shown(field: Field, value: object) -> str:
    """A rejected value as the report may show it."""
    if value is None:
        return ""
    return field.mask(value)[:LONGEST_SHOWN] if field.mask else plain(value)[:LONGEST_SHOWN]
