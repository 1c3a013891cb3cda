"""Keeps current accounts near their aim: what is too much goes to other banks, what lacks comes from them.

The aim is a path per account and month that ends at the balance planned for the day of loading, grows with the
customer, and runs down for those who leave: the bank of today has the AUM it should have, and yesterday's explains it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kexin.project.demo import ledger, outside
from kexin.project.demo.customers import MANAGED_FROM, YUAN, Flags, Ints, People
from kexin.project.demo.events import LEAVE_REASONS, NEVER, Fate
from kexin.project.demo.ledger import Accounts, Journal
from kexin.project.demo.span import Span, present


def open_currents(people: People, accounts: Accounts, fate: Fate, product: int, span: Span) -> Ints:
    """The current account in yuan of everybody but prospects (-1); those who leave for good close it."""
    party = np.flatnonzero(~people.prospect)
    closing = fate.leave_reason[party] == 3
    closed = np.where(closing, np.minimum(fate.leaves_from[party] + 20, span.now - 1), -1)
    number = accounts.add(ledger.CURRENT, party, people.admitted[party], closed=closed, product=product, rate=5)
    result = np.full(people.size, -1)
    result[party] = number
    return result


def aim_paths(rng: np.random.Generator, people: People, fate: Fate, aim: Ints, span: Span) -> npt.NDArray[np.float64]:
    """Aimed-at balance of each current account at the end of each month (cents)."""
    months = len(span.months)
    back = np.arange(months)[::-1] / 12
    growth = np.clip(rng.normal(0.10, 0.12, people.size), -0.1, 0.4)[:, None]
    path = aim[:, None] * np.maximum(1 - growth * back, 0.2) * rng.lognormal(0, 0.12, (people.size, months))
    path[:, -1] = aim
    ends = np.minimum(span.months + span.month_lengths, span.now)
    gone = np.clip(ends[None, :] - fate.leaves_from[:, None], 0, None)
    path *= np.maximum(np.exp(-gone / 40), 0.03)
    path += _good_start(rng.spawn(1)[0], people, fate, span)
    slow = (fate.dormant[:, None]) * np.ones(months)
    return np.where(slow > 0, aim[:, None], path)


def _good_start(rng: np.random.Generator, people: People, fate: Fate, span: Span) -> npt.NDArray[np.float64]:
    """开门红: from December to March campaigns bring money of every third customer with 50,000 yuan or more.

    8 to 25 per cent of what they have here, gone in April. None for the season that the day of loading lies in.
    """
    month = span.months.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    season = np.select([month == 12, month == 1, month == 2, month == 3], [0.6, 1.0, 1.0, 0.8], default=0.0)
    for index in range(len(season) - 1, -1, -1):
        if not season[index]:
            break
        season[index] = 0.0
    follows = (
        people.person & (people.aum >= MANAGED_FROM) & (fate.leaves_from == NEVER) & (rng.random(people.size) < 0.33)
    )
    share = rng.uniform(0.08, 0.25, people.size) * follows
    years = (span.now - span.months) / 365
    return np.asarray((people.aum * share)[:, None] * season * (1 - 0.07 * years))


@dataclass(frozen=True)
class Settlement:
    """Each customer looks at the account on one evening a month; periods run from evening to evening.

    Period 0 ends with the evening of the first month, the last period ends with the simulated time.
    """

    day: Ints  # customer × month
    second: Ints  # per customer

    def period_of(self, owner: Ints, month: Ints, day: Ints, second: Ints) -> Ints:
        settled = self.day[owner, month]
        after = (day > settled) | ((day == settled) & (second > self.second[owner]))
        return month + after

    @classmethod
    def of(cls, people: People, span: Span) -> Settlement:
        serial = np.arange(people.size)
        return cls(span.months[None, :] + 16 + (serial * 7 % 10)[:, None], 68_400 + serial * 37 % 9_000)


def _period_flows(
    journal: Journal, current: Ints, settlement: Settlement, span: Span
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Per customer and period: the sum of what is posted so far, and its lowest running total (at most 0)."""
    account, day, second, amount, *_ = journal.columns()
    owner_of = np.full(journal.accounts.count, -1)
    holders = np.flatnonzero(current >= 0)
    owner_of[current[holders]] = holders
    rows = np.flatnonzero(owner_of[account] >= 0)
    rows = rows[np.lexsort((second[rows], day[rows], account[rows]))]
    owner, value = owner_of[account[rows]], amount[rows]
    periods = len(span.months) + 1
    key = owner * periods + settlement.period_of(owner, span.month_of(day[rows]), day[rows], second[rows])
    net = np.zeros(len(current) * periods, np.int64)
    np.add.at(net, key, value)
    total = np.cumsum(value)
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.array([], np.int64)
    running = total - np.repeat(total[first] - value[first], np.diff(np.r_[first, len(key)]))
    lowest = np.zeros_like(net)
    np.minimum.at(lowest, key, running)
    return net.reshape(-1, periods), lowest.reshape(-1, periods)


