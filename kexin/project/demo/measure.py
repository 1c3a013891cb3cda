"""Sums over a simulated bank: signed amounts and daily averages, for tests and for checking what was loaded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

LIABILITIES = ("loan", "card")


def signed_amounts(transactions: pa.Table) -> npt.NDArray[np.int64]:
    """Cents, positive for money in."""
    incoming = np.array([value == "in" for value in transactions["direction"].cast(pa.string()).to_pylist()])
    amount = transactions["amount"].to_numpy()
    return np.where(incoming, amount, -amount)


def day_numbers(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Dates as days since 1970-01-01, nulls as -1."""
    return column.cast(pa.int32()).fill_null(-1).to_numpy().astype(np.int64)


def average_aum(
    accounts: pa.Table, balances: pa.Table, fx: Mapping[str, float], first: int, last: int
) -> dict[int, float]:
    """Daily average AUM in cents of CNY per party over the days ``first`` to ``last`` - 1.

    A balance stands from its day until the next one; loans and cards are no AUM; ``fx`` gives yuan per unit.
    """
    account, day = balances["account_id"].to_numpy(), day_numbers(balances["day"])
    order = np.lexsort((day, account))
    account, day, amount = account[order], day[order], balances["balance"].to_numpy()[order]
    until = np.where(np.r_[account[1:] == account[:-1], False], np.r_[day[1:], 0], last)
    held = np.clip(np.minimum(until, last) - np.maximum(day, first), 0, None)
    known = accounts["account_id"].to_numpy()
    by_id = np.argsort(known)
    place = by_id[np.searchsorted(known[by_id], account)]
    rate = np.array([fx.get(currency, 1.0) for currency in accounts["currency"].to_pylist()])
    rate *= np.array([kind not in LIABILITIES for kind in accounts["kind"].cast(pa.string()).to_pylist()])
    weight = amount * held * rate[place] / (last - first)
    party, slot = np.unique(accounts["party_id"].to_numpy()[place], return_inverse=True)
    total = np.bincount(slot, weights=weight, minlength=len(party))
    return dict(zip(party.tolist(), total.tolist(), strict=True))
