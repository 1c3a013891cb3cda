"""From lots to accounts, trades, positions and their value through time; the money legs go to the journal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kexin.project.demo import ledger
from kexin.project.demo.calendar_cn import Calendar, anniversary, month_starts, to_date
from kexin.project.demo.customers import MANAGED_FROM, YUAN, Flags, Ints, People
from kexin.project.demo.deposits import account_kind_of, bring_money
from kexin.project.demo.events import NEVER, Fate
from kexin.project.demo.ledger import INVESTMENTS, Accounts, Journal
from kexin.project.demo.lots import Lots
from kexin.project.demo.products import Shelf
from kexin.project.demo.tranches import Tranches, proceeds, values_over_time

PREMIUMS = {"IN-W05": 5, "IN-W03": 3, "IN-CI": 10, "IN-AN": 5}
SUBSCRIBE, REDEEM, PREMIUM, PLAN = range(4)
SIDES = ("subscribe", "redeem", "premium", "plan")


@dataclass(frozen=True)
class Investments:
    tranches: Tranches
    matures: Ints  # per position, -1 none
    valued_account: Ints
    valued_day: Ints
    valued_amount: Ints
    plans: PlanOrders


@dataclass(frozen=True)
class PlanOrders:
    """Regular investment plans (定投): one row each, and their failed debits."""

    party: Ints
    product: Ints
    amount: Ints
    day_of_month: Ints
    since: Ints
    failed_plan: Ints
    failed_day: Ints


def post_investments(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    lots: Lots,
    current: Ints,
    accounts: Accounts,
    journal: Journal,
    shelf: Shelf,
    calendar: Calendar,
    first: int,
    now: int,
    weekly: bool,
) -> Investments:
    """Investment accounts (one per customer and class), all purchases and redemptions, and values over time."""
    kinds = account_kind_of(shelf)
    lots = lots.take(np.isin(kinds[lots.product], INVESTMENTS) & ((lots.closed < 0) | (lots.closed > first)))
    parts, plans = (
        [_single(lots, shelf), _premiums(lots, shelf, now)],
        _draw_plans(rng, people, fate, shelf, first, now),
    )
    bought, orders = _plan_purchases(rng, plans, lots.size, calendar, shelf, first, now)
    columns = [np.concatenate([part[i] for part in (*parts, bought)]) for i in range(7)]
    position, party, product, cost, day, closed, side = columns
    price = shelf.price(product, day)
    quantity = cost * 1_000_000 // price // 100 * 100
    key = party * 100 + kinds[product]
    unique, account = np.unique(key, return_inverse=True)
    opened = np.full(len(unique), NEVER, np.int64)
    np.minimum.at(opened, account, day)
    base = accounts.count
    account_of = np.zeros(len(unique), np.int64)
    for kind in INVESTMENTS:
        chosen = np.flatnonzero(unique % 100 == kind)
        numbers = accounts.add(kind, unique[chosen] // 100, opened[chosen])
        account_of[chosen] = numbers
    tranches = Tranches(position, account_of[account], product, quantity, cost, day, closed, side)
    _post_money(rng, tranches, lots, party, current, journal, shelf, kinds, first, now)
    matures = np.concatenate([lots.matures, np.full(len(orders.party), -1)])
    valued = values_over_time(tranches, shelf, calendar, base, accounts.count, first, now, weekly)
    return Investments(tranches, matures, *valued, orders)


Columns = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]


def _single(lots: Lots, shelf: Shelf) -> Columns:
    """Purchases paid at once: position, party, product, cost, day, closed, side."""
    yearly = np.isin(lots.product, [shelf.index(code) for code in PREMIUMS])
    rows = np.flatnonzero(~yearly)
    own = lots.take(rows)
    return rows, own.party, own.product, own.amount, own.opened, own.closed, np.full(len(rows), SUBSCRIBE)


def _premiums(lots: Lots, shelf: Shelf, now: int) -> Columns:
    """Regular premiums: the lot's amount is what has been paid so far, in equal yearly parts."""
    parts = []
    for code, times in PREMIUMS.items():
        rows = np.flatnonzero(lots.product == shelf.index(code))
        own = lots.take(rows)
        paid = np.clip((now - 1 - own.opened) // 366 + 1, 1, times)
        for year in range(times):
            due = paid > year
            day = anniversary(own.opened[due], np.full(int(due.sum()), year)).astype(np.int64)
            each = own.amount[due] // paid[due] // 100 * 100
            parts.append(
                (
                    rows[due],
                    own.party[due],
                    own.product[due],
                    each,
                    day,
                    own.closed[due],
                    np.full(len(day), SUBSCRIBE if year == 0 else PREMIUM),
                )
            )
    joined = [np.concatenate([part[i] for part in parts]) for i in range(7)]
    valid = (joined[5] < 0) | (joined[5] > joined[4])
    return (
        joined[0][valid],
        joined[1][valid],
        joined[2][valid],
        joined[3][valid],
        joined[4][valid],
        joined[5][valid],
        joined[6][valid],
    )


def _draw_plans(rng: np.random.Generator, people: People, fate: Fate, shelf: Shelf, first: int, now: int) -> PlanOrders:
    stays = (fate.leaves_from == NEVER) & ~fate.dormant & (fate.pattern < 0)
    told = (people.first == 0) & (np.arange(people.size) < 3)
    fit = people.person & (people.aum >= MANAGED_FROM) & stays & ~told & (rng.random(people.size) < 0.14)
    party = np.flatnonzero(fit)
    funds = [shelf.index(code) for code in ("FD-I01", "FD-I02", "FD-I03", "FD-M01", "FD-B03", "AU-01")]
    since = np.maximum(rng.integers(first - 300, now - 60, len(party)), people.admitted[party] + 10)
    none = np.array([], dtype=np.int64)
    return PlanOrders(
        party,
        rng.choice(funds, size=len(party)),
        rng.choice([300, 500, 800, 1_000, 2_000], size=len(party)) * YUAN,
        rng.choice([1, 6, 12, 16, 22, 26], size=len(party)),
        since,
        none,
        none,
    )


def _plan_purchases(
    rng: np.random.Generator,
    plans: PlanOrders,
    first_position: int,
    calendar: Calendar,
    shelf: Shelf,
    first: int,
    now: int,
) -> tuple[Columns, PlanOrders]:
    """Debits on the next trading day; three in a hundred fail for want of cover."""
    starts = month_starts(to_date(first - 330), 12 + (now - first) // 28 + 2).astype(np.int64)
    number = np.repeat(np.arange(len(plans.party)), len(starts))
    due = np.tile(starts, len(plans.party)) + plans.day_of_month[number] - 1
    due = calendar.next_trading(due).astype(np.int64)
    valid = (due >= plans.since[number]) & (due < now)
    number, due = number[valid], due[valid]
    failed = (rng.random(len(due)) < 0.03) & (due >= first)
    orders = PlanOrders(
        plans.party, plans.product, plans.amount, plans.day_of_month, plans.since, number[failed], due[failed]
    )
    number, due = number[~failed], due[~failed]
    return (
        first_position + number,
        plans.party[number],
        plans.product[number],
        plans.amount[number],
        due,
        np.full(len(due), -1),
        np.full(len(due), PLAN),
    ), orders


def _post_money(
    rng: np.random.Generator,
    tranches: Tranches,
    lots: Lots,
    party: Ints,
    current: Ints,
    journal: Journal,
    shelf: Shelf,
    kinds: Ints,
    first: int,
    now: int,
) -> None:
    """Debit purchases, credit redemptions at the price of their day."""
    regular = [shelf.index(code) for code in PREMIUMS]
    once = lots.take(~np.isin(lots.product, regular))
    bring_money(rng, once, current[once.party], journal, first)
    inside = tranches.bought >= first
    due = inside & np.isin(tranches.product, regular)
    journal.post(
        current[party[due]],
        tranches.bought[due],
        8 * 3600,
        tranches.cost[due],
        "from_other_bank",
        ledger.MOBILE,
        rng.integers(0, 400, int(due.sum())),
    )
    second = rng.integers(9 * 3600 + 1_800, 15 * 3600, len(party))
    gold = kinds[tranches.product] == ledger.GOLD
    notes = {SUBSCRIBE: "subscribe", PREMIUM: "premium", PLAN: "plan"}
    for side, note in notes.items():
        chosen: Flags = inside & (tranches.side == side) & ~(gold & (side == SUBSCRIBE))
        channel = ledger.BATCH if side != SUBSCRIBE else ledger.MOBILE
        journal.post(
            current[party[chosen]],
            tranches.bought[chosen],
            second[chosen],
            -tranches.cost[chosen],
            note,
            channel,
            ledger.LOCAL + tranches.account[chosen],
        )
    bars = inside & gold & (tranches.side == SUBSCRIBE)
    journal.post(
        current[party[bars]],
        tranches.bought[bars],
        second[bars],
        -tranches.cost[bars],
        "gold",
        ledger.MOBILE,
        ledger.LOCAL + tranches.account[bars],
    )
    back = tranches.closed >= 0
    journal.post(
        current[party[back]],
        tranches.closed[back],
        3_000,
        proceeds(tranches, shelf)[back],
        "redeem",
        ledger.BATCH,
        ledger.LOCAL + tranches.account[back],
    )
