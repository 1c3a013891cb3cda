"""How fast the importer is, beside bare COPY of the same rows into the same tables.

``SIZE`` is ``full`` (1,000,000 customers, 2,000,000 accounts, 50,000,000 transactions) or a number of customers
(100,000 unless said; two accounts and twenty transactions each). The bank has a database and keys of its own in a
temporary folder that is removed at the end. Prints one table::

    python -m bench.importing
"""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUILD_IDS = """
CREATE MACRO digit(s, n) AS CAST(substr(s, n, 1) AS INTEGER);
CREATE MACRO resident(i) AS (
  WITH b AS (SELECT '310101' || strftime(DATE '1950-01-01' + CAST(i % 18000 AS INTEGER), '%Y%m%d')
                    || lpad(CAST((i // 18000) % 1000 AS VARCHAR), 3, '0') AS s)
  SELECT s || substr('10X98765432', 1 + (digit(s,1)*7 + digit(s,2)*9 + digit(s,3)*10 + digit(s,4)*5 + digit(s,5)*8
    + digit(s,6)*4 + digit(s,7)*2 + digit(s,8)*1 + digit(s,9)*6 + digit(s,10)*3 + digit(s,11)*7 + digit(s,12)*9
    + digit(s,13)*10 + digit(s,14)*5 + digit(s,15)*8 + digit(s,16)*4 + digit(s,17)*2) % 11, 1) FROM b);
"""
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红健华建国志海云飞晓春玉梅鹏宇欣怡梓涵子轩雨泽浩然思远佳琪"
)
PROFILE = """
profile: bench
source: bench
files:
  - target: people.unit
    rows:
      - {code: HEAD, name: 总行, kind: head_office}
      - {code: U1, name: 城东支行, kind: sub_branch, parent: HEAD}
  - file: customers.csv
    target: party.customer
    columns: {source_no: no, unit: unit, name: name, document_type: {constant: CN-RIC}, document_number: id_number,
              mobile: mobile, email: email, address_area: area, address_detail: street}
  - file: accounts.csv
    target: holdings.account
    columns: {source_no: no, number: no, customer: customer, unit: unit, kind: {constant: current}, opened_on: opened}
  - file: transactions.csv
    target: holdings.transaction
    columns: {source_no: no, account: account, booked_on: day, direction: {from: dc, translate: {C: in, D: out}},
              amount: amount, balance_after: balance, kind: {from: code, translate: {T: transfer_out, S: salary}},
              channel: channel, counterparty: other, description: text}
"""


@dataclass(frozen=True)
class Size:
    customers: int
    accounts: int
    transactions: int


def size() -> Size:
    wanted = os.environ.get("SIZE") or "100000"
    if wanted == "full":
        return Size(1_000_000, 2_000_000, 50_000_000)
    return Size(int(wanted), 2 * int(wanted), 20 * int(wanted))


