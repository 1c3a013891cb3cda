"""Bookings of many rows: what is known and what is new in one file, repeated rows, late months, balances."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kexin.core.actor import system
from kexin.core.imports.engine import run_import
from kexin.core.imports.profile import parse_profile
from kexin.core.imports.runs import rejections
from kexin.holdings.models import Account, Balance, Transaction

pytestmark = pytest.mark.django_db
PROFILE = """
profile: ledger
source: ledger
files:
  - target: people.unit
    rows: [{code: L1, name: 城西支行, kind: sub_branch}]
  - target: party.customer
    rows: [{source_no: "1", name: 张秀兰, unit: L1}]
  - target: holdings.account
    rows:
      - {source_no: A1, customer: "1", unit: L1, kind: current}
      - {source_no: A2, customer: "1", unit: L1, kind: current}
  - file: bookings.csv
    target: holdings.transaction
    columns: {source_no: no, account: account, booked_on: day, direction: {constant: in}, amount: amount,
              balance_after: balance, kind: {constant: other}, description: text}
"""
HEAD = "no,account,day,amount,balance,text\n"


def row(number: int, *, day: str = "", balance: str = "", account: str = "", text: str = "") -> str:
    day = day or f"2026-{number % 3 + 1:02}-{number % 28 + 1:02}"
    return f"{number},{account or f'A{number % 2 + 1}'},{day},1.00,{balance or f'{number}.00'},{text}\n"


def load(folder: Path, rows: list[str]) -> dict[str, Any]:
    (folder / "bookings.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    report = run_import(parse_profile(PROFILE), folder, actor=system("test.import"))
    found: dict[str, Any] = {**report["targets"]["holdings.transaction"], "run": report["run"]}
    return found


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[key] for key in ("created", "unchanged", "rejected"))


def test_known_and_new_rows_of_one_file_are_told_apart(tmp_path: Path, bank: object) -> None:
    first = [row(number) for number in range(1, 11_001)]
    assert counts(load(tmp_path, first)) == (11_000, 0, 0)
    assert counts(load(tmp_path, first)) == (0, 11_000, 0)
    more = [
        *first[:5],
        row(6, text="另一摘要"),
        *first[6:],
        row(20_000, account="A9"),
        row(20_001),
        row(20_001),
        row(20_001, text="又一摘要"),
    ]
    report = load(tmp_path, more)
    assert counts(report) == (1, 10_999 + 1, 3)
    refused = {(each.line, each.reason) for each in rejections(system("test.import"), report["run"])}
    assert refused == {(7, "booked"), (11_002, "reference"), (11_005, "booked")}
    assert Transaction.objects.get(source_no="6").description == ""


def test_the_last_of_a_day_in_the_file_states_the_balance_wherever_it_is_stored(tmp_path: Path, bank: object) -> None:
    one, other = "2026-03-09", "2026-01-31"
    load(
        tmp_path,
        [
            row(30, day=one, account="A1", balance="5.00"),
            row(10, day=other, account="A1", balance="3.00"),
            row(20, day=one, account="A1", balance="9.00"),
            row(15, day=one, account="A1", balance="7.00"),
            row(11, day=one, account="A2", balance="2.00"),
        ],
    )
    stated = {
        (str(each.day), each.account.source_no): each.balance for each in Balance.objects.select_related("account")
    }
    assert stated == {(one, "A1"): Decimal(7), (other, "A1"): Decimal(3), (one, "A2"): Decimal(2)}
    order = Transaction.objects.filter(account__source_no="A1", booked_on=one).order_by("id")
    assert list(order.values_list("source_no", flat=True)) == ["30", "20", "15"]

    # A later file adds to a day that has a balance, and to an older month: the account keeps its youngest balance.
    load(
        tmp_path,
        [row(31, day=one, account="A1", balance="8.00"), row(9, day="2025-12-30", account="A1", balance="1.00")],
    )
    stated = {
        (str(each.day), each.account.source_no): each.balance for each in Balance.objects.select_related("account")
    }
    assert stated[one, "A1"] == Decimal(8)
    load(tmp_path, [row(8, day="2025-12-31", account="A1", balance="4.00")])
    assert Balance.objects.count() == 5
    account = Account.objects.get(source_no="A1")
    assert (account.balance, str(account.balance_on)) == (Decimal(8), one)


def test_keys_of_the_ledger_are_enforced_for_everybody_else(tmp_path: Path, bank: object) -> None:
    load(tmp_path, [row(1)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = 'holdings_transaction'::regclass AND contype = 'f'"
            " AND confrelid = 'holdings_account'::regclass AND convalidated"
        )
        assert cursor.fetchone()[0] == 1
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone()[0] == "origin"
        cursor.execute(
            "SELECT count(*) FROM holdings_transaction t WHERE NOT EXISTS"
            " (SELECT FROM holdings_account a WHERE a.id = t.account_id)"
        )
        assert cursor.fetchone()[0] == 0
