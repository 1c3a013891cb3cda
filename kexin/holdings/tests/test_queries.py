"""What a customer has and who may see it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from kexin.core.errors import NotFound, NotPermitted
from kexin.holdings.assets import refresh_assets
from kexin.holdings.ledger_queries import TransactionFilter, flows, transactions
from kexin.holdings.models import AccountParty
from kexin.holdings.queries import balances, open_account, portfolio
from kexin.holdings.tests.conftest import TODAY, Ledger

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_portfolio_adds_up_per_currency(bank: Any, chen: Any, chens: Any) -> None:
    found = portfolio(bank.actor("lin"), chen.pk)
    assert found.totals == {"CNY": Decimal("2140380.52"), "USD": Decimal(5000)}
    assert list(found.totals) == ["CNY", "USD"]
    assert [(one.value, value) for one, value in found.parts("CNY")] == [
        ("deposit", Decimal("1046380.52")),
        ("wealth", Decimal(620000)),
        ("fund", Decimal(474000)),
    ]
    assert len(found.accounts) == 6
    assert found.accounts[-1].account == chens["gone"]


def test_maturities_come_in_order(bank: Any, chen: Any, chens: Any) -> None:
    due = portfolio(bank.actor("lin"), chen.pk).maturities(TODAY, TODAY + 30 * DAY)
    assert [each.value for each in due] == [Decimal(800000), Decimal(620000)]


def test_joint_accounts_are_listed_but_counted_once(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    other = ledger.account(chen, balance="0")
    AccountParty.objects.filter(account=other).delete()
    husband = _second_customer(bank)
    joint = ledger.account(husband, balance="50000")
    AccountParty.objects.create(account=joint, customer=chen, role="joint_owner")
    found = portfolio(bank.actor("lin"), chen.pk)
    assert joint.pk in {line.account.pk for line in found.accounts}
    assert found.totals["CNY"] == Decimal("2140380.52")
    assert portfolio(bank.actor("zhou"), husband.pk).totals == {"CNY": Decimal(50000)}


def _second_customer(bank: Any) -> Any:
    from kexin.party.data import PartyData
    from kexin.party.operations import create_customer

    return create_customer(
        actor=bank.actor("lin"),
        data=PartyData(kind="individual", name="王志强", sex="M", born_on=dt.date(1957, 2, 3)),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )


def test_out_of_reach_is_not_found(bank: Any, chen: Any, chens: Any) -> None:
    for read in (
        lambda: portfolio(bank.actor("mei"), chen.pk),
        lambda: open_account(bank.actor("mei"), chens["current"].pk),
        lambda: transactions(bank.actor("mei"), chens["current"].pk),
    ):
        with pytest.raises(NotFound):
            read()


def test_the_data_steward_sees_no_holdings(bank: Any, chen: Any, chens: Any) -> None:
    with pytest.raises(NotPermitted):
        portfolio(bank.actor("he"), chen.pk)
    with pytest.raises(NotPermitted):
        open_account(bank.actor("he"), chens["current"].pk)


def test_opening_an_account_is_recorded(bank: Any, chens: Any) -> None:
    from kexin.core.models import AuditEntry

    open_account(bank.actor("lin"), chens["current"].pk)
    entry = AuditEntry.objects.filter(operation="holdings.view_accounts").latest("at")
    assert (entry.subject_kind, entry.subject_id) == ("holdings.Account", chens["current"].pk)
    assert entry.customer_id == chens["current"].customer_id


def test_balances_are_forward_filled_in_one_read(
    bank: Any, chen: Any, chens: Any, ledger: Ledger, django_assert_num_queries: Any
) -> None:
    account = chens["current"]
    ledger.state(account, TODAY - 400 * DAY, "1000")
    ledger.state(account, TODAY - 20 * DAY, "5000")
    ledger.state(account, TODAY - 19 * DAY, "6000")
    actor = bank.actor("lin")
    with django_assert_num_queries(1):
        (line,) = balances(actor, chen.pk, [account], 12)
    assert line.values[0] == Decimal(1000)
    assert line.values[-1] == line.values[-2] == line.values[-3] == Decimal(6000)
    assert line.values[-4] == Decimal(1000)


def test_transactions_are_narrowed(bank: Any, chens: Any, ledger: Ledger) -> None:
    account, actor = chens["current"], bank.actor("lin")
    ledger.book(account, TODAY - 3 * DAY, "8500", kind="salary", description="代发工资", counterparty="江澜机械")
    ledger.book(account, TODAY - 2 * DAY, "-120.5", kind="card", description="超市")
    ledger.book(account, TODAY - 40 * DAY, "-300000", description="转至他行", counterparty_bank="他行")
    ledger.book(chens["dollars"], TODAY, "9")

    def amounts(**wanted: Any) -> list[Decimal]:
        rows = transactions(actor, account.pk, TransactionFilter(**wanted)).order_by("-booked_on", "-id")
        return [row.amount for row in rows]

    assert amounts() == [Decimal("120.5"), Decimal(8500), Decimal(300000)]
    assert amounts(direction="in") == [Decimal(8500)]
    assert amounts(kind="card") == [Decimal("120.5")]
    assert amounts(first=TODAY - 3 * DAY) == [Decimal("120.5"), Decimal(8500)]
    assert amounts(last=TODAY - 3 * DAY) == [Decimal(8500), Decimal(300000)]
    assert amounts(amount_from=Decimal(8500)) == [Decimal(8500), Decimal(300000)]
    assert amounts(amount_to=Decimal("120.50")) == [Decimal("120.5")]
    assert amounts(text="江澜") == [Decimal(8500)]
    assert amounts(text="他行") == [Decimal(300000)]


def test_flows_by_month_include_quiet_months(bank: Any, chens: Any, ledger: Ledger) -> None:
    account = chens["current"]
    ledger.book(account, dt.date(2026, 9, 1), "100")
    ledger.book(account, dt.date(2026, 9, 30), "-40")
    ledger.book(account, dt.date(2026, 11, 20), "7")
    found = flows(bank.actor("lin"), account, 3)
    assert [(each.month.month, each.money_in, each.money_out) for each in found] == [
        (9, Decimal(100), Decimal(40)),
        (10, Decimal(0), Decimal(0)),
        (11, Decimal(7), Decimal(0)),
    ]


def test_assets_of_the_list_equal_those_of_the_page(bank: Any, chen: Any, chens: Any) -> None:
    from kexin.party.models import Customer

    assert refresh_assets([chen.pk]) == 1
    assert refresh_assets() == 0
    total = portfolio(bank.actor("lin"), chen.pk).totals["CNY"]
    assert Customer.objects.get(pk=chen.pk).assets == total
    chens["wealth"].holdings.all().delete()
    assert refresh_assets([chen.pk]) == 1
    assert Customer.objects.get(pk=chen.pk).assets == Decimal("1666380.52")


def test_query_budget_of_the_portfolio(bank: Any, chen: Any, chens: Any) -> None:
    from django.db import connection

    actor = bank.actor("lin")
    with CaptureQueriesContext(connection) as caught:
        portfolio(actor, chen.pk)
    assert len(caught) <= 3
