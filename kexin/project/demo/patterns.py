"""Movements that monitoring should notice, and the turns of life that a manager should notice."""

from __future__ import annotations

import numpy as np

from kexin.project.demo import ledger, outside
from kexin.project.demo.customers import WAN, YUAN, Ints, People
from kexin.project.demo.events import NEVER, PATTERNS, Fate
from kexin.project.demo.ledger import Journal
from kexin.project.demo.span import Span


def post_patterns(
    rng: np.random.Generator, people: People, fate: Fate, current: Ints, journal: Journal, span: Span
) -> None:
    """One scripted run per flagged customer; all days lie before ``span.now``."""
    writers = {
        "structuring": _structuring,
        "rapid_pass_through": _pass_through,
        "mule": _mule,
        "scam_victim": _scam,
        "gambling": _gambling,
    }
    for number, name in enumerate(PATTERNS):
        chosen = np.flatnonzero(fate.pattern == number)
        if name == "circular":
            _circles(rng, chosen, fate, current, journal, span)
            continue
        for party in chosen.tolist():
            writers[name](
                rng, int(current[party]), int(fate.pattern_from[party]), int(people.aum[party]), journal, span
            )


def _write(
    journal: Journal,
    span: Span,
    account: int,
    days: Ints,
    seconds: Ints,
    amounts: Ints,
    note: str,
    channel: int,
    others: Ints,
) -> None:
    keep = (days < span.now) & (days >= span.first)
    journal.post(
        np.full(int(keep.sum()), account),
        days[keep],
        seconds[keep],
        amounts[keep],
        note,
        channel,
        others[keep],
    )


def _persons(rng: np.random.Generator, count: int) -> Ints:
    return rng.integers(*outside.PERSONS, count)


def _structuring(rng: np.random.Generator, account: int, start: int, aum: int, journal: Journal, span: Span) -> None:
    """Cash just under 50,000 yuan, several times a week, sent on to one stranger (below the cash report limit)."""
    for week in range(int(rng.integers(2, 4))):
        days = start + week * 7 + np.sort(rng.integers(0, 5, 5))
        cash = rng.integers(46, 50, 5) * 1_000 * YUAN - rng.integers(0, 9, 5) * 100 * YUAN
        _write(
            journal,
            span,
            account,
            days,
            10 * 3600 + np.arange(5) * 900,
            cash,
            "cash_in",
            ledger.COUNTER,
            np.full(5, ledger.NOBODY),
        )
        out = np.array([start + week * 7 + 5])
        if out[0] < span.now:
            _write(
                journal,
                span,
                account,
                out,
                np.array([40_000]),
                -np.array([cash.sum()]),
                "transfer",
                ledger.ONLINE,
                _persons(rng, 1),
            )


def _pass_through(rng: np.random.Generator, account: int, start: int, aum: int, journal: Journal, span: Span) -> None:
    """Many payments in from strangers, out within the hour: 快进快出."""
    for burst in range(int(rng.integers(3, 6))):
        number = int(rng.integers(6, 15))
        day = start + burst * int(rng.integers(2, 9))
        amounts = rng.integers(3, 60, number) * 500 * YUAN
        begin = int(rng.integers(9, 20)) * 3600
        days = np.full(number, day)
        _write(
            journal,
            span,
            account,
            days,
            begin + np.arange(number) * 60,
            amounts,
            "transfer",
            ledger.MOBILE,
            _persons(rng, number),
        )
        _write(
            journal,
            span,
            account,
            days[:1],
            np.array([begin + number * 60 + 600]),
            -amounts.sum(keepdims=True),
            "transfer",
            ledger.MOBILE,
            _persons(rng, 1),
        )


