"""What moved on the evening before the day of loading in Lin's portfolio: money that came, money that went through."""

from __future__ import annotations

import numpy as np

from kexin.project.demo import ledger, outside
from kexin.project.demo.customers import INDIVIDUAL, WAN, Ints, People
from kexin.project.demo.events import NEVER, Fate
from kexin.project.demo.ledger import Journal
from kexin.project.demo.span import Span

# Whose (0 one customer, 1 another), days before the day of loading, second of the day, in ten thousand yuan.
MOVES = ((0, 1, 36_720, 38), (1, 6, 54_300, 52), (1, 1, 39_900, -50))


def post_told_moves(people: People, fate: Fate, current: Ints, lin_post: str, journal: Journal, span: Span) -> None:
    """A sum from another bank, and one that came last week and left again; only where Lin's customers are made."""
    led = np.array(people.lead) == lin_post
    usual = (people.kind == INDIVIDUAL) & ~fate.dormant & (fate.pattern < 0) & (fate.leaves_from == NEVER)
    fit = np.flatnonzero(led & usual & (people.aum >= 20 * WAN) & (people.admitted < span.first))
    fit = fit[fit >= 3][:2] if people.first == 0 else fit[:0]
    for whose, before, second, amount in MOVES:
        party = fit[whose : whose + 1]
        journal.post(
            current[party],
            np.full(len(party), span.now - before),
            second,
            np.full(len(party), amount * WAN),
            "from_other_bank" if amount > 0 else "to_other_bank",
            ledger.MOBILE,
            outside.SELF[0] + party % (outside.SELF[1] - outside.SELF[0]),
        )
