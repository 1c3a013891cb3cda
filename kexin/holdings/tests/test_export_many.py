"""Accounts and bookings of many customers leaving: reach, purpose, limit, what stands in the lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry
from kexin.holdings.ledger_queries import TransactionFilter
from kexin.holdings.operations import export_accounts, export_ledger
from kexin.holdings.operations.export_many import ACCOUNT_HEADS, LEDGER_HEADS, account_rows, ledger_rows
from kexin.holdings.tests.conftest import Ledger

pytestmark = pytest.mark.django_db


def test_accounts_leave_with_masked_numbers(bank: Any, chen: Any, ledger: Ledger) -> None:
    account = ledger.account(chen, balance="1200.50")
    allowed, count = export_accounts(actor=bank.actor("lin"), purpose="对账")
    (line,) = account_rows(allowed)
    assert count == 1
    assert len(line) == len(ACCOUNT_HEADS)
    assert line[0] == account.pk
    assert line[1].startswith("****")
    assert line[6] == Decimal("1200.50")
    entry = AuditEntry.objects.get(operation="holdings.export_accounts")
    assert (entry.actor_name, entry.arguments["rows"], entry.arguments["purpose"]) == ("1001", 1, "对账")


def test_bookings_leave_account_by_account_and_narrowed_by_day(bank: Any, chen: Any, ledger: Ledger) -> None:
    second, first = ledger.account(chen), ledger.account(chen)
    for account in (first, second):
        ledger.book(account, dt.date(2026, 3, 2), "-5.00")
        ledger.book(account, dt.date(2026, 1, 2), "7.00")
    wanted = TransactionFilter(first=dt.date(2026, 2, 1))
    allowed, count = export_ledger(actor=bank.actor("zhou"), wanted=wanted, purpose="检查")
    lines = list(ledger_rows(allowed, wanted))
    assert count == len(lines) == 2
    assert [line[0] for line in lines] == sorted([first.pk, second.pk])
    assert {line[6] for line in lines} == {Decimal("-5.00")}
    assert all(len(line) == len(LEDGER_HEADS) for line in lines)


def test_nothing_of_another_branch_leaves(bank: Any, chen: Any, ledger: Ledger) -> None:
    ledger.book(ledger.account(chen), dt.date(2026, 1, 2), "7.00")
    assert export_accounts(actor=bank.actor("mei"), purpose="x")[1] == 0
    assert export_ledger(actor=bank.actor("mei"), wanted=TransactionFilter(), purpose="x")[1] == 0
    west = bank.units["west"].path
    assert export_accounts(actor=bank.actor("lin"), purpose="x", unit_path=west)[1] == 0


@pytest.mark.parametrize("person", ["he", "sun", "wu", "qian", "gao", "tang"])
def test_who_may_not_export(bank: Any, person: str) -> None:
    with pytest.raises(NotPermitted):
        export_accounts(actor=bank.actor(person), purpose="x")
    with pytest.raises(NotPermitted):
        export_ledger(actor=bank.actor(person), wanted=TransactionFilter(), purpose="x")


def test_a_purpose_and_a_limit(bank: Any, chen: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    account = ledger.account(chen)
    for day in (1, 2, 3):
        ledger.book(account, dt.date(2026, 1, day), "1.00")
    with pytest.raises(RuleViolation) as refusal:
        export_ledger(actor=bank.actor("lin"), wanted=TransactionFilter(), purpose=" ")
    assert "purpose" in refusal.value.fields

    class Few:
        most_rows = 2

    monkeypatch.setattr("kexin.core.export.in_force", lambda _policy: Few)
    with pytest.raises(RuleViolation):
        export_ledger(actor=bank.actor("lin"), wanted=TransactionFilter(), purpose="x")
