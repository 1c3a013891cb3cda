"""Purchases of investments and their value through time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kexin.project.demo.calendar_cn import Calendar
from kexin.project.demo.customers import Ints
from kexin.project.demo.products import Shelf


@dataclass(frozen=True)
class Tranches:
    """Purchases of investments: each adds ``quantity`` (1/10,000 share) from a day until it is given back."""

    position: Ints
    account: Ints
    product: Ints
    quantity: Ints
    cost: Ints
    bought: Ints
    closed: Ints  # -1 while held
    side: Ints


def proceeds(tranches: Tranches, shelf: Shelf) -> Ints:
    """What each tranche brought when it was given back (cents); 0 while held."""
    value = tranches.quantity * shelf.price(tranches.product, np.maximum(tranches.closed, 0)) // 1_000_000
    return np.where(tranches.closed >= 0, value, 0)


def values_over_time(
    tranches: Tranches,
    shelf: Shelf,
    calendar: Calendar,
    base: int,
    end: int,
    first: int,
    now: int,
    weekly: bool,
) -> tuple[Ints, Ints, Ints]:
    """Value of each investment account on the last trading day of each week (or month) and on each day it changed."""
    everyday = np.arange(first, now)
    trading = everyday[calendar.trading[first - calendar.first : now - calendar.first]]
    period = (trading + 3) // 7 if weekly else trading.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    grid = np.unique(np.r_[first, trading[np.r_[period[1:] != period[:-1], True]], now - 1])
    account = np.repeat(np.arange(base, end), len(grid))
    day = np.tile(grid, end - base)
    changes = [(tranches.account, np.maximum(tranches.bought, first)), (tranches.account, tranches.closed)]
    keys = [account * 100_000 + day] + [a[d >= first] * 100_000 + d[d >= first] for a, d in changes]
    key = np.unique(np.concatenate(keys))
    account, day = key // 100_000, key % 100_000
    order = np.argsort(tranches.account, kind="stable")
    per_account = np.bincount(tranches.account - base, minlength=end - base)
    starts = np.cumsum(per_account) - per_account
    repeats = per_account[account - base]
    row = np.repeat(np.arange(len(key)), repeats)
    inner = np.arange(len(row)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    lot = order[starts[account[row] - base] + inner]
    when = day[row]
    alive = (tranches.bought[lot] <= when) & ((tranches.closed[lot] < 0) | (tranches.closed[lot] > when))
    row, lot, when = row[alive], lot[alive], when[alive]
    value = tranches.quantity[lot] * shelf.price(tranches.product[lot], when) // 1_000_000
    amount = np.zeros(len(key), np.int64)
    np.add.at(amount, row, value)
    moved = np.r_[True, (account[1:] != account[:-1]) | (amount[1:] != amount[:-1])]
    moved &= ~((amount == 0) & np.r_[True, account[1:] != account[:-1]])
    return account[moved], day[moved], amount[moved]
