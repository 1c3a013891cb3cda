"""Firms and institutions: receipts, suppliers, taxes, rent; wages are posted with the employees' income."""

from __future__ import annotations

import numpy as np

from kexin.project.demo import ledger, outside
from kexin.project.demo.calendar_cn import Calendar, day_number, spring_festival, to_date
from kexin.project.demo.customers import YUAN, Ints, People
from kexin.project.demo.events import Fate
from kexin.project.demo.ledger import Journal
from kexin.project.demo.span import Span, present


def post_business(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    calendar: Calendar,
    span: Span,
    scale: float,
) -> None:
    """Twenty receipts and a dozen payments a month; tax by the 15th; a last rush before the Spring Festival."""
    firms = np.flatnonzero(~people.person)
    months = (span.now - span.first) / 30.4375
    for note, often, share, sign in (("sales", 14.0, 1.0, 1), ("supplies", 7.0, 0.72, -1)):
        number = rng.poisson(rng.gamma(3.0, often / 3.0, len(firms)) * months * scale)
        party = np.repeat(firms, number)
        day = calendar.next_working(rng.integers(span.first, span.now, len(party))).astype(np.int64)
        mean = people.income[party] * share / np.maximum(number / months, 0.3).repeat(number)
        cents = np.round(mean * rng.lognormal(-0.4, 0.9, len(party))).astype(np.int64)
        cents = np.where(rng.random(len(party)) < 0.5, cents // 10_000 * 10_000, cents)
        quiet = _festival_quiet(day, span) & (rng.random(len(party)) < 0.9)
        keep = present(people, fate, party, day, span) & ~quiet & (cents > 0)
        other = rng.integers(*outside.FIRMS, len(party))
        journal.post(
            current[party[keep]],
            day[keep],
            rng.integers(9 * 3600, 17 * 3600, int(keep.sum())),
            sign * cents[keep],
            note,
            ledger.ONLINE,
            other[keep],
        )
    row, _, day = span.grid(firms, rng.integers(8, 16, len(firms)))
    party = firms[row]
    day = calendar.previous_working(day).astype(np.int64)
    cents = (people.income[party] * rng.uniform(0.01, 0.045, len(row))).astype(np.int64)
    keep = present(people, fate, party, day, span)
    journal.post(current[party[keep]], day[keep], 10 * 3600, -cents[keep], "tax", ledger.BATCH, outside.TAX)
    row, _, day = span.grid(firms, 26)
    party = firms[row]
    keep = present(people, fate, party, day, span)
    fee = np.full(len(row), 50 * YUAN)
    journal.post(current[party[keep]], day[keep], 4 * 3600, -fee[keep], "fee", ledger.BATCH)


def _festival_quiet(day: Ints, span: Span) -> np.typing.NDArray[np.bool_]:
    quiet = np.zeros(len(day), bool)
    for year in range(to_date(span.first).year, to_date(span.now).year + 1):
        eve = day_number(spring_festival(year)) - 1
        quiet |= (day >= eve - 2) & (day < eve + 12)
    return quiet
