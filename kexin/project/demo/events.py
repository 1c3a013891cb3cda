"""What happens to people: who drifts away and why, who retires, who is tricked; drawn before any money moves.

Each fate is one row of the truth table: a later floor's warnings are measured against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from kexin.project.demo.calendar_cn import day_number
from kexin.project.demo.customers import MANAGED_FROM, PENSIONER, SALARIED, WAN, Flags, Ints, People
from kexin.project.demo.structure import Structure

NEVER = np.iinfo(np.int32).max
LEAVE_REASONS = ("drifting", "payroll_lost", "followed_manager", "closed_account")
PATTERNS = ("structuring", "rapid_pass_through", "mule", "circular", "scam_victim", "gambling")


@dataclass
class Fate:
    """Days on which something turns for each customer of a block (``NEVER``: it does not)."""

    leaves_from: Ints  # the current account and the products run down from here
    leave_reason: Ints  # index into LEAVE_REASONS, -1 none
    salary_until: Ints
    pension_from: Ints
    job_change: Ints
    birth: Ints
    home_purchase: Ints
    inheritance: Ints
    study_abroad: Ints
    dormant: Flags  # hardly any movement
    pattern: Ints  # index into PATTERNS, -1 none
    pattern_from: Ints


def draw_fates(rng: np.random.Generator, people: People, structure: Structure, today: date, first_day: int) -> Fate:
    now = day_number(today)
    size = people.size

    def never() -> Ints:
        return np.full(size, NEVER, np.int64)

    fate = Fate(
        never(),
        np.full(size, -1),
        never(),
        np.where(people.work == PENSIONER, 0, NEVER).astype(np.int64),
        never(),
        never(),
        never(),
        never(),
        never(),
        np.zeros(size, bool),
        np.full(size, -1),
        never(),
    )
    told = (people.first == 0) & (np.arange(size) < 3)
    free = people.person & ~people.prospect & ~told & (people.admitted < now - 240)
    led = (people.aum < 30 * WAN) & (people.admitted < now - 800)  # of those who have a manager a few sleep, too
    asleep = np.where(people.aum < 5 * WAN, 0.16, np.where(led, 0.03, 0.0))
    fate.dormant = free & (rng.random(size) < asleep)
    _leavers(rng, people, structure, fate, free & ~fate.dormant & (people.aum < 300 * WAN), now, first_day)
    free &= (fate.leave_reason < 0) & ~fate.dormant
    _patterns(rng, people, fate, free, now, first_day)
    free &= fate.pattern < 0
    _life(rng, people, fate, free, now, first_day)
    fate.salary_until = np.minimum(fate.salary_until, fate.pension_from)
    return fate


def _leavers(
    rng: np.random.Generator,
    people: People,
    structure: Structure,
    fate: Fate,
    free: Flags,
    now: int,
    first_day: int,
) -> None:
    """Four in a hundred leave: slowly, by losing the payroll, after a manager, or by closing the account."""
    draw = rng.random(people.size)
    start = rng.integers(now - 190, now - 25, people.size)
    for reason, low, high in ((0, 0.0, 0.022), (1, 0.022, 0.034), (3, 0.034, 0.040)):
        chosen = free & (draw >= low) & (draw < high)
        if reason == 1:
            chosen &= people.work == SALARIED
        fate.leave_reason[chosen] = reason
    followers = _followers(rng, people, structure, free & (fate.leave_reason < 0))
    fate.leave_reason[followers] = 2
    start[followers] = np.maximum(day_number(structure.departed_on) + rng.integers(10, 70, len(followers)), now - 145)
    left = fate.leave_reason >= 0
    start = np.maximum(start, first_day + 12)  # in a short history nobody leaves before it begins, holidays included
    fate.leaves_from[left] = start[left]
    wages_end = left & np.isin(fate.leave_reason, (1, 3))
    fate.salary_until[wages_end] = start[wages_end]


def _followers(rng: np.random.Generator, people: People, structure: Structure, free: Flags) -> Ints:
    """Up to sixty managed customers of the second sub-branch follow the manager who left."""
    if people.first != 0 or len(structure.sub_branches) < 2:
        return np.array([], dtype=np.int64)
    pool = np.flatnonzero(free & (people.sub_branch == 1) & (people.aum >= MANAGED_FROM))
    return rng.permutation(pool)[: min(60, len(pool) // 2)]


def _patterns(rng: np.random.Generator, people: People, fate: Fate, free: Flags, now: int, first_day: int) -> None:
    """About one customer in a hundred shows a pattern that a monitoring scenario should find."""
    age = (now - people.born) / 365.2425
    small = people.aum < 20 * WAN
    fitting = {
        "structuring": (free & (people.owner < 0) & small, 0.002),
        "rapid_pass_through": (free & small & (age < 50), 0.002),
        "mule": (free & (people.aum < 2 * WAN) & (age < 32), 0.003),
        "circular": (free & (people.aum > 5 * WAN) & (age < 60), 0.0015),
        "scam_victim": (free & (age > 62) & (people.aum > 10 * WAN), 0.002),
        "gambling": (free & small & (age < 45), 0.002),
    }
    for number, name in enumerate(PATTERNS):
        fit, share = fitting[name]
        pool = np.flatnonzero(fit & (fate.pattern < 0))
        wanted = min(max(round(people.size * share), 1), len(pool) // 2)
        chosen = rng.permutation(pool)[:wanted]
        fate.pattern[chosen] = number
        fate.pattern_from[chosen] = rng.integers(max(now - 150, first_day), max(now - 25, first_day + 1), wanted)


def _life(rng: np.random.Generator, people: People, fate: Fate, free: Flags, now: int, first_day: int) -> None:
    """Retirement by the calendar; other turns by chance and age."""
    age = (now - people.born) / 365.2425
    span = max(now - first_day - 60, 30)
    retired_on = people.born + np.where(people.male, 60, 55) * 365.2425
    recently = free & (people.work == PENSIONER) & (retired_on > first_day) & (retired_on < now)
    fate.pension_from[recently] = retired_on[recently].astype(np.int64) + 20

    def happen(target: Ints, fit: Flags, chance: float) -> None:
        chosen = fit & (rng.random(people.size) < chance)
        target[chosen] = first_day + 30 + rng.integers(0, span, int(chosen.sum()))

    happen(fate.job_change, free & (people.work == SALARIED), 0.06)
    happen(fate.birth, free & (age > 25) & (age < 38), 0.05)
    happen(fate.home_purchase, free & (age > 27) & (age < 50) & (people.aum > 8 * WAN), 0.06)
    happen(fate.inheritance, free & (age > 40), 0.004)
    happen(fate.study_abroad, free & (age > 42) & (age < 56) & (people.aum > 40 * WAN), 0.05)
