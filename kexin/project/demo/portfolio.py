"""What customers hold: lots of deposits and investments, with the lots that matured into them.

A lot is one placement: an amount of one product from a day until its maturity or redemption. The lots alive on the
day of loading add up to the aimed-at AUM; earlier lots of the same chain explain where the money had been.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from kexin.project.demo.calendar_cn import Calendar, day_number
from kexin.project.demo.customers import BANDS, WAN, YUAN, Ints, People
from kexin.project.demo.events import Fate
from kexin.project.demo.history import break_early, with_history
from kexin.project.demo.lots import Lots, term_end
from kexin.project.demo.products import Shelf

# Who owns a class (by band) and what share of the AUM it then makes.
CLASSES = ("wealth", "insurance", "fund", "gold")
OWNED = np.array(
    [
        [0.16, 0.50, 0.66, 0.76, 0.85, 0.90],
        [0.02, 0.12, 0.22, 0.32, 0.40, 0.45],
        [0.08, 0.22, 0.32, 0.42, 0.50, 0.60],
        [0.02, 0.06, 0.10, 0.14, 0.15, 0.15],
    ]
)
SHARE = np.array([0.395, 0.30, 0.175, 0.17])


def plan_lots(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    shelf: Shelf,
    calendar: Calendar,
    today: date,
    first_day: int,
    holders: float = 1.0,
) -> tuple[Lots, Ints]:
    """All lots of a block, and the aimed-at balance of each person's current account.

    ``holders`` below 1 leaves everything in the current account for the others (smaller banks for benchmarks).
    """
    now = day_number(today)
    shares = _class_amounts(rng, people)
    placing = rng.random(people.size) < holders
    shares *= placing & ~fate.dormant
    parts = []
    deposits = np.where(people.person, people.aum, 0) - shares.sum(axis=0)
    current = np.where(placing, _current_aim(rng, people, deposits), np.where(people.person, deposits, people.aum))
    party, amount = _split(rng, deposits - current, 12 * WAN, 1_000 * YUAN)
    parts.append(_let_sleep(_deposit_lots(rng, people, shelf, party, amount, now), fate, shelf, now))
    for number, name in enumerate(CLASSES):
        party, amount = _split(rng, shares[number], 15 * WAN, 100 * YUAN)
        parts.append(_investment_lots(rng, people, shelf, name, party, amount, now))
    live = parts[0].with_parts(*parts[1:])
    live = live.take(live.amount >= np.maximum(shelf.field("minimum")[live.product] // 2, 100 * YUAN))
    placed = np.bincount(live.party, weights=live.amount, minlength=people.size).astype(np.int64)
    current = np.where(people.person & ~people.prospect, people.aum - placed, current)
    if people.first == 0:
        live, current = _mrs_chen(live, current, shelf, now)
    live = _fit_days(live, people, shelf, calendar, now)
    lots = break_early(rng, with_history(rng, live, people, shelf, calendar, now, first_day), fate, calendar, now)
    return lots, current


def _let_sleep(lots: Lots, fate: Fate, shelf: Shelf, now: int) -> Lots:
    """Deposits of dormant customers are three-year ones, placed two or three years ago and never touched since."""
    asleep = fate.dormant[lots.party]
    placed = now - 740 - lots.amount // (1_000 * YUAN) % 340
    return replace(
        lots,
        product=np.where(asleep, shelf.index("DEP-T03Y"), lots.product),
        opened=np.where(asleep, placed, lots.opened),
        matures=np.where(asleep, placed + 1_096, lots.matures),
        rate=np.where(asleep, round(shelf.rates["maturing_three_year_rates"][0] * 100), lots.rate),
    )


def _class_amounts(rng: np.random.Generator, people: People) -> Ints:
    """Money per class and person; the rest is deposits."""
    band = np.searchsorted([high * WAN for _, _, high in BANDS[:-1]], people.aum)
    draw = rng.random((4, people.size))
    owned = draw < OWNED[:, band]
    weight = owned * SHARE[:, None] * rng.gamma(4.0, 0.25, (4, people.size))
    weight *= np.minimum(1.0, 0.88 / np.maximum(weight.sum(axis=0), 1e-9))
    retail = people.person & ~people.prospect & (people.aum > 2_000 * YUAN)
    amounts = (weight * people.aum * retail).astype(np.int64) // (100 * YUAN) * (100 * YUAN)
    amounts[1] = np.where(amounts[1] < 1 * WAN, 0, amounts[1])
    return amounts


def _current_aim(rng: np.random.Generator, people: People, deposits: Ints) -> Ints:
    aim = np.minimum(deposits * rng.uniform(0.06, 0.2, people.size), rng.uniform(1, 9, people.size) * WAN)
    small = deposits < 4 * WAN
    aim = np.where(small, deposits * rng.uniform(0.45, 1.0, people.size), aim)
    aim = np.where(deposits < WAN, deposits, aim)
    return np.where(people.person, aim, people.aum).astype(np.int64)


def _split(rng: np.random.Generator, total: Ints, per_lot: int, unit: int) -> tuple[Ints, Ints]:
    """Split each person's total into one to five lots, rounded to ``unit`` (the rest stays in the current account)."""
    owners = np.flatnonzero(total > 0)
    lots = np.clip(1 + rng.poisson(np.minimum(total[owners] / per_lot, 1.6)), 1, 5)
    party = np.repeat(owners, lots)
    weight = rng.gamma(3.0, 1.0, len(party))
    sums = np.bincount(party, weights=weight, minlength=len(total))
    amount = (total[party] * (weight / sums[party])).astype(np.int64) // unit * unit
    return party[amount > 0], amount[amount > 0]


