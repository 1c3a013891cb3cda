"""The books of the default bank: every account ties to the cent."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kexin.project.demo.ledger import CURRENT, Accounts, Journal, close_journal, day_ends
from kexin.project.demo.measure import day_numbers, signed_amounts
from kexin.project.demo.simulate import DemoBank

pytestmark = pytest.mark.xdist_group("demo bank")  # one worker makes what they share


def test_every_account_ties_from_opening_to_closing(demo: DemoBank) -> None:
    accounts, transactions = demo.tables["accounts"], demo.tables["transactions"]
    money = accounts.filter(pc.is_valid(accounts["opening_balance"]))
    sums = pa.table({"account_id": transactions["account_id"], "amount": signed_amounts(transactions)})
    moved = dict(zip(*(c.to_pylist() for c in sums.group_by("account_id").aggregate([("amount", "sum")])), strict=True))
    for row in money.select(["account_id", "opening_balance", "closing_balance"]).to_pylist():
        assert row["opening_balance"] + moved.pop(row["account_id"], 0) == row["closing_balance"]
    assert moved == {}, "postings of unknown accounts"


def test_balance_after_each_posting_is_the_one_before_plus_the_amount(demo: DemoBank) -> None:
    transactions = demo.tables["transactions"]
    account, after = transactions["account_id"].to_numpy(), transactions["balance_after"].to_numpy()
    same = account[1:] == account[:-1]
    assert np.array_equal((after[1:] - signed_amounts(transactions)[1:])[same], after[:-1][same])
    assert np.all(np.diff(day_numbers(transactions["booked_on"]))[same] >= 0)


def test_only_liabilities_fall_below_zero(demo: DemoBank) -> None:
    accounts, transactions = demo.tables["accounts"], demo.tables["transactions"]
    kinds = dict(zip(accounts["account_id"].to_pylist(), accounts["kind"].cast(pa.string()).to_pylist(), strict=True))
    below = set(transactions.filter(pc.less(transactions["balance_after"], 0))["account_id"].to_pylist())
    assert {kinds[account] for account in below} <= {"loan", "card"}
    owing = transactions.filter(pc.greater(transactions["balance_after"], 0))["account_id"].to_pylist()
    assert not {kinds[account] for account in set(owing)} & {"loan", "card"}


def test_the_last_balance_of_the_day_series_is_the_closing_balance(demo: DemoBank) -> None:
    accounts, balances = demo.tables["accounts"], demo.tables["balances"]
    last: dict[int, tuple[int, int]] = {}
    columns = (balances["account_id"].to_pylist(), day_numbers(balances["day"]), balances["balance"].to_pylist())
    for account, day, amount in zip(*columns, strict=True):
        last[account] = max(last.get(account, (-1, 0)), (int(day), amount))
    closing = dict(zip(accounts["account_id"].to_pylist(), accounts["closing_balance"].to_pylist(), strict=True))
    assert all(closing[a] is None or closing[a] == amount for a, (_, amount) in last.items())
    assert len({*zip(balances["account_id"].to_pylist(), day_numbers(balances["day"]), strict=True)}) == len(balances)


def test_closed_accounts_are_empty_and_silent_afterwards(demo: DemoBank) -> None:
    accounts, transactions = demo.tables["accounts"], demo.tables["transactions"]
    closed = accounts.filter(pc.equal(accounts["status"], "closed"))
    assert set(closed["closing_balance"].to_pylist()) <= {0, None}
    ended = dict(zip(closed["account_id"].to_pylist(), day_numbers(closed["closed_on"]), strict=True))
    days = zip(transactions["account_id"].to_pylist(), day_numbers(transactions["booked_on"]), strict=True)
    assert all(day <= ended[account] for account, day in days if account in ended)


def test_quantities_of_holdings_add_up_from_their_trades(demo: DemoBank) -> None:
    trades = demo.tables["trades"].group_by("holding_id").aggregate([("quantity", "sum")])
    traded = dict(zip(trades["holding_id"].to_pylist(), trades["quantity_sum"].to_pylist(), strict=True))
    held = demo.tables["holdings"]
    for holding, quantity in zip(held["holding_id"].to_pylist(), held["quantity"].to_pylist(), strict=True):
        assert traded.pop(holding) == quantity
    assert set(traded.values()) <= {0}


def test_an_overdrawn_history_is_lifted_not_cut() -> None:
    accounts = Accounts()
    number = accounts.add(CURRENT, [0], [0], opening=1_000)
    journal = Journal(accounts)
    journal.post(number, [20_000], [10], [-25_000], "dining", 1)
    journal.post(number, [20_001], [10], [30_000], "salary", 1)
    statement = close_journal(journal, 19_990, 20_010)
    assert statement.opening[0] == 31_000
    assert statement.balance.tolist() == [6_000, 36_000]
    assert [column.tolist() for column in day_ends(statement)] == [[0, 0], [20_000, 20_001], [6_000, 36_000]]


def test_interest_is_paid_on_the_days_a_balance_stood() -> None:
    """365 days at 0.05 % on a million yuan, credited by quarters over the year of 360 days."""
    accounts = Accounts()
    accounts.add(CURRENT, [0], [0], opening=100_000_000, rate=5)
    start = int(np.datetime64("2025-03-21").astype("datetime64[D]").astype(int))
    statement = close_journal(Journal(accounts), start, start + 366)
    assert statement.amount.tolist() == [100_000_000 * 5 * days // 3_600_000 for days in (92, 92, 91, 90)]
