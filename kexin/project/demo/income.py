"""Regular income and obligations of persons: wages, pensions, loans, rent, tuition, bills, help within families."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from kexin.project.demo import ledger, outside
from kexin.project.demo.calendar_cn import Calendar, day_number, spring_festival, to_date
from kexin.project.demo.customers import INDIVIDUAL, PENSIONER, SALARIED, YUAN, Flags, Ints, People
from kexin.project.demo.events import NEVER, Fate
from kexin.project.demo.ledger import LOCAL, Journal
from kexin.project.demo.span import Span, present


def post_wages(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    calendar: Calendar,
    span: Span,
) -> Ints:
    """代发 on 5/8/10/15/25, before holidays if need be, small firms' before the Spring Festival.

    A bonus of one to six months' pay in January or February. Returns the persons paid here. Wages of firms that bank
    here leave the firm's account the same minute.
    """
    chance = np.where(people.employer >= 0, 1.0, 0.5)
    paid = np.flatnonzero(
        (people.work == SALARIED) & ~people.prospect & ~fate.dormant & (rng.random(people.size) < chance)
    )
    payday = rng.choice([5, 8, 10, 15, 25], size=people.size, p=[0.2, 0.15, 0.3, 0.25, 0.1])
    payday = np.where(people.employer >= 0, payday[people.employer], payday)
    outsider = rng.integers(*outside.EMPLOYERS, people.size)
    row, _, day = span.grid(paid, payday[paid])
    party = paid[row]
    day = calendar.previous_working(_before_the_festival(day, people.employer[party] >= 0, span)).astype(np.int64)
    years_ago = (span.now - day) / 365
    amount = people.income[party] * (1 - 0.035 * years_ago) * rng.normal(1, 0.02, len(row))
    moved = day > fate.job_change[party]
    amount = np.where(moved, amount * 1.12, amount)
    gap = moved & (day < fate.job_change[party] + 38)
    keep = present(people, fate, party, day, span) & (day < fate.salary_until[party]) & ~gap
    _pay(people, current, journal, party[keep], day[keep], amount[keep], "salary", outsider, moved[keep])
    bonus = np.flatnonzero(rng.random(len(paid)) < 0.6)
    for year in range(to_date(span.first).year, to_date(span.now).year + 1):
        eve = day_number(spring_festival(year))
        earliest = day_number(date(year, 1, 6))  # the festival may fall on 22 January; the bonus is this year's
        when = np.maximum(eve - rng.integers(4, 30, len(bonus)), earliest)
        when = calendar.previous_working(when).astype(np.int64)
        who = paid[bonus]
        keep = present(people, fate, who, when, span) & (when < fate.salary_until[who])
        months = np.clip(rng.gamma(2.0, 0.9, len(bonus)), 1, 6)
        _pay(
            people,
            current,
            journal,
            who[keep],
            when[keep],
            (people.income[who] * months)[keep],
            "bonus",
            outsider,
            np.zeros(int(keep.sum()), bool),
        )
    return paid


def _before_the_festival(day: Ints, small_firm: Flags, span: Span) -> Ints:
    """Small firms pay what falls into the fortnight from the eve of the Spring Festival on some days before it."""
    for year in range(to_date(span.first).year, to_date(span.now).year + 1):
        eve = day_number(spring_festival(year)) - 1
        day = np.where(small_firm & (day >= eve) & (day < eve + 15), eve - 4, day)
    return day


def _pay(
    people: People,
    current: Ints,
    journal: Journal,
    party: Ints,
    day: Ints,
    amount: npt.NDArray[np.float64],
    note: str,
    outsider: Ints,
    moved: Flags,
) -> None:
    cents = np.round(amount).astype(np.int64)
    employer = np.where(moved, -1, people.employer[party])
    inside = employer >= 0
    changed = np.where(moved, outside.EMPLOYERS[0] + (outsider[party] * 7 + 3) % 300, outsider[party])
    other = np.where(inside, LOCAL + current[employer], changed)
    journal.post(current[party], day, 5 * 3600 + party % 1800, cents, note, ledger.BATCH, other)
    key = employer[inside] * 100_000 + day[inside]
    unique, slot = np.unique(key, return_inverse=True)
    total = np.zeros(len(unique), np.int64)
    np.add.at(total, slot, cents[inside])
    journal.post(current[unique // 100_000], unique % 100_000, 4 * 3600, -total, "wages", ledger.BATCH)


def post_pensions(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    calendar: Calendar,
    span: Span,
) -> Ints:
    told = (np.arange(people.size) < 2) & (people.first == 0)
    paid = np.flatnonzero((people.work == PENSIONER) & ~people.prospect & (told | (rng.random(people.size) < 0.72)))
    row, _, day = span.grid(paid, 15)
    party = paid[row]
    day = calendar.previous_working(day).astype(np.int64)
    amount = people.income[party] * (1 - 0.02 * np.floor((span.now - day) / 365))
    keep = present(people, fate, party, day, span) & (day >= fate.pension_from[party])
    keep &= ~((fate.leave_reason[party] >= 0) & (day > fate.leaves_from[party] + 60))
    journal.post(
        current[party[keep]],
        day[keep],
        6 * 3600 + party[keep] % 1800,
        amount[keep].astype(np.int64),
        "pension",
        ledger.BATCH,
        outside.SOCIAL_SECURITY,
    )
    return paid


def post_household_bills(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    calendar: Calendar,
    span: Span,
) -> None:
    """Rent, tuition in February and September, utilities, and help from children to parents."""
    age = (span.now - people.born) / 365.2425
    active = people.person & ~people.prospect & ~fate.dormant & (people.kind == INDIVIDUAL)
    draw = rng.random((4, people.size))
    renters = active & (age < 40) & (people.work == SALARIED) & (draw[0] < 0.22)
    parents = active & (age > 30) & (age < 52) & (draw[1] < 0.25)
    billed = active & (people.role == 0) & (draw[2] < 0.4)
    for flags, note, dom, low, high in (
        (renters, "rent", 1, 1_200, 5_000),
        (parents, "tuition", 8, 2_000, 16_000),
        (billed, "utilities", 18, 90, 420),
    ):
        party = np.flatnonzero(flags)
        each = rng.integers(low, high, len(party)) * YUAN
        other = rng.integers(*outside.PERSONS, len(party))
        row, month, day = span.grid(party, dom)
        who = party[row]
        calendar_month = span.months[month].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
        keep = present(people, fate, who, day, span) & (day < fate.leaves_from[who])
        if note == "tuition":
            keep &= np.isin(calendar_month, (1, 8))
        amount = each[row] * 1.0
        target = other[row]
        if note == "utilities":
            amount = np.round(
                amount * (1 + 0.5 * np.isin(calendar_month, (0, 1, 6, 7))) * rng.uniform(0.8, 1.2, len(row))
            )
            target = rng.choice([outside.WATER, outside.POWER, outside.GAS], size=len(row))
        if note == "tuition":
            target = np.full(len(row), outside.MIDDLE_SCHOOL)
        channel = {"rent": ledger.MOBILE, "tuition": ledger.MOBILE, "utilities": ledger.BATCH}[note]
        journal.post(
            current[who[keep]],
            day[keep],
            rng.integers(8 * 3600, 20 * 3600, int(keep.sum())),
            -amount[keep].astype(np.int64),
            note,
            channel,
            target[keep],
        )
    _post_family_help(rng, people, fate, current, journal, span, active, draw[3])


def _post_family_help(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    span: Span,
    active: Flags,
    draw: Ints,
) -> None:
    """In one of three homes somebody sends the other 500 to 3,000 a month."""
    giver = np.flatnonzero(active & np.isin(people.role, (1, 2)) & (draw < 0.33) & (fate.leaves_from == NEVER))
    head = np.full(int(people.household.max()) + 1, -1)
    heads = np.flatnonzero(people.role == 0)
    head[people.household[heads]] = heads
    receiver = head[people.household[giver]]
    fit = ~people.prospect[receiver] & (fate.leaves_from[receiver] == NEVER)
    giver, receiver = giver[fit], receiver[fit]
    each = rng.integers(5, 31, len(giver)) * 100 * YUAN
    row, _, day = span.grid(giver, rng.integers(1, 28, len(giver)))
    keep = present(people, fate, giver[row], day, span) & present(people, fate, receiver[row], day, span)
    row, day = row[keep], day[keep]
    journal.move(
        current[giver[row]],
        current[receiver[row]],
        day,
        rng.integers(9 * 3600, 21 * 3600, len(row)),
        each[row],
        "family",
        ledger.MOBILE,
    )
