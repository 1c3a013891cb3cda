"""Bookings: straight into the partitioned, unique, key-checked ledger.

The ledger is append-only: a booking that is there already is *unchanged*, or refused if the file says otherwise.
A batch in which all is new is copied at once, sorted as the months' indexes are, which is what they take in fastest;
where a row is there already, the batch goes by a temporary table that tells new from known.
"""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from django.db import transaction
from psycopg import sql
from psycopg.errors import UniqueViolation

from kexin.core.imports.importable import Batch, Load, Outcome
from kexin.core.imports.keys import checked_already, hold
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_arrow, run, server, stage
from kexin.core.masking import mask_account, plain
from kexin.core.partitions import ensure_partitions

KINDS = {
    LINE: "bigint",
    "account_id": "bigint",
    "source_no": 'varchar(40) COLLATE "C"',
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
WHOLE_FROM = 10_000  # rows: for a smaller batch only the accounts that occur are read, not all of the source


def load_transactions(batch: Batch) -> Outcome:
    """A batch of bookings: those of unknown accounts refused, the others copied or told apart."""
    outcome = Outcome()
    rows = _with_accounts(batch, outcome)
    if not rows.num_rows:
        return outcome
    _ensure_months(rows, batch.load)
    columns = [name for name in KINDS if name in rows.column_names and name != LINE]
    scratch = batch.load.scratch
    if not scratch.get("overlap") and _copy_at_once(rows, columns):
        outcome.created = rows.num_rows
    else:
        _tell_apart(rows, columns, outcome)
        scratch["overlap"] = outcome.created < rows.num_rows  # behind what was known a file may be new again
    return outcome


def _with_accounts(batch: Batch, outcome: Outcome) -> pa.Table:
    """The batch with its accounts' ids and blank texts empty; rows of unknown accounts are refused."""
    table = batch.table.combine_chunks()
    numbers, ids = _accounts(batch.load, table["account"])
    table = table.append_column("account_id", _ids(table["account"].combine_chunks(), numbers, ids))
    if table["account_id"].null_count:
        unknown = table.filter(pc.is_null(table["account_id"])).select([LINE, "account"])
        for at, account in zip(unknown[LINE].to_pylist(), unknown["account"].to_pylist(), strict=True):
            outcome.refuse(at, "account", mask_account(account), "reference")
        table = table.filter(pc.is_valid(table["account_id"]))
    for name in TEXTS:
        if name in batch.fields and table[name].null_count:
            table = table.set_column(table.schema.get_field_index(name), name, pc.fill_null(table[name], ""))
    return table


def _ids(accounts: pa.Array, numbers: pa.Array, ids: pa.Array) -> pa.Array:
    """The id of each row's account, null where there is none: a table of the few that occur, searched for all known."""
    occurring = accounts.dictionary_encode()
    place = pc.index_in(numbers, value_set=occurring.dictionary)
    hit = pc.is_valid(place)
    found = np.zeros(len(occurring.dictionary), np.int64)
    found[place.filter(hit).to_numpy()] = ids.filter(hit).to_numpy()
    return pa.array(found, mask=found == 0).take(occurring.indices)


def _accounts(load: Load, occurring: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Numbers and ids of the source's accounts: about 40 bytes each, read once per file if the batch is large."""
    known: tuple[pa.Array, pa.Array] | None = load.scratch.get("accounts")
    if known is not None:
        return known
    which: sql.Composable = sql.SQL("source_no <> ''")
    if len(occurring) < WHOLE_FROM:
        which = sql.SQL("source_no <> '' AND source_no = ANY({})").format(
            sql.Literal([each for each in pc.unique(occurring).to_pylist() if each])
        )
    buffer = io.BytesIO()
    query = sql.SQL("COPY (SELECT source_no, id FROM holdings_account WHERE source = {} AND {}) TO STDOUT (FORMAT csv)")
    with server().cursor().copy(query.format(sql.Literal(load.source), which)) as copy:
        for block in copy:
            buffer.write(block)
    found = (pa.array([], pa.string()), pa.array([], pa.int64()))
    if buffer.tell():
        buffer.seek(0)
        names = arrow_csv.ReadOptions(column_names=["source_no", "id"])
        kinds = arrow_csv.ConvertOptions(column_types={"source_no": pa.string(), "id": pa.int64()})
        read = arrow_csv.read_csv(buffer, names, None, kinds).combine_chunks()
        found = (read["source_no"].combine_chunks(), read["id"].combine_chunks())
    if len(occurring) >= WHOLE_FROM:
        load.scratch["accounts"] = found
    return found


def _months_of(rows: pa.Table) -> pa.ChunkedArray:
    """Each row's month, counted from year 0."""
    days = rows["booked_on"]
    return pc.add(pc.multiply(pc.year(days), 12), pc.subtract(pc.month(days), 1))


def _ensure_months(rows: pa.Table, load: Load) -> None:
    """Partitions for the months that occur, and for no others: a mistyped year costs one month, not a century."""
    made: set[tuple[int, int]] = load.scratch.setdefault("months", set())
    for code in sorted(pc.unique(_months_of(rows)).to_pylist()):
        month = (code // 12, code % 12 + 1)
        if month not in made:
            first = dt.date(*month, 1)
            for table in ("holdings_transaction", "holdings_balance"):
                ensure_partitions(table, first, first)
            made.add(month)


def _copy_at_once(rows: pa.Table, columns: list[str]) -> bool:
    """COPY into the ledger; False (and nothing written) if a booking is there already.

    Month by month and within it as the unique index is sorted; bookings of an account on one day keep the order of
    the file, which decides the balance of the day.
    """
    account = rows["account_id"].to_numpy()
    order = np.lexsort((rows["booked_on"].cast(pa.int32()).to_numpy(), account, _months_of(rows).to_numpy()))
    try:
        with transaction.atomic():
            hold("holdings_account", np.unique(account).tolist())
            with checked_already():
                copy_arrow("holdings_transaction", columns, rows.select(columns).take(order))
    except UniqueViolation:
        return False
    return True


def _tell_apart(rows: pa.Table, columns: list[str], outcome: Outcome) -> None:
    """Write what is new, count what is known, refuse what is booked otherwise; of repeated rows the first is new."""
    stage("import_bookings", {name: KINDS[name] for name in (LINE, *columns)}, rows)
    days = pc.min_max(rows["booked_on"]).as_py()
    span = [days["min"], days["max"]]
    compared = [name for name in columns if name not in ("account_id", "booked_on", "source_no")]
    ours, theirs = (", ".join(f"{letter}.{name}" for name in compared) for letter in "st")
    matched = (
        "holdings_transaction t ON t.account_id = s.account_id AND t.booked_on = s.booked_on"
        " AND t.source_no = s.source_no AND t.booked_on BETWEEN %s AND %s"
    )
    run("DROP TABLE IF EXISTS pg_temp.import_left")
    left = run(
        "CREATE TEMP TABLE import_left ON COMMIT DROP AS"  # noqa: S608  names are our own
        f" SELECT s.* FROM import_bookings s LEFT JOIN {matched}"
        f" WHERE t.id IS NULL OR ROW({ours}) IS DISTINCT FROM ROW({theirs})",
        span,
    ).rowcount
    outcome.unchanged += rows.num_rows - left
    if not left:
        return
    hold("holdings_account", [row[0] for row in run("SELECT DISTINCT account_id FROM import_left")])
    with checked_already():
        created = run(
            f"INSERT INTO holdings_transaction ({', '.join(columns)})"  # noqa: S608
            f" SELECT {', '.join(columns)} FROM import_left ORDER BY _line"
            " ON CONFLICT (account_id, booked_on, source_no) DO NOTHING"
        ).rowcount
    outcome.created += created
    if created == left:
        return
    other = run(
        f"SELECT s._line, s.source_no FROM import_left s JOIN {matched}"  # noqa: S608
        f" WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs}) ORDER BY s._line",
        span,
    ).fetchall()
    for at, number in other:
        outcome.refuse(at, "source_no", plain(number)[:80], "booked")
    outcome.unchanged += left - created - len(other)