def _deposit_lots(rng: np.random.Generator, people: People, shelf: Shelf, party: Ints, amount: Ints, now: int) -> Lots:
    """Time deposits, certificates, structured deposits, treasury bonds; two in five are the old three-year book."""
    count = len(party)
    index = shelf.index
    draw, pick = rng.random(count), rng.random(count)
    plain = rng.choice(
        [index(f"DEP-T{t}") for t in ("03M", "06M", "01Y", "02Y", "03Y", "05Y")],
        size=count,
        p=[0.12, 0.16, 0.36, 0.12, 0.19, 0.05],
    )
    certificate = rng.choice(shelf.of_kind("certificate"), size=count, p=[0.25, 0.2, 0.55])
    product = np.select(
        [
            draw < 0.40,
            draw < 0.50,
            (draw < 0.66) & (amount >= 20 * WAN),
            (draw < 0.82) & (amount >= 5 * WAN),
            draw < 0.86,
        ],
        [
            np.full(count, index("DEP-T03Y")),
            np.full(count, index("DEP-T03Q")),
            certificate,
            rng.choice(shelf.of_kind("structured"), size=count),
            rng.choice(shelf.of_kind("treasury"), size=count),
        ],
        default=plain,
    )
    product = np.where((product == index("DEP-T03Q")) & (amount < 5 * WAN), index("DEP-T03Y"), product)
    term = shelf.field("term_days")[product]
    opened = now - (pick * (term - 6)).astype(np.int64)
    old_book = draw < 0.40
    opened = np.where(old_book, now - 1091 + (pick * 365).astype(np.int64), opened)
    years_ago = (now - opened) / 365
    rate = shelf.field("rate_bp")[product] + (years_ago * 35).astype(np.int64) // 5 * 5
    low, high = (round(r * 100) for r in shelf.rates["maturing_three_year_rates"])
    rate = np.where(old_book, rng.integers(low // 5, high // 5 + 1, count) * 5, rate)
    never = np.full(count, -1)
    return Lots(party, product, amount, opened, opened + term, never, rate, amount)


def _investment_lots(
    rng: np.random.Generator, people: People, shelf: Shelf, name: str, party: Ints, amount: Ints, now: int
) -> Lots:
    count = len(party)
    product = rng.choice(shelf.of_kind(name), size=count)
    if name == "wealth":
        rich = (amount >= 100 * WAN) & (rng.random(count) < 0.3)
        product = np.where(rich, rng.choice(shelf.of_kind("trust"), size=count), product)
    if name == "insurance":
        life = rng.choice([shelf.index(code) for code in ("IN-W05", "IN-W03", "IN-AN")], size=count, p=[0.6, 0.2, 0.2])
        product = np.where(amount > 3 * WAN, life, shelf.index("IN-CI"))
    term = shelf.field("term_days")[product]
    back = rng.random(count)
    opened = now - np.where(term > 0, 3 + back * (term - 4), 8 + back**1.4 * 1_400).astype(np.int64)
    matures = np.where(term > 0, opened + term, -1)
    return Lots(
        party,
        product,
        amount,
        opened,
        matures,
        np.full(count, -1),
        shelf.field("rate_bp")[product],
        amount,
    )


def _mrs_chen(live: Lots, current: Ints, shelf: Shelf, now: int) -> tuple[Lots, Ints]:
    """Mrs Chen's told holdings: 62 万 maturing in 25 days, a pension fund under water, a three-year deposit."""
    live = live.take(live.party != 0)
    told = (
        ("WM-F90A", 617_500_00, now - 65, now + 25),
        ("FD-Y01", 506_800_00, now - 560, now - 560 + 1096),
        ("DEP-T03Q", 800_000_00, now - 630, now - 630 + 1096),
    )
    product = np.array([shelf.index(code) for code, *_ in told])
    amount, opened, matures = (np.array([row[i] for row in told]) for i in (1, 2, 3))
    rate = np.array([185, 400, 175])
    lots = Lots(np.zeros(3, np.int64), product, amount, opened, matures, np.full(3, -1), rate, amount)
    current[0] = 245_868_00
    return lots.with_parts(live), current


def _fit_days(lots: Lots, people: People, shelf: Shelf, calendar: Calendar, now: int) -> Lots:
    """Opened on a trading day, not before the customer came; terms counted from there."""
    opened = np.maximum(lots.opened, people.admitted[lots.party] + 3)
    opened = np.minimum(calendar.next_trading(opened), now - 1).astype(np.int64)
    term = shelf.field("term_days")[lots.product]
    matures = np.where(term > 0, np.maximum(term_end(opened, term), now), -1)
    return replace(lots, opened=opened, matures=matures)