def _mule(rng: np.random.Generator, account: int, start: int, aum: int, journal: Journal, span: Span) -> None:
    """A quiet account of a young person: small tests, then large sums in and cash out at night."""
    tests = rng.integers(1, 20, 3) * YUAN
    _write(
        journal,
        span,
        account,
        start + np.arange(3),
        np.full(3, 80_000),
        tests,
        "transfer",
        ledger.MOBILE,
        _persons(rng, 3),
    )
    for night in range(int(rng.integers(3, 6))):
        amounts = rng.integers(8, 30, 4) * 1_000 * YUAN
        days = np.full(4, start + 5 + night)
        _write(
            journal,
            span,
            account,
            days,
            66_000 + np.arange(4) * 500,
            amounts,
            "transfer",
            ledger.MOBILE,
            _persons(rng, 4),
        )
        total = int(amounts.sum())
        draws = np.array([total // 2 // (100 * YUAN) * (100 * YUAN)])
        _write(
            journal,
            span,
            account,
            days[:1],
            np.array([70_000]),
            -draws,
            "cash_out",
            ledger.ATM,
            np.array([ledger.NOBODY]),
        )
        _write(
            journal,
            span,
            account,
            days[:1],
            np.array([71_000]),
            -(total - draws),
            "transfer",
            ledger.QUICK,
            _persons(rng, 1),
        )


def _scam(rng: np.random.Generator, account: int, start: int, aum: int, journal: Journal, span: Span) -> None:
    """An old customer sends growing sums to persons never paid before, after breaking deposits."""
    number = int(rng.integers(4, 8))
    steps = np.cumsum(rng.integers(2, 9, number))
    share = np.geomspace(0.02, 0.18, number)
    amounts = (aum * share).astype(np.int64) // (1_000 * YUAN) * (1_000 * YUAN)
    amounts = np.maximum(amounts, 2_000 * YUAN)
    _write(
        journal,
        span,
        account,
        start + 6 + steps,
        rng.integers(9 * 3600, 16 * 3600, number),
        -amounts,
        "transfer",
        ledger.COUNTER,
        _persons(rng, number),
    )


def _gambling(rng: np.random.Generator, account: int, start: int, aum: int, journal: Journal, span: Span) -> None:
    """Round sums to a game top-up deep in the night, more and more."""
    number = int(rng.integers(30, 60))
    days = start + np.sort(rng.integers(0, 60, number))
    amounts = rng.choice([100, 200, 500, 1_000, 2_000], size=number) * YUAN
    _write(
        journal,
        span,
        account,
        days,
        rng.integers(0, 4 * 3600, number),
        -amounts,
        "transfer",
        ledger.QUICK,
        np.full(number, outside.GAMES),
    )


def _circles(rng: np.random.Generator, chosen: Ints, fate: Fate, current: Ints, journal: Journal, span: Span) -> None:
    """Three customers pass the same sum round, a little less each time; who finds no ring is no case."""
    alone = chosen[len(chosen) // 3 * 3 :]
    fate.pattern[alone], fate.pattern_from[alone] = -1, NEVER
    for ring in range(len(chosen) // 3):
        members = chosen[ring * 3 : ring * 3 + 3]
        begin = int(fate.pattern_from[members[0]])
        fate.pattern_from[members] = begin
        for lap in range(int(rng.integers(2, 5))):
            amount = int(rng.integers(8, 40)) * WAN
            day = begin + lap * int(rng.integers(4, 11))
            other = _persons(rng, 1)
            first = int(current[members[0]])
            _write(
                journal,
                span,
                first,
                np.array([day]),
                np.array([34_000]),
                np.array([amount]),
                "transfer",
                ledger.ONLINE,
                other,
            )
            for step in range(3):
                if day + step < span.now:
                    pair = current[members[step : step + 1]], current[np.roll(members, -1)[step : step + 1]]
                    journal.move(
                        *pair,
                        day + step,
                        36_000 + step * 700,
                        np.array([amount - step * 500 * YUAN]),
                        "transfer",
                        ledger.ONLINE,
                    )
            _write(
                journal,
                span,
                first,
                np.array([day + 3]),
                np.array([36_000]),
                -np.array([amount - 1_000 * YUAN]),
                "transfer",
                ledger.ONLINE,
                other,
            )


def post_life_events(
    rng: np.random.Generator, people: People, fate: Fate, current: Ints, journal: Journal, span: Span
) -> None:
    """Homes bought, children abroad, legacies: each with the money that shows it."""
    buyers = np.flatnonzero((fate.home_purchase < span.now - 2) & (fate.home_purchase >= span.first))
    share = np.maximum(people.aum[buyers] * 6 // 10, 10 * WAN) // WAN * WAN
    day = fate.home_purchase[buyers]
    journal.post(
        current[buyers],
        day,
        8 * 3600,
        share,
        "from_other_bank",
        ledger.MOBILE,
        rng.integers(*outside.SELF, len(buyers)),
    )
    journal.post(current[buyers], day, 11 * 3600, -share, "home", ledger.COUNTER, outside.DEVELOPER)
    abroad = np.flatnonzero(fate.study_abroad < span.now)
    for half_year in range(5):
        day = fate.study_abroad[abroad] + half_year * 182
        keep = (day < span.now) & (day >= span.first)
        cents = np.full(int(keep.sum()), 9 * WAN) + rng.integers(0, 80, int(keep.sum())) * 1_000 * YUAN
        journal.post(current[abroad[keep]], day[keep], 10 * 3600, -cents, "abroad", ledger.MOBILE, outside.FX)
    heirs = np.flatnonzero((fate.inheritance < span.now - 2) & (fate.inheritance >= span.first))
    cents = rng.integers(10, 80, len(heirs)) * WAN
    journal.post(
        current[heirs],
        fate.inheritance[heirs],
        10 * 3600,
        cents,
        "inheritance",
        ledger.COUNTER,
        rng.integers(*outside.PERSONS, len(heirs)),
    )
