"""Bookings: straight into the partitioned, unique, key-checked ledger; stated balances beside them, unchanged.

The ledger is append-only: a booking that is there already is *unchanged*, or refused if the file says otherwise.
Which of several bookings of one day was the last decides the stated balance of the day. ``same_day: file`` (the
default) takes the last in the file; ``same_day: chain`` takes the one whose stated balance no other booking of that
day starts from, within ``tolerance``, for sources that keep no order within a day.
"""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from kexin.core.imports.importable import Batch, Load, Outcome
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import run, stage
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


def load_transactions(batch: Batch) -> Outcome:
    """One statement inserts the bookings; only what it left out is looked at again. Then the days' balances."""
    outcome = Outcome()
    kinds = {name: kind for name, kind in KINDS.items() if name == LINE or name in batch.fields}
    _ensure_months(batch)
    stage("import_bookings", kinds, batch.table)
    source = batch.load.source
    columns = [name for name in kinds if name not in (LINE, "account")]
    values = ", ".join(f"coalesce(s.{name}, '')" if name in TEXTS else f"s.{name}" for name in columns)
    inserted = run(
        f"INSERT INTO holdings_transaction (account_id, {', '.join(columns)})"  # noqa: S608  names are our own
        f" SELECT a.id, {values} FROM import_bookings s JOIN holdings_account a ON a.source = %s"
        " AND a.source_no = s.account AND a.source_no <> '' ORDER BY s._line"
        " ON CONFLICT (account_id, booked_on, source_no) DO NOTHING",
        [source],
    ).rowcount
    outcome.created = inserted
    if inserted < batch.rows:
        _explain(batch, columns, source, inserted, outcome)
    if inserted and "balance_after" in batch.fields:
        _state_balances(batch, source)
        low, high = _first_and_last_day(batch)
        days = batch.load.scratch.setdefault("days", [low, high])
        days[:] = [min(days[0], low), max(days[1], high)]
    return outcome


def _first_and_last_day(batch: Batch) -> tuple[dt.date, dt.date]:
    found = pc.min_max(batch.table["booked_on"])
    return found["min"].as_py(), found["max"].as_py()


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


def _explain(batch: Batch, columns: list[str], source: str, inserted: int, outcome: Outcome) -> None:
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
    outcome.unchanged = batch.rows - inserted - len(unknown) - len(other)


def _state_balances(batch: Batch, source: str) -> None:
    """The stated balance at the end of every day that has bookings in this batch."""
    days = (
        "SELECT DISTINCT a.id AS account_id, s.booked_on FROM import_bookings s JOIN holdings_account a"
        " ON a.source = %s AND a.source_no = s.account"
    )
    order, values = "t.id DESC", [source]
    if batch.load.options.get("same_day", "file") == "chain":
        order = (
            "EXISTS (SELECT FROM holdings_transaction y WHERE y.account_id = t.account_id AND y.booked_on = t.booked_on"
            " AND y.id <> t.id AND abs(y.balance_after - CASE y.direction WHEN 'in' THEN y.amount ELSE -y.amount END"
            " - t.balance_after) <= %s), t.id DESC"
        )
        values.append(str(batch.load.options.get("tolerance", "0")))
    run(
        "INSERT INTO holdings_balance (account_id, day, balance)"  # noqa: S608
        " SELECT DISTINCT ON (t.account_id, t.booked_on) t.account_id, t.booked_on, t.balance_after"
        f" FROM ({days}) d JOIN holdings_transaction t ON t.account_id = d.account_id AND t.booked_on = d.booked_on"
        f" WHERE t.balance_after IS NOT NULL ORDER BY t.account_id, t.booked_on, {order}"
        " ON CONFLICT (account_id, day) DO UPDATE SET balance = EXCLUDED.balance"
        " WHERE holdings_balance.balance IS DISTINCT FROM EXCLUDED.balance",
        values,
    )


# -- when the file is through ------------------------------------------------------------------------------------------


def close_ledger(load: Load, mark: dict[str, Any]) -> dict[str, Any]:
    """Bring accounts and customers' assets up to date with the ledger, and report gaps where the profile wants it."""
    from kexin.holdings.assets import refresh_assets

    for low, high in _ranges(load.source):
        with transaction.atomic():
            run(
                "SELECT set_config('kexin.actor', %s, true), set_config('kexin.operation', 'core.import', true)",
                [load.actor.name],
            )
            run(
                "UPDATE holdings_account a SET balance = b.balance, balance_on = b.day FROM ("
                " SELECT DISTINCT ON (account_id) account_id, day, balance FROM holdings_balance"
                " WHERE account_id BETWEEN %s AND %s ORDER BY account_id, day DESC) b"
                " WHERE a.id = b.account_id AND a.source = %s AND (a.balance_on IS NULL OR a.balance_on <= b.day)"
                " AND ROW(a.balance, a.balance_on) IS DISTINCT FROM ROW(b.balance, b.day)",
                [low, high, load.source],
            )
    refresh_assets()
    if load.options.get("report_gaps") == "true":
        return {"balance_gaps": _report_gaps(load)}
    return {}


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


def columns_of(table: pa.Table) -> list[str]:
    """The staged columns a table brings, for the benchmark."""
    return [name for name in KINDS if name in table.column_names]
