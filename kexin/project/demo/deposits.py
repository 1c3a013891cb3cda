"""Deposits: one account per placement; new money is brought from other banks before it is placed."""

from __future__ import annotations

import numpy as np

from kexin.project.demo import ledger
from kexin.project.demo.customers import Ints
from kexin.project.demo.ledger import ACCOUNT_KINDS, INVESTMENTS, Accounts, Journal
from kexin.project.demo.lots import Lots
from kexin.project.demo.products import Shelf


def account_kind_of(shelf: Shelf) -> Ints:
    return np.array([ACCOUNT_KINDS.index(product.kind) for product in shelf.products])


def post_deposits(
    rng: np.random.Generator,
    lots: Lots,
    current: Ints,
    accounts: Accounts,
    journal: Journal,
    shelf: Shelf,
    first: int,
) -> None:
    """One account per deposit lot; principal in, principal out, interest credited with it to the current account."""
    kinds = account_kind_of(shelf)
    lots = lots.take(~np.isin(kinds[lots.product], INVESTMENTS) & ((lots.closed < 0) | (lots.closed > first)))
    for kind in np.unique(kinds[lots.product]):
        own = lots.take(kinds[lots.product] == kind)
        old = own.opened < first
        number = accounts.add(
            int(kind),
            own.party,
            own.opened,
            closed=own.closed,
            matures=own.matures,
            product=own.product,
            rate=own.rate,
            opening=np.where(old, own.amount, 0),
        )
        payer = current[own.party]
        bring_money(rng, own, payer, journal, first)
        new = ~old
        second = rng.integers(9 * 3600, 17 * 3600, own.size)
        channel = rng.choice([ledger.MOBILE, ledger.COUNTER, ledger.SMART], size=own.size, p=[0.62, 0.2, 0.18])
        journal.move(payer[new], number[new], own.opened[new], second[new], own.amount[new], "place", channel[new])
        back = own.closed >= 0
        early = back & (own.closed < own.matures - 7)
        held = np.clip(own.closed - own.opened, 0, None)
        rate = np.where(early, 5, own.rate)
        floors = np.array([0 if kind != ledger.STRUCTURED else 60] * own.size)
        if kind == ledger.STRUCTURED:
            rate = np.where(rng.random(own.size) < 0.25, floors, own.rate)
        interest = own.amount * rate * held // 3_650_000
        for chosen, note in ((back & ~early, "maturity"), (early, "early")):
            when = rng.integers(600, 3_000, int(chosen.sum())) if note == "maturity" else second[chosen]
            journal.move(
                number[chosen],
                payer[chosen],
                own.closed[chosen],
                when,
                own.amount[chosen],
                note,
                ledger.BATCH,
            )
            journal.post(
                payer[chosen],
                own.closed[chosen],
                when + 2,
                interest[chosen],
                "interest",
                ledger.BATCH,
                ledger.LOCAL + number[chosen],
            )


def bring_money(rng: np.random.Generator, lots: Lots, payer: Ints, journal: Journal, first: int) -> None:
    """New money for a placement comes from the customer's account elsewhere on the day or up to three days before."""
    chosen = (lots.opened >= first) & (lots.fresh > 0)
    days = np.maximum(lots.opened - rng.integers(0, 4, lots.size), first)
    amount = (lots.fresh + 9_999) // 10_000 * 10_000
    second = rng.integers(8 * 3600, 9 * 3600, lots.size)
    channel = rng.choice([ledger.MOBILE, ledger.ONLINE, ledger.COUNTER], size=lots.size, p=[0.7, 0.2, 0.1])
    other = rng.integers(0, 400, lots.size)
    journal.post(
        payer[chosen], days[chosen], second[chosen], amount[chosen], "from_other_bank", channel[chosen], other[chosen]
    )
