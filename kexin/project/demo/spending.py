"""Everyday spending from current accounts and credit cards, cards' own life, and the feasts of the year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kexin.project.demo import ledger, outside
from kexin.project.demo.calendar_cn import day_number, spring_festival, to_date
from kexin.project.demo.customers import MANAGED_FROM, STUDENT, WAN, YUAN, Flags, Ints, People
from kexin.project.demo.events import NEVER, Fate
from kexin.project.demo.ledger import NOTE_NAMES, Accounts, Journal
from kexin.project.demo.products import Shelf
from kexin.project.demo.span import Span, present

# dining, grocery, travel, online, medical, fuel, leisure, baby: how often, and how large beside the mean
_OFTEN = np.array([0.31, 0.24, 0.14, 0.17, 0.04, 0.04, 0.06, 0.0])
_LARGE = np.array([0.6, 0.8, 0.35, 1.9, 2.4, 2.2, 1.4, 1.5])


def open_cards(
    rng: np.random.Generator, people: People, fate: Fate, accounts: Accounts, shelf: Shelf, span: Span
) -> Ints:
    """Credit card account of each person, -1 without."""
    age = (span.now - people.born) / 365.2425
    fit = people.person & ~people.prospect & ~fate.dormant & (age > 21) & (age < 66) & (fate.leave_reason != 3)
    party = np.flatnonzero(fit & (rng.random(people.size) < 0.30))
    platinum = people.aum[party] > 50 * WAN
    opened = np.maximum(span.first - rng.integers(30, 2_500, len(party)), people.admitted[party] + 10)
    limit = np.clip(people.income[party] * rng.integers(2, 5, len(party)) // WAN * WAN, WAN, 30 * WAN)
    number = accounts.add(
        ledger.CARD,
        party,
        opened,
        product=np.where(platinum, shelf.index("CC-PLAT"), shelf.index("CC-GOLD")),
        limit=limit,
    )
    result = np.full(people.size, -1)
    result[party] = number
    return result


def _day_weights(span: Span) -> npt.NDArray[np.float64]:
    """How much is bought on each day: weekends more, the Spring Festival week less, 11 November much more."""
    days = np.arange(span.first, span.now)
    weight = np.where((days + 3) % 7 >= 5, 1.2, 1.0)
    for year in range(to_date(span.first).year, to_date(span.now).year + 1):
        eve = day_number(spring_festival(year)) - 1
        weight[(days >= eve) & (days < eve + 8)] *= 0.45
        weight[(days >= eve - 14) & (days < eve - 1)] *= 1.35
    return weight / weight.sum()


def post_spending(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    card: Ints,
    journal: Journal,
    span: Span,
    scale: float,
) -> None:
    """Purchases by QR code, card or online; ``scale`` thins them (amounts grow so that the money spent stays)."""
    active = people.person & ~people.prospect & ~fate.dormant
    months = (span.now - span.first) / 30.4375
    often = rng.gamma(2.2, 3.2, people.size) * np.where(people.work == STUDENT, 1.2, 1.0) * active
    number = rng.poisson(often * months * scale)
    budget = people.income * rng.uniform(0.25, 0.6, people.size)
    party = np.repeat(np.arange(people.size), number)
    day = span.first + np.searchsorted(np.cumsum(_day_weights(span)), rng.random(len(party)) * 0.999_999)
    kind = rng.choice(8, size=len(party), p=_OFTEN)
    parent = (fate.birth[party] < day) & (rng.random(len(party)) < 0.22)
    kind = np.where(parent, 7, kind)
    mean = budget / np.maximum(number / months, 0.4)
    amount = mean[party] * _LARGE[kind] * rng.lognormal(-0.32, 0.8, len(party))
    cents = np.maximum(np.round(amount), 100).astype(np.int64)
    cents = np.where(rng.random(len(party)) < 0.45, np.maximum(cents // 100 * 100, 100), cents)
    keep = present(people, fate, party, day, span)
    keep &= (day < fate.leaves_from[party]) | (rng.random(len(party)) < 0.3)
    party, day, kind, cents = party[keep], day[keep], kind[keep], cents[keep]
    per_kind = (outside.MERCHANTS[1] - outside.MERCHANTS[0]) // 8
    merchant = outside.MERCHANTS[0] + kind * per_kind + (party * 31 + rng.integers(0, 12, len(party))) % per_kind
    second = (np.clip(rng.normal(14.5, 3.6, len(party)), 6, 23.9) * 3600).astype(np.int64)
    notes = np.array([NOTE_NAMES.index(name) for name in outside.MERCHANT_NOTES])[kind]
    on_card = (card[party] >= 0) & (rng.random(len(party)) < 0.55)
    on_card &= day > np.where(card[party] >= 0, people.admitted[party] + 12, 0)
    plain = ~on_card
    channel = np.where(kind == 3, ledger.QUICK, np.where(rng.random(len(party)) < 0.8, ledger.QUICK, ledger.POS))
    journal.post(
        current[party[plain]],
        day[plain],
        second[plain],
        -cents[plain],
        notes[plain],
        channel[plain],
        merchant[plain],
    )
    journal.post(
        card[party[on_card]],
        day[on_card],
        second[on_card],
        -cents[on_card],
        "card_spend",
        channel[on_card],
        merchant[on_card],
    )
    _singles_day(rng, people, fate, current, card, journal, span, active)


def _singles_day(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    card: Ints,
    journal: Journal,
    span: Span,
    active: Flags,
) -> None:
    age = (span.now - people.born) / 365.2425
    for year in range(to_date(span.first).year, to_date(span.now).year + 1):
        party = np.flatnonzero(active & (rng.random(people.size) < np.where(age < 50, 0.4, 0.12)))
        day = np.full(len(party), day_number(to_date(span.now).replace(year=year, month=11, day=11)))
        keep = present(people, fate, party, day, span) & (day < fate.leaves_from[party])
        party, day = party[keep], day[keep]
        cents = (people.income[party] * rng.uniform(0.03, 0.3, len(party))).astype(np.int64)
        account = np.where((card[party] >= 0) & (day > people.admitted[party] + 12), card[party], current[party])
        other = outside.MERCHANTS[0] + 300 + rng.integers(0, 100, len(party))
        journal.post(account, day, rng.integers(0, 86_000, len(party)), -cents, "festival_online", ledger.QUICK, other)


def post_card_life(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    card: Ints,
    journal: Journal,
    span: Span,
) -> None:
    """Last month's purchases are paid on the 25th; one holder in twelve pays a part and owes interest."""
    holders = np.flatnonzero(card >= 0)
    if not len(holders):
        return
    account, day, _, amount, *_ = journal.columns()
    slot = np.full(journal.accounts.count, -1)
    slot[card[holders]] = np.arange(len(holders))
    mine = slot[account] >= 0
    months = len(span.months)
    spent = np.zeros((len(holders), months), np.int64)
    np.add.at(spent, (slot[account[mine]], span.month_of(day[mine])), -amount[mine])
    part = np.where(rng.random(len(holders)) < 0.085, rng.uniform(0.1, 0.6, len(holders)), 1.0)
    owed = np.zeros(len(holders), np.int64)
    for month in range(1, months):
        interest = np.where((part < 1) & (owed > 0), owed * 15 // 1_000, 0)
        due_day = int(span.months[month]) + 24
        owed = owed + spent[:, month - 1] + interest
        # what is owed here but spent later this month is next month's statement
        paid = np.where(part < 1, (owed * part).astype(np.int64), owed)
        days = np.full(len(holders), due_day)
        keep = present(people, fate, holders, days, span) & (paid > 0)
        charged = keep & (interest > 0)
        journal.post(
            card[holders[charged]],
            days[charged] - 20,
            3_600,
            -interest[charged],
            "card_interest",
            ledger.BATCH,
        )
        owed = np.where(keep, owed, owed - interest)
        journal.move(
            current[holders[keep]],
            card[holders[keep]],
            days[keep],
            8 * 3600,
            paid[keep],
            "card_payment",
            ledger.BATCH,
        )
        owed = np.where(keep, owed - paid, owed)


def post_feasts(
    rng: np.random.Generator, people: People, fate: Fate, current: Ints, journal: Journal, span: Span
) -> None:
    """Spring Festival: cash out ten days before, red packets of 666 and 888, money back after the lantern feast."""
    active = people.person & ~people.prospect & ~fate.dormant
    for year in range(to_date(span.first).year, to_date(span.now).year + 1):
        eve = day_number(spring_festival(year)) - 1
        party = np.flatnonzero(active & (rng.random(people.size) < 0.34))
        day = eve - rng.integers(2, 11, len(party))
        cents = rng.choice([2_000, 3_000, 5_000, 8_000, 10_000, 20_000], size=len(party)) * YUAN
        cents = np.minimum(cents, np.maximum(people.income[party] // (1_000 * YUAN) * (1_000 * YUAN), 1_000 * YUAN))
        keep = present(people, fate, party, day, span) & (day < fate.leaves_from[party])
        journal.post(
            current[party[keep]],
            day[keep],
            rng.integers(9 * 3600, 18 * 3600, int(keep.sum())),
            -cents[keep],
            "cash_out",
            rng.choice([ledger.ATM, ledger.COUNTER], size=int(keep.sum()), p=[0.75, 0.25]),
        )
        back = np.flatnonzero(active & (rng.random(people.size) < 0.16))
        day = eve + 17 + rng.integers(0, 14, len(back))
        cents = rng.integers(3, 40, len(back)) * 500 * YUAN
        keep = present(people, fate, back, day, span) & (day < fate.leaves_from[back])
        journal.post(
            current[back[keep]],
            day[keep],
            rng.integers(9 * 3600, 17 * 3600, int(keep.sum())),
            cents[keep],
            "cash_in",
            ledger.COUNTER,
        )
        _red_packets(rng, people, fate, current, journal, span, active, eve)
    _quarter_ends(rng, people, fate, current, journal, span)


def _red_packets(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    span: Span,
    active: Flags,
    eve: int,
) -> None:
    """Within homes account to account, else to and from people outside."""
    amounts = np.array([66, 88, 188, 200, 520, 666, 888, 1_000, 1_688, 2_000]) * YUAN
    giver = np.flatnonzero(active & (rng.random(people.size) < 0.3))
    day = eve + rng.integers(0, 6, len(giver))
    cents = rng.choice(amounts, size=len(giver), p=[0.06, 0.1, 0.1, 0.12, 0.08, 0.18, 0.18, 0.1, 0.04, 0.04])
    keep = present(people, fate, giver, day, span)
    giver, day, cents = giver[keep], day[keep], cents[keep]
    second = rng.integers(9 * 3600, 86_000, len(giver))
    mate = np.roll(np.arange(people.size), 1)[giver]
    home = (
        (people.household[mate] == people.household[giver]) & ~people.prospect[mate] & (fate.leaves_from[mate] == NEVER)
    )
    home &= present(people, fate, mate, day, span)
    journal.move(
        current[giver[home]],
        current[mate[home]],
        day[home],
        second[home],
        cents[home],
        "red_packet",
        ledger.MOBILE,
    )
    out = ~home
    sign = np.where(rng.random(len(giver)) < 0.55, -1, 1)
    journal.post(
        current[giver[out]],
        day[out],
        second[out],
        (sign * cents)[out],
        "red_packet",
        ledger.MOBILE,
        rng.integers(*outside.PERSONS, int(out.sum())),
    )


def _quarter_ends(
    rng: np.random.Generator, people: People, fate: Fate, current: Ints, journal: Journal, span: Span
) -> None:
    """Money shown to the bank over the quarter-end and gone a few days later: the hump of every AUM curve."""
    ends = span.months[(span.months.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 3) == 0] - 1
    for end in ends.tolist():
        party = np.flatnonzero(people.person & (people.aum > MANAGED_FROM) & (rng.random(people.size) < 0.2))
        arrive, leave = end - rng.integers(0, 4, len(party)), end + rng.integers(2, 8, len(party))
        keep = present(people, fate, party, arrive, span) & present(people, fate, party, leave, span)
        keep &= leave < fate.leaves_from[party]
        party, arrive, leave = party[keep], arrive[keep], leave[keep]
        cents = (
            (people.aum[party] * rng.uniform(0.08, 0.3, len(party))).astype(np.int64) // (1_000 * YUAN) * (1_000 * YUAN)
        )
        other = rng.integers(*outside.SELF, len(party))
        second = rng.integers(9 * 3600, 20 * 3600, len(party))
        journal.post(current[party], arrive, second, cents, "from_other_bank", ledger.MOBILE, other)
        journal.post(current[party], leave, second, -cents, "to_other_bank", ledger.MOBILE, other)