def make_files(folder: Path, size: Size) -> None:
    """Files of a source bank, the same for the same size."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = true")
    for statement in BUILD_IDS.strip().split(";\n"):
        con.execute(statement)
    char = "substr('{0}', 1 + CAST(hash(i * {1}) % {2} AS INTEGER), 1)"
    name = " || ".join(
        [char.format(SURNAMES, 3, len(SURNAMES)), char.format(GIVEN, 5, len(GIVEN)), char.format(GIVEN, 7, len(GIVEN))]
    )
    con.execute(
        f"COPY (SELECT 'K' || i AS no, 'U1' AS unit, {name} AS name, resident(i) AS id_number,"
        " '13' || lpad(CAST(i AS VARCHAR), 9, '5') AS mobile, 'kunde' || i || '@example.com' AS email,"
        " '上海市浦东新区' AS area, '世纪大道' || i || '号' AS street"
        f" FROM range({size.customers}) t(i)) TO '{folder / 'customers.csv'}' (HEADER)"
    )
    con.execute(
        "COPY (SELECT CAST(6222000000000000 + i AS VARCHAR) AS no,"
        f" 'K' || (i % {size.customers}) AS customer, 'U1' AS unit, DATE '2015-01-01' + CAST(i % 3000 AS"
        f" INTEGER) AS opened"
        f" FROM range({size.accounts}) t(i)) TO '{folder / 'accounts.csv'}' (HEADER)"
    )
    con.execute(
        "COPY (SELECT 'T' || i AS no,"
        f" CAST(6222000000000000 + (hash(i) % {size.accounts}) AS VARCHAR) AS account,"
        f" DATE '2025-01-01' + CAST(i * 365 // {size.transactions} AS INTEGER) AS day,"
        " CASE WHEN i % 7 = 0 THEN 'C' ELSE 'D' END AS dc, CAST((hash(i * 11) % 1000000) / 100 AS"
        " DECIMAL(20,2)) AS amount,"
        " CAST((hash(i * 13) % 100000000) / 100 AS DECIMAL(20,2)) AS balance, CASE WHEN i % 7 = 0 THEN 'S'"
        " ELSE 'T' END AS code,"
        " 'mobile' AS channel, '商户' || (i % 5000) AS other, '消费' AS text"
        f" FROM range({size.transactions}) t(i)) TO '{folder / 'transactions.csv'}' (HEADER)"
    )
    con.close()


def load(folder: Path, parts: str) -> tuple[float, dict[str, Any], float]:
    """Import some parts of the profile; seconds, report, and the largest memory of this process so far in MB."""
    import yaml

    from kexin.core.actor import system
    from kexin.core.imports.engine import run_import
    from kexin.core.imports.profile import parse_profile

    content = yaml.load(PROFILE, Loader=yaml.BaseLoader)
    content["files"] = [each for each in content["files"] if each["target"] in parts.split()]
    profile = parse_profile(yaml.safe_dump(content, allow_unicode=True))
    began = time.perf_counter()
    report = run_import(profile, folder, actor=system("bench"))
    seconds = time.perf_counter() - began
    assert report["rejected"] == 0, report
    return seconds, report, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_copy(query: str, table: str, columns: str) -> tuple[float, int]:
    """COPY rows that lie ready into a table with all its indexes and keys, and give it up again; seconds and rows."""
    from django.db import connection, transaction

    with tempfile.TemporaryFile() as spool:
        with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as out:
            for block in out:
                spool.write(block)
        spool.seek(0)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('kexin.history', 'off', true)")
                began = time.perf_counter()
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for block in _blocks(spool):
                        copy.write(block)
                rows = cursor.rowcount
            seconds = time.perf_counter() - began
            transaction.set_rollback(True)
    return seconds, rows


def _blocks(file: io.BufferedIOBase | Any) -> Iterator[bytes]:
    while block := file.read(1 << 20):
        yield block


def main() -> None:
    """Load, compare, print."""
    from rich.console import Console
    from rich.table import Table

    wanted = size()
    work = Path(tempfile.mkdtemp(prefix="kexin-bench-"))
    os.environ["KEXIN_VAR"] = str(work)
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("KEXIN_KEYS_DIR", None)
    console = Console(stderr=True)
    rows: list[tuple[str, int, float, float, float]] = []
    try:
        from kexin.project.installation import opened

        with opened():
            from kexin.project.commands.preparation import prepare

            prepare()
            console.print("making files …")
            make_files(work, wanted)
            for label, parts, target, table, columns, shift in (
                ("customers", "people.unit party.customer", "party.customer", "", "", ""),
                ("accounts", "holdings.account", "holdings.account", "", "", ""),
                (
                    "transactions",
                    "holdings.transaction",
                    "holdings.transaction",
                    "holdings_transaction",
                    "account_id, booked_on, direction, amount, balance_after, kind, channel, counterparty,"
                    " counterparty_bank, counterparty_account, description, source_no",
                    "'N' || source_no",
                ),
            ):
                console.print(f"loading {label} …")
                seconds, report, memory = load(work, parts)
                count = report["targets"][target]["created"]
                bare = 0.0
                if table:
                    chosen = columns.replace("source_no", shift)
                    few = min(count, 2_000_000)
                    copied, number = bare_copy(f"SELECT {chosen} FROM {table} ORDER BY id LIMIT {few}", table, columns)
                    bare = number / copied
                rows.append((label, count, seconds, memory, bare))
            seconds, report, memory = load(work, "people.unit party.customer holdings.account holdings.transaction")
            rows.append(("all again (unchanged)", report["read"], seconds, memory, 0.0))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    table_shown = Table(title=f"Import of {wanted.customers:,} customers on {os.cpu_count()} cores")
    for heading in ("what", "rows", "seconds", "rows/s", "bare COPY rows/s", "peak MB"):
        table_shown.add_column(heading, justify="left" if heading == "what" else "right")
    for label, count, seconds, memory, bare in rows:
        table_shown.add_row(
            label,
            f"{count:,}",
            f"{seconds:,.1f}",
            f"{count / seconds:,.0f}",
            f"{bare:,.0f}" if bare else "",
            f"{memory:,.0f}",
        )
    Console().print(table_shown)
    print(json.dumps([dict(zip(("what", "rows", "seconds", "mb", "bare"), row, strict=True)) for row in rows]))


if __name__ == "__main__":
    sys.exit(main())