def post_balancing(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    aim: Ints,
    journal: Journal,
    span: Span,
) -> None:
    """Opening balances, then at most one transfer a month: in where money will lack, out where it piles up."""
    settlement = Settlement.of(people, span)
    path = aim_paths(rng, people, fate, aim, span)
    net, lowest = _period_flows(journal, current, settlement, span)
    months = len(span.months)
    holder, firm = current >= 0, ~people.person
    young = people.admitted >= span.first
    none = np.zeros(people.size, np.int64)
    month = np.clip(span.month_of(people.admitted), 0, months - 1)
    enters = np.where(young, settlement.period_of(np.arange(people.size), month, people.admitted, none), 0)
    balance = none.copy()
    for period in range(months + 1):
        goal = path[:, min(period, months - 1)].astype(np.int64)
        opening = holder & (enters == period)
        balance = np.where(opening, np.maximum(goal, -lowest[:, period]) // 1_000 * 1_000 + 2_000, balance)
        _open(people, current, journal, opening, young, balance, rng)
        live = holder & (enters < period)
        limit = np.where(firm, goal // 4, np.maximum(600 * YUAN, goal * 3 // 10))
        lack = np.maximum(-(balance + lowest[:, period]), 0)
        gap = goal - (balance + lack + net[:, period])
        inflow = np.where(live, lack + np.where((gap > limit) & ~fate.dormant, gap, 0), 0)
        inflow = -(-inflow // (100 * YUAN)) * (100 * YUAN)
        balance += _settle(rng, people, fate, current, journal, settlement, span, period - 1, inflow, 2)
        balance += np.where(opening | live, net[:, period], 0)
        if period < months:
            excess = np.where((opening | live) & (balance - goal > limit) & ~fate.dormant, balance - goal, 0)
            outflow = -(excess // (100 * YUAN)) * (100 * YUAN)
            balance += _settle(rng, people, fate, current, journal, settlement, span, period, outflow, 1)


def _open(
    people: People,
    current: Ints,
    journal: Journal,
    opening: Flags,
    young: Flags,
    balance: Ints,
    rng: np.random.Generator,
) -> None:
    """Customers of old carry a stated opening balance; those who come later bring a first deposit."""
    old = np.flatnonzero(opening & ~young)
    balance[old] += rng.integers(0, 10_000, len(old))
    journal.accounts.column("opening")[current[old]] = balance[old]
    new = np.flatnonzero(opening & young)
    journal.post(current[new], people.admitted[new], 9 * 3600, balance[new], "opening", ledger.COUNTER)


def _settle(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    settlement: Settlement,
    span: Span,
    month: int,
    cents: Ints,
    later: int,
) -> Ints:
    """Post the month's transfers on the evening of settlement; returns what was really moved per customer."""
    moved = np.zeros(people.size, np.int64)
    if month < 0:
        return moved
    party = np.flatnonzero(cents)
    day = settlement.day[party, month]
    keep = present(people, fate, party, day, span)
    party, day = party[keep], day[keep]
    _post(rng, people, current, journal, party, day, settlement.second[party] + later, cents[party])
    moved[party] = cents[party]
    return moved


def _post(
    rng: np.random.Generator,
    people: People,
    current: Ints,
    journal: Journal,
    party: Ints,
    days: Ints,
    second: Ints,
    cents: Ints,
) -> None:
    """Persons move their own money; firms pay or are paid by others."""
    channel = rng.choice([ledger.MOBILE, ledger.ONLINE, ledger.COUNTER], size=len(party), p=[0.82, 0.12, 0.06])
    firm = ~people.person[party]
    for chosen, notes, low_high in (
        (~firm, ("from_other_bank", "to_other_bank"), outside.SELF),
        (firm, ("sales", "supplies"), outside.FIRMS),
    ):
        other = low_high[0] + (party * 7) % (low_high[1] - low_high[0])
        for sign, note in zip((1, -1), notes, strict=True):
            rows = chosen & (np.sign(cents) == sign)
            journal.post(current[party[rows]], days[rows], second[rows], cents[rows], note, channel[rows], other[rows])


def post_foreign(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    accounts: Accounts,
    journal: Journal,
    products: tuple[int, int],
    span: Span,
) -> None:
    """A dollar or Hong Kong dollar account for one in forty and for every third cross-border customer."""
    chance = np.where(people.kind == 3, 0.33, 0.025)
    stays = people.person & ~people.prospect & (fate.leave_reason != LEAVE_REASONS.index("closed_account"))
    party = np.flatnonzero(stays & (people.admitted < span.first) & (rng.random(people.size) < chance))
    cents = rng.integers(2, 150, len(party)) * 100 * YUAN
    product = np.where(rng.random(len(party)) < 0.7, *products)
    number = accounts.add(ledger.CURRENT, party, span.first - 1, product=product, rate=5, opening=cents)
    for year in range(2):
        day = span.first + 40 + 365 * year + rng.integers(0, 300, len(party))
        keep = day < span.now
        journal.post(
            number[keep],
            day[keep],
            10 * 3600,
            rng.integers(1, 30, int(keep.sum())) * 100 * YUAN,
            "from_other_bank",
            ledger.MOBILE,
            rng.integers(*outside.SELF, int(keep.sum())),
        )
