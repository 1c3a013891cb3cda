"""Large movements and dormant customers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kexin.core.errors import NotPermitted
from kexin.holdings.models import CustomerActivity, ExchangeRate
from kexin.holdings.movements.gather import gather_activity
from kexin.holdings.movements.queries import dormant_customers, large_movements, months_back
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.party.models import Customer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def amounts(bank: Any, who: str = "lin", since: dt.date = TODAY - 7 * DAY) -> list[Decimal]:
    return [row.amount for row in large_movements(bank.actor(who), since)]


def test_large_by_amount_or_by_share(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    Customer.objects.filter(pk=chen.pk).update(assets=190_000)
    account = chens["current"]
    ledger.book(account, TODAY, "200000")
    ledger.book(account, TODAY, "199999.99", kind="redeem")  # no money from outside
    ledger.book(account, TODAY - DAY, "-60000")  # 60 of 250 that were there
    ledger.book(account, TODAY - 2 * DAY, "-40000")  # a share, but below the amount from which it counts
    ledger.book(account, TODAY - 8 * DAY, "-900000")  # before
    assert amounts(bank) == [Decimal(200000), Decimal(60000)]
    Customer.objects.filter(pk=chen.pk).update(assets=300_000)
    assert amounts(bank) == [Decimal(200000)]
    assert amounts(bank, since=TODAY - 9 * DAY) == [Decimal(200000), Decimal(900000)]


def test_own_accounts_move_nothing(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    ledger.book(chens["current"], TODAY, "-800000")
    assert amounts(bank) == [Decimal(800000)]
    ledger.book(chens["deposit"], TODAY, "800000")
    assert amounts(bank) == []
    ledger.book(chens["card"], TODAY, "-500000")  # a debt is no AUM
    assert amounts(bank) == []


def test_foreign_currency_counts_at_its_rate(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    Customer.objects.filter(pk=chen.pk).update(assets=10_000_000)
    ledger.book(chens["dollars"], TODAY, "30000")
    assert amounts(bank) == []
    ExchangeRate.objects.create(currency="USD", base="CNY", day=TODAY - DAY, rate=Decimal("7.1"))
    (row,) = large_movements(bank.actor("lin"), TODAY)
    assert (row.amount, row.value) == (Decimal(30000), Decimal(213000))


def test_movements_are_within_reach_only(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    ledger.book(chens["current"], TODAY, "500000")
    for who, count in (("lin", 1), ("zhou", 1), ("wu", 1), ("mei", 0)):
        assert len(amounts(bank, who)) == count, who
    with pytest.raises(NotPermitted):
        amounts(bank, "he")
    actor = bank.actor("zhou")
    with CaptureQueriesContext(connection) as caught:
        large_movements(actor, TODAY)
    assert len([each for each in caught if "core_" not in each["sql"]]) <= 3


def test_dormant_is_who_did_nothing(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    Customer.objects.filter(pk=chen.pk).update(admitted_on=dt.date(2015, 1, 5), status="active")
    actor, limit = bank.actor("lin"), dt.date(2025, 11, 20)
    assert [(row.pk, row.last_on) for row in dormant_customers(actor)] == [(chen.pk, None)]
    ledger.book(chens["current"], limit, "-20")
    ledger.book(chens["current"], TODAY - DAY, "3.20", kind="interest")  # the bank's doing
    assert gather_activity() == 1
    assert [row.last_on for row in dormant_customers(actor)] == [limit]
    ledger.book(chens["current"], limit + DAY, "-20")
    assert gather_activity() == 0  # loaded for a day long past: the load gathers the whole ledger
    assert gather_activity(whole=True) == 1
    assert list(dormant_customers(actor)) == []
    assert gather_activity(whole=True) == 0
    assert CustomerActivity.objects.get().last_on == limit + DAY


def test_who_is_new_or_has_no_account_is_not_dormant(bank: Any, chen: Any, chens: Any) -> None:
    actor = bank.actor("lin")
    Customer.objects.filter(pk=chen.pk).update(admitted_on=dt.date(2025, 11, 21), status="active")
    assert list(dormant_customers(actor)) == []
    Customer.objects.filter(pk=chen.pk).update(admitted_on=dt.date(2025, 11, 20))
    assert len(dormant_customers(actor)) == 1
    assert len(dormant_customers(bank.actor("mei"))) == 0
    for account in chens.values():
        account.status, account.closed_on = "closed", TODAY
        account.save()
    assert list(dormant_customers(actor)) == []


def test_months_back_keep_to_the_month() -> None:
    assert months_back(dt.date(2026, 3, 31), 1) == dt.date(2026, 2, 28)
    assert months_back(dt.date(2026, 1, 15), 12) == dt.date(2025, 1, 15)
    assert months_back(dt.date(2026, 12, 31), 12) == dt.date(2025, 12, 31)
