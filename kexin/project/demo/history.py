"""The lots before and the lots broken: rollovers, money that left, deposits broken by leavers and victims."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kexin.project.demo.calendar_cn import Calendar
from kexin.project.demo.customers import People
from kexin.project.demo.events import NEVER, Fate
from kexin.project.demo.lots import Lots, term_end
from kexin.project.demo.products import Shelf


def with_history(
    rng: np.random.Generator,
    live: Lots,
    people: People,
    shelf: Shelf,
    calendar: Calendar,
    now: int,
    first_day: int,
) -> Lots:
    """Add the lots that came before: rollovers, and some that matured or were redeemed for good."""
    ended = live.take(rng.random(live.size) < 0.24)
    gone = rng.integers(first_day + 40, now - 20, ended.size)
    term = shelf.field("term_days")[ended.product]
    span = np.where(term > 0, term, rng.integers(60, 700, ended.size))
    gone = calendar.next_trading(gone).astype(np.int64)
    ended = replace(
        ended,
        amount=np.maximum(ended.amount * 6 // 10 // 100_000 * 100_000, 100_000),
        opened=np.where(term > 0, term_end(gone, term, -1), gone - span),
        matures=np.where(term > 0, gone, -1),
        closed=gone,
    )
    insured = np.isin(ended.product, shelf.of_kind("insurance", "treasury"))
    ended = ended.take((ended.opened > people.admitted[ended.party] + 2) & ~insured & (ended.party > 0))
    result = live.with_parts(ended)
    deposits = np.array([shelf.index(code) for code in ("DEP-T01Y", "DEP-T02Y", "DEP-T03Y")])
    insurance = shelf.of_kind("insurance")
    frontier, term_of = result, shelf.field("term_days")
    fresh = result.amount.copy()
    first_row = 0
    for _ in range(14):
        termless = term_of[frontier.product] == 0  # before a fund or an open product the money lay in a deposit
        product = np.where(termless, rng.choice(deposits, size=frontier.size), frontier.product)
        span = term_of[product]
        opened = term_end(frontier.opened, span, -1) - rng.integers(0, 4, frontier.size)
        eligible = (frontier.opened >= first_day) & (rng.random(frontier.size) < np.where(termless, 0.7, 0.86))
        eligible &= (opened > people.admitted[frontier.party] + 2) & ~np.isin(frontier.product, insurance)
        if not eligible.any():
            break
        factor = rng.uniform(0.86, 1.0, frontier.size)
        earlier = replace(
            frontier,
            product=product,
            amount=np.maximum((frontier.amount * factor).astype(np.int64) // 100_000 * 100_000, 100_000),
            opened=opened,
            matures=term_end(opened, span),
            closed=calendar.next_trading(term_end(opened, span)).astype(np.int64),
            rate=np.where(termless, shelf.field("rate_bp")[product] + 30, frontier.rate + 10),
        ).take(eligible)
        earlier = replace(earlier, closed=np.minimum(earlier.closed, frontier.opened[eligible]))
        fresh[first_row:][eligible] -= np.minimum(earlier.amount, fresh[first_row:][eligible])
        first_row = result.size
        result = result.with_parts(earlier)
        fresh = np.concatenate([fresh, earlier.amount])
        frontier = earlier
    return replace(result, fresh=fresh)


def break_early(rng: np.random.Generator, lots: Lots, fate: Fate, calendar: Calendar, now: int) -> Lots:
    """Leavers and victims take money out before maturity; those who close their account take all."""
    leaves = fate.leaves_from[lots.party]
    reason = fate.leave_reason[lots.party]
    victim = (fate.pattern[lots.party] == 4) & (fate.pattern_from[lots.party] < now)
    leaves = np.where(victim, fate.pattern_from[lots.party], leaves)
    chance = np.where(reason == 3, 1.0, np.where(victim, 0.7, 0.75))
    open_still = (lots.closed < 0) | ((reason == 3) & (lots.closed > leaves + 8))
    hit = open_still & (leaves < NEVER) & (rng.random(lots.size) < chance) & (lots.opened < leaves - 5)
    room = np.maximum(np.where(reason == 3, 12, np.minimum(now - leaves, 100)), 2)
    day = leaves + np.where(reason == 3, rng.integers(0, 6, lots.size), (rng.random(lots.size) * room).astype(np.int64))
    day = np.minimum(calendar.next_trading(np.minimum(day, now - 3)), now - 1)
    closed = np.where(hit & (day > lots.opened), day, lots.closed).astype(np.int64)
    stays_away = np.where(reason == 3, 1.0, 0.9 * (reason >= 0))  # what matures is not placed here again
    late = (lots.opened >= leaves - 5) & (rng.random(lots.size) < stays_away)
    return replace(lots, closed=closed).take(~late)
