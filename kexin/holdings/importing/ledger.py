"""Bookings: straight into the partitioned, unique, key-checked ledger; stated balances beside them, unchanged.

The ledger is append-only: a booking that is there already is *unchanged*, or refused if the file says otherwise.
Which of several bookings of one day was the last decides the stated balance of the day. ``same_day: file`` (the
default) takes the last in the file; ``same_day: chain`` takes the one whose stated balance no other booking of that
day starts from, within ``tolerance``, for sources that keep no order within a day.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from django.db import connection, transaction
from psycopg import sql
from psycopg.errors import UniqueViolation

from kexin.core.imports.importable import Batch, Load, Outcome
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_arrow, run, server, stage
from kexin.core.masking import mask_account, plain
from kexin.core.partitions import ensure_partitions

KINDS = {
    LINE: "bigint",
    "account": "text",
    "source_no": "varchar(40)",
    "booked_on": "date",
    "direction": "varchar(3)",
    "amount": "numeric(20,2)",
    "balance_after": "numeric(20,2)",
    "kind": "varchar(14)",
    "channel": "varchar(20)",
    "counterparty": "varchar(120)",
    "counterparty_bank": "varchar(80)",
    "counterparty_account": "varchar(40)",
    "description": "varchar(200)",
}
TEXTS = ("channel", "counterparty", "counterparty_bank", "counterparty_account", "description")
ACCOUNTS_AT_ONCE = 100_000
DIRECT_FROM = 10_000  # rows: a smaller batch is not worth reading all account numbers for


def load_transactions(batch: Batch) -> Outcome:
    """A batch of bookings: copied at once where all are new, else by a staging table that tells what is not."""
    outcome = Outcome()
    _ensure_months(batch)
    if not batch.load.scratch.get("overlap") and _copy_directly(batch):
        outcome.created = batch.rows
        return outcome
    batch.load.scratch["overlap"] = True
    kinds = {name: kind for name, kind in KINDS.items() if name == LINE or name in batch.fields}
    stage("import_bookings", kinds, batch.table)
    columns = [name for name in kinds if name not in (LINE, "account")]
    values = ", ".join(f"coalesce(s.{name}, '')" if name in TEXTS else f"s.{name}" for name in columns)
    outcome.created = run(
        f"INSERT INTO holdings_transaction (account_id, {', '.join(columns)})"  # noqa: S608  names are our own
        f" SELECT a.id, {values} FROM import_bookings s JOIN holdings_account a ON a.source = %s"
        " AND a.source_no = s.account AND a.source_no <> '' ORDER BY s._line"
        " ON CONFLICT (account_id, booked_on, source_no) DO NOTHING",
        [batch.load.source],
    ).rowcount
    if outcome.created < batch.rows:
        _explain(batch, columns, batch.load.source, outcome)
    return outcome


def _copy_directly(batch: Batch) -> bool:
    """COPY straight into the ledger, accounts found in Arrow; False (and nothing written) if a row stands in the way.

    Unique index and foreign key are checked by PostgreSQL as ever. After the first refusal the file goes by staging.
    """
    if batch.rows < DIRECT_FROM:
        return False
    accounts = _accounts(batch.load)
    found = pc.index_in(batch.table["account"], value_set=accounts.column("source_no").combine_chunks())
    if found.null_count:
        return False
    table = batch.table.append_column("account_id", accounts.column("id").take(found))
    columns = ["account_id", *(name for name in KINDS if name in batch.fields and name != "account")]
    for name in TEXTS:
        if name in batch.fields:
            table = table.set_column(table.schema.get_field_index(name), name, pc.fill_null(table[name], ""))
    try:
        with transaction.atomic():
            copy_arrow("holdings_transaction", columns, table)
    except UniqueViolation:
        return False
    return True


def _accounts(load: Load) -> pa.Table:
    """Numbers and ids of the source's accounts, read once per file: about 40 bytes each."""
    if "accounts" not in load.scratch:
        buffer = io.BytesIO()
        query = sql.SQL(
            "COPY (SELECT source_no, id FROM holdings_account WHERE source = {} AND source_no <> '')"
            " TO STDOUT (FORMAT csv)"
        ).format(sql.Literal(load.source))
        with server().cursor().copy(query) as copy:
            for block in copy:
                buffer.write(block)
        buffer.seek(0)
        names = arrow_csv.ReadOptions(column_names=["source_no", "id"])
        kinds = arrow_csv.ConvertOptions(column_types={"source_no": pa.string(), "id": pa.int64()})
        empty = pa.table({"source_no": pa.array([], pa.string()), "id": pa.array([], pa.int64())})
        load.scratch["accounts"] = (
            arrow_csv.read_csv(buffer, names, None, kinds) if buffer.getbuffer().nbytes else empty
        )
    found: pa.Table = load.scratch["accounts"]
    return found


