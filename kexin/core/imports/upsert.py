"""Set-based taking over of a batch: stage, resolve references, refuse, update what differs, insert what is new.

A row is found again by its key (usually source and number). Only mapped fields are compared and changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field

import pyarrow as pa
from psycopg import sql

from kexin.core.imports.importable import Batch, Importable, Outcome
from kexin.core.imports.keys import checked_already, hold
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import run, stage
from kexin.core.masking import plain

STAGED, RESOLVED = "import_staged", "import_resolved"


@dataclass(frozen=True, slots=True)
class Target:
    """A column of the table: its type, and what stands there instead of nothing (as an SQL literal)."""

    column: str
    kind: str
    empty: str = "NULL"


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that names another record. ``gives`` are columns of the target made from the found row ``f``.

    ``by`` is ``source`` (source and source_no) or the name of a unique column.
    """

    field: str
    table: str
    gives: Mapping[str, tuple[str, str]]
    by: str = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How an importable lies in a table. ``key`` are columns; ``fixed`` columns are written on inserting only."""

    name: str
    columns: Mapping[str, Target]
    references: tuple[Reference, ...] = ()
    key: tuple[str, ...] = ("source", "source_no")
    fixed: Mapping[str, str] = field(default_factory=dict)
    versioned: bool = False
    has_source: bool = True
    pk: str = "id"


def analyze(table: str, columns: Iterable[str]) -> None:
    """Statistics of a temporary table: its size, and the columns it is joined by."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    run(sql.SQL("ANALYZE {} ({})").format(sql.Identifier("pg_temp", table), names))


