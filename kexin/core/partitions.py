"""Monthly partitions: made twelve months ahead, at every migrate and every day.

The work is done by the SQL function ``kexin_ensure_partitions`` (migration 0002). A row outside every month lands in
the default partition, so nothing is ever refused for want of a month; :func:`strays` tells of such rows, and the next
``ensure_partitions`` over their month moves them.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MONTHS_AHEAD = 12
_PATIENCE_MS = 2_000  # a new month waits this long for readers of the default partition, who would queue behind it
_ATTEMPTS = 15

partitioned_tables: dict[str, str] = {}


def register(table: str, column: str) -> None:
    """Enter a partitioned table and the date (business day) or timestamp (UTC) column that decides the month."""
    partitioned_tables[table] = column


for _table in ("core_auditentry", "core_event", "core_history"):
    register(_table, "at")


def ensure_partitions(table: str, first: dt.date, last: dt.date) -> int:
    """Make the months of ``table`` from ``first`` to ``last`` (both included) that are missing; how many were.

    Outside a transaction it gives way to running readers and tries again, for half a minute at most
    (then OperationalError); inside one it waits as any statement does.
    """
    if connection.in_atomic_block:
        return _ensure(table, first, last)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(_PATIENCE_MS)])
                return _ensure(table, first, last)
        except OperationalError as error:
            if attempt == _ATTEMPTS or getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock not available
                raise
            time.sleep(0.1)
    raise AssertionError("unreachable")


def _ensure(table: str, first: dt.date, last: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kexin_ensure_partitions(%s::regclass, %s, %s)", [table, first, last])
        return int(cursor.fetchone()[0])


def ensure_all() -> dict[str, int]:
    """Last month to twelve months ahead for every registered table that exists; how many months were new."""
    from kexin.core.calendar import business_date

    made = {}
    for table in partitioned_tables:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT a.atttypid = 'date'::regtype FROM pg_partitioned_table p JOIN pg_attribute a"
                " ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] WHERE p.partrelid = to_regclass(%s)",
                [table],
            )
            row = cursor.fetchone()
        if row is None:  # a migration that makes it has not run yet
            continue
        today = business_date() if row[0] else dt.datetime.now(dt.UTC).date()
        made[table] = ensure_partitions(table, _month(today, -1), _month(today, MONTHS_AHEAD))
    return made


def _month(day: dt.date, offset: int) -> dt.date:
    months = day.year * 12 + day.month - 1 + offset
    return dt.date(months // 12, months % 12 + 1, 1)


def ensure_after_migrate(**_: Any) -> None:
    """Receiver of ``post_migrate``."""
    ensure_all()


def earliest(table: str, column: str) -> Any:
    """The first day (or moment) in a table of months, None where it is empty: only its first month is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass ORDER BY c.relname",
            [table],
        )
        names = [name for (name,) in cursor.fetchall()]
        net, quote = f"{table}_default", connection.ops.quote_name
        found = []
        for name in [each for each in names if each == net] + [each for each in names if each != net]:
            cursor.execute(f"SELECT min({quote(column)}) FROM {quote(name)}")  # noqa: S608  quoted names
            first = cursor.fetchone()[0]
            if first is not None:
                found.append(first)
                if name != net:
                    break
    return min(found, default=None)


def strays() -> dict[str, int]:
    """Tables whose default partition holds rows, with how many (at most 1,000 are counted): for ``kexin doctor``."""
    found = {}
    with connection.cursor() as cursor:
        for table in partitioned_tables:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{table}_default"])
            if not cursor.fetchone()[0]:
                continue
            net = connection.ops.quote_name(f"{table}_default")
            cursor.execute(f"SELECT count(*) FROM (SELECT FROM {net} LIMIT 1000) few")  # noqa: S608  a quoted name
            if count := int(cursor.fetchone()[0]):
                found[table] = count
    return found


class PartitionByMonth(Operation):
    """In a migration, after the partitioned table was made in SQL: its default partition and the first months."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.table], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Partitions are no part of Django's model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_value(self.table)
        schema_editor.execute(f"SELECT kexin_ensure_partitions({table}::regclass, current_date, current_date)")

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Dropping the table drops its partitions."""

    def describe(self) -> str:
        return f"Make the monthly partitions of {self.table}"