def _ensure_months(batch: Batch) -> None:
    """Partitions for the months that occur, and for no others: a mistyped year costs one month, not a century."""
    made: set[tuple[int, int]] = batch.load.scratch.setdefault("months", set())
    days = batch.table["booked_on"]
    codes = pc.add(pc.multiply(pc.year(days), 12), pc.subtract(pc.month(days), 1))
    for code in sorted(pc.unique(codes).to_pylist()):
        month = (code // 12, code % 12 + 1)
        if month not in made:
            first = dt.date(*month, 1)
            for table in ("holdings_transaction", "holdings_balance"):
                ensure_partitions(table, first, first)
            made.add(month)


def _explain(batch: Batch, columns: list[str], source: str, outcome: Outcome) -> None:
    """Why rows were not inserted: no such account, booked already the same, booked already otherwise."""
    unknown = run(
        "SELECT s._line, s.account FROM import_bookings s WHERE NOT EXISTS (SELECT FROM holdings_account a"
        " WHERE a.source = %s AND a.source_no = s.account AND a.source_no <> '') ORDER BY s._line",
        [source],
    ).fetchall()
    for at, account in unknown:
        outcome.refuse(at, "account", mask_account(account), "reference")
    compared = [name for name in columns if name not in ("booked_on", "source_no")]
    ours = ", ".join(f"coalesce(s.{name}, '')" if name in TEXTS else f"s.{name}" for name in compared)
    theirs = ", ".join(f"t.{name}" for name in compared)
    other = run(
        "SELECT s._line, s.source_no FROM import_bookings s JOIN holdings_account a ON a.source = %s"  # noqa: S608
        " AND a.source_no = s.account JOIN holdings_transaction t ON t.account_id = a.id AND t.booked_on = s.booked_on"
        f" AND t.source_no = s.source_no WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs}) ORDER BY s._line",
        [source],
    ).fetchall()
    for at, number in other:
        outcome.refuse(at, "source_no", plain(number)[:80], "booked")
    outcome.unchanged = batch.rows - outcome.created - len(unknown) - len(other)


# -- when the file is through ------------------------------------------------------------------------------------------


def begin_ledger(load: Load, mark: dict[str, Any]) -> None:
    """Note the last booking before this load: what is younger is ours, also after an interruption."""
    if "after_id" not in mark:
        last = run("SELECT coalesce(max(id), 0) FROM holdings_transaction").fetchone()
        mark["after_id"] = last[0] if last else 0


def close_ledger(load: Load, mark: dict[str, Any]) -> dict[str, Any]:
    """State the days' balances, bring accounts and assets up to date, and report gaps where the profile wants it.

    Everything here may be done again: it writes only what differs.
    """
    from kexin.holdings.assets import refresh_assets

    if mark["created"]:
        _at_once([partial(_state_balances, load, mark["after_id"], month) for month in _months(mark["after_id"])])
        for low, high in _ranges(load.source):
            _in_own_transaction(load, partial(_update_accounts, load.source, low, high))
        refresh_assets()
    if load.options.get("report_gaps") == "true":
        return {"balance_gaps": _report_gaps(load)}
    return {}


def _months(after_id: int) -> list[dt.date]:
    """The months that got bookings, by their first days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'holdings_transaction'::regclass ORDER BY 1"
        )
        partitions = [name for (name,) in cursor.fetchall()]
        found: set[dt.date] = set()
        for name in partitions:
            cursor.execute(
                "SELECT date_trunc('month', booked_on)::date"  # noqa: S608
                f" FROM {connection.ops.quote_name(name)} WHERE id > %s LIMIT 1",
                [after_id],
            )
            found.update(row[0] for row in cursor.fetchall())
    return sorted(found)


def _at_once(steps: list[Callable[[], None]]) -> None:
    """Two steps at a time on connections of their own; one after the other inside a transaction (a trial, a test)."""
    if connection.in_atomic_block or len(steps) < 2:
        for step in steps:
            step()
        return

    def one(step: Callable[[], None]) -> None:
        try:
            step()
        finally:
            connection.close()

    with ThreadPoolExecutor(2, "import-balances") as pool:
        for future in [pool.submit(one, step) for step in steps]:
            future.result()


def _in_own_transaction(load: Load, step: Callable[[], None]) -> None:
    with transaction.atomic():
        run(
            "SELECT set_config('kexin.actor', %s, true), set_config('kexin.operation', 'core.import', true)",
            [load.actor.name],
        )
        step()


def _state_balances(load: Load, after_id: int, month: dt.date) -> None:
    """The stated balance at the end of every day of a month that got bookings: in the order of the index, set-based."""
    order, values = "t.id DESC", []
    if load.options.get("same_day", "file") == "chain":
        order = (
            "EXISTS (SELECT FROM holdings_transaction y WHERE y.account_id = t.account_id AND y.booked_on = t.booked_on"
            " AND y.id <> t.id AND abs(y.balance_after - CASE y.direction WHEN 'in' THEN y.amount ELSE -y.amount END"
            " - t.balance_after) <= %s), t.id DESC"
        )
        values = [str(load.options.get("tolerance", "0"))]
    until = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    _in_own_transaction(
        load,
        lambda: (
            run(
                "INSERT INTO holdings_balance (account_id, day, balance)"  # noqa: S608
                " SELECT DISTINCT ON (t.account_id, t.booked_on) t.account_id, t.booked_on, t.balance_after"
                " FROM holdings_transaction t"
                " WHERE t.booked_on >= %s AND t.booked_on < %s AND t.balance_after IS NOT NULL"
                " AND (t.account_id, t.booked_on) IN (SELECT account_id, booked_on FROM holdings_transaction"
                " WHERE id > %s AND booked_on >= %s AND booked_on < %s)"
                f" ORDER BY t.account_id, t.booked_on, {order}"
                " ON CONFLICT (account_id, day) DO UPDATE SET balance = EXCLUDED.balance"
                " WHERE holdings_balance.balance IS DISTINCT FROM EXCLUDED.balance",
                [month, until, after_id, month, until, *values],
            ),
            None,
        )[1],
    )


def _update_accounts(source: str, low: int, high: int) -> None:
    """An account's balance is the last stated one; a younger one that is known already stays."""
    run(
        "UPDATE holdings_account a SET balance = b.balance, balance_on = b.day FROM ("
        " SELECT DISTINCT ON (account_id) account_id, day, balance FROM holdings_balance"
        " WHERE account_id BETWEEN %s AND %s ORDER BY account_id, day DESC) b"
        " WHERE a.id = b.account_id AND a.source = %s AND (a.balance_on IS NULL OR a.balance_on <= b.day)"
        " AND ROW(a.balance, a.balance_on) IS DISTINCT FROM ROW(b.balance, b.day)",
        [low, high, source],
    )


def _ranges(source: str) -> list[tuple[int, int]]:
    """Ranges of account ids of a source that hold a bearable number each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM holdings_account WHERE source = %s", [source])
        low, high = cursor.fetchone()
    if low is None:
        return []
    return [(start, min(start + ACCOUNTS_AT_ONCE - 1, high)) for start in range(low, high + 1, ACCOUNTS_AT_ONCE)]


def _report_gaps(load: Load) -> dict[str, Any]:
    """Accounts whose last stated balance is not the sum of their bookings: reported, never repaired."""
    from kexin.core.imports.engine import reports_folder

    checked, found, largest = 0, 0, Decimal(0)
    path = reports_folder(load.run_id) / "balance-gaps.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["account", "stated_balance", "stated_on", "sum_of_bookings", "gap"])
        for low, high in _ranges(load.source):
            rows = run(
                "SELECT a.source_no, a.balance, a.balance_on, s.total FROM holdings_account a JOIN (SELECT account_id,"
                " sum(CASE direction WHEN 'in' THEN amount ELSE -amount END) AS total FROM holdings_transaction"
                " WHERE account_id BETWEEN %s AND %s GROUP BY account_id) s ON s.account_id = a.id"
                " WHERE a.source = %s AND a.balance_on IS NOT NULL ORDER BY a.id",
                [low, high, load.source],
            )
            for number, stated, day, total in rows:
                checked += 1
                gap = stated - total
                if gap:
                    found += 1
                    largest = max(largest, abs(gap))
                    writer.writerow([number, stated, day, total, gap])
    return {"accounts": checked, "with_gap": found, "largest": str(largest), "file": path.name}