class Upsert:
    """One batch on its way into one table; the steps are called in order, loaders may put their own between."""

    def __init__(self, batch: Batch, table: Table, importable: Importable | None = None) -> None:
        self.batch, self.table = batch, table
        self.outcome = Outcome()
        self.mapped = {name: target for name, target in table.columns.items() if name in batch.fields}
        self.references = [each for each in table.references if each.field in batch.fields]
        self.extra: dict[str, str] = {}
        """Columns that the loader itself put into the resolved rows and that are written like the others."""
        self.held = False
        """Whether all that new rows refer to is locked until the end (see ``hold_references``)."""

    def stage_and_resolve(self, extra: Mapping[str, tuple[str, pa.Array]] | None = None) -> None:
        """Copy the batch and join what it refers to. ``extra`` brings further columns (name → type and values)."""
        table = self.batch.table
        kinds = {LINE: "bigint", **{name: target.kind for name, target in self.mapped.items()}}
        kinds |= {each.field: "text" for each in self.references if each.field not in kinds}
        for name, (kind, values) in (extra or {}).items():
            table = table.append_column(name, values)
            kinds[name] = kind
            self.extra[name] = kind
        stage(STAGED, kinds, table)
        analyze(STAGED, [LINE, *(each.field for each in self.references)])
        chosen: list[sql.Composable] = [sql.SQL("s._line")]
        for name, target in self.mapped.items():
            value = sql.SQL("coalesce(s.{}, {})").format(sql.Identifier(name), sql.SQL(target.empty))
            chosen.append(sql.SQL("{} AS {}").format(value, sql.Identifier(target.column)))
        chosen += [sql.SQL("s.{0} AS {0}").format(sql.Identifier(name)) for name in self.extra]
        if self.table.has_source:
            chosen.append(sql.SQL("{}::varchar AS source").format(sql.Literal(self.batch.load.source)))
        joins: list[sql.Composable] = []
        for number, reference in enumerate(self.references):
            alias = f"f{number}"
            chosen.append(
                sql.SQL("s.{} AS {}").format(sql.Identifier(reference.field), sql.Identifier(f"ref_{number}"))
            )
            for column, (expression, _kind) in reference.gives.items():
                made = sql.SQL(expression.replace("f.", f"{alias}."))
                chosen.append(sql.SQL("{} AS {}").format(made, sql.Identifier(column)))
            joins.append(self._join(reference, alias))
        run(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("pg_temp", RESOLVED)))
        run(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} s {}").format(
                sql.Identifier(RESOLVED),
                sql.SQL(", ").join(chosen),
                sql.Identifier("pg_temp", STAGED),
                sql.SQL(" ").join(joins),
            )
        )
        analyze(RESOLVED, [LINE, *self.table.key])

    def _join(self, reference: Reference, alias: str) -> sql.Composed:
        found, ours = sql.Identifier(alias), sql.Identifier(reference.field)
        if reference.by == "source":
            condition = sql.SQL("{f}.source = {source} AND {f}.source_no = s.{ours} AND {f}.source_no <> ''").format(
                f=found, ours=ours, source=sql.Literal(self.batch.load.source)
            )
        else:
            condition = sql.SQL("{f}.{by} = s.{ours}").format(f=found, by=sql.Identifier(reference.by), ours=ours)
        return sql.SQL("LEFT JOIN {} {} ON {}").format(sql.Identifier(reference.table), found, condition)

    # -- refusing ----------------------------------------------------------------------------------------------------

    def refuse_unresolved(self) -> None:
        """Rows that refer to nothing known are refused alone."""
        for number, reference in enumerate(self.references):
            first = next(iter(reference.gives))
            gone = run(
                sql.SQL("DELETE FROM {t} WHERE {ref} IS NOT NULL AND {given} IS NULL RETURNING _line, {ref}").format(
                    t=sql.Identifier(RESOLVED), ref=sql.Identifier(f"ref_{number}"), given=sql.Identifier(first)
                )
            )
            for line, value in gone:
                self.outcome.refuse(line, reference.field, plain(value)[:80], "reference")

    def drop_repeats(self) -> None:
        """Of rows with one key the first counts; a later one is unchanged if it says the same, else refused."""
        key = sql.SQL(", ").join(map(sql.Identifier, self.table.key))
        same = sql.SQL("({}) IS NOT DISTINCT FROM ({})").format(self._row("d"), self._row("o"))
        gone = run(
            sql.SQL(
                "WITH seen AS ("
                " SELECT _line, first_value(_line) OVER (PARTITION BY {key} ORDER BY _line) AS first FROM {t}),"
                " later AS (SELECT d._line, {same} AS same FROM {t} d JOIN seen ON seen._line = d._line"
                " JOIN {t} o ON o._line = seen.first WHERE seen.first <> d._line)"
                " DELETE FROM {t} r USING later WHERE r._line = later._line RETURNING later._line, later.same"
            ).format(key=key, t=sql.Identifier(RESOLVED), same=same)
        )
        for line, is_same in gone:
            if is_same:
                self.outcome.unchanged += 1
            else:
                self.outcome.refuse(line, self._key_field(), "", "repeated")

    def refuse_where(self, condition: str, field_name: str, reason: str, shown: str = "''") -> None:
        """Refuse resolved rows (``r``) that meet a condition."""
        gone = run(
            sql.SQL("DELETE FROM {t} r WHERE {c} RETURNING _line, {s}").format(
                t=sql.Identifier(RESOLVED), c=sql.SQL(condition), s=sql.SQL(shown)
            )
        )
        for line, value in gone:
            self.outcome.refuse(line, field_name, plain(value)[:80], reason)

    def _key_field(self) -> str:
        return next((name for name, target in self.mapped.items() if target.column in self.table.key), "")

    def hold_references(self, targets: Mapping[str, tuple[str, str]]) -> None:
        """Hold all that the resolved rows refer to, so that nothing is checked row by row when new ones are written.

        ``targets``: for each column that is a foreign key the table and its key.
        """
        for column, (table, pk) in targets.items():
            if any(column in each.gives for each in self.references):
                query = sql.SQL("SELECT DISTINCT {c} FROM {r} WHERE {c} IS NOT NULL")
                found = run(query.format(c=sql.Identifier(column), r=sql.Identifier(RESOLVED))).fetchall()
                hold(table, (pk_of for (pk_of,) in found), pk=pk)
        self.held = True

    # -- writing -----------------------------------------------------------------------------------------------------

    def written_columns(self) -> list[str]:
        """The columns that the file decides."""
        given = [column for each in self.references for column in each.gives if not column.startswith("_")]
        plain_columns = [target.column for target in self.mapped.values()]
        return list(dict.fromkeys([*plain_columns, *given, *self.extra]))

    def _row(self, alias: str) -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(column)) for column in self.written_columns()
        )

    def write(self, compared: list[str] | None = None) -> Outcome:
        """Update what differs in ``compared`` (all written columns by default), insert what is new, count the rest."""
        table, resolved = sql.Identifier(self.table.name), sql.Identifier(RESOLVED)
        columns = self.written_columns()
        changed = [column for column in columns if column not in self.table.key]
        compared = [column for column in (compared or changed) if column not in self.table.key]
        match = sql.SQL(" AND ").join(
            sql.SQL("t.{0} = r.{0}").format(sql.Identifier(column)) for column in self.table.key
        )
        staged = self._count()
        updated = 0
        if compared:
            assignments: list[sql.Composable] = [
                sql.SQL("{0} = r.{0}").format(sql.Identifier(column)) for column in changed
            ]
            if self.table.versioned:
                assignments.append(sql.SQL("version = t.version + 1"))
            old = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(column)) for column in compared)
            new = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(column)) for column in compared)
            updated = run(
                sql.SQL("UPDATE {} t SET {} FROM {} r WHERE {} AND ROW({}) IS DISTINCT FROM ROW({})").format(
                    table, sql.SQL(", ").join(assignments), resolved, match, old, new
                )
            ).rowcount
        inserted = list(dict.fromkeys([*columns, *self.table.key]))
        fixed = {column: value for column, value in self.table.fixed.items() if column not in inserted}
        values: list[sql.Composable] = [sql.SQL("r.{}").format(sql.Identifier(column)) for column in inserted]
        values += [sql.SQL(value) for value in fixed.values()]
        insert = sql.SQL(
            "INSERT INTO {} ({}) SELECT {} FROM {} r WHERE NOT EXISTS (SELECT FROM {} t WHERE {}) ORDER BY r._line"
        ).format(
            table,
            sql.SQL(", ").join(map(sql.Identifier, [*inserted, *fixed])),
            sql.SQL(", ").join(values),
            resolved,
            table,
            match,
        )
        with checked_already() if self.held else nullcontext():
            created = run(insert).rowcount
        self.outcome.created += created
        self.outcome.updated += updated
        self.outcome.unchanged += staged - created - updated
        return self.outcome

    def _count(self) -> int:
        row = run(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(RESOLVED))).fetchone()
        assert row is not None
        return int(row[0])


def take_over(batch: Batch, table: Table) -> Outcome:
    """The usual steps for a table without personal fields."""
    work = Upsert(batch, table)
    work.stage_and_resolve()
    work.refuse_unresolved()
    work.drop_repeats()
    return work.write()
