"""Rules of queues: pure functions. Which queue an item belongs to, and who of its members gets it.

The one with the smallest share of what they carry, after the item, is chosen; among equals who was given something
the longest ago, then the lower post number, so that the same facts always give the same answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Arriving:
    """What is known of an item that comes in. ``units``: the customer's unit and those above it, the nearest first."""

    units: tuple[int, ...]
    kind: str = ""
    category: str = ""
    channel: str = ""
    tier: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Wants:
    """What a queue takes; an empty list is everything."""

    pk: int
    unit_id: int
    rank: int
    kinds: Collection[str] = ()
    categories: Collection[str] = ()
    channels: Collection[str] = ()
    tiers: Collection[str] = ()
    languages: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of a queue at one moment: what weighs on it, what it can carry, what it can."""

    post_id: int
    capacity: int
    load: int
    present: bool
    skills: Mapping[str, int] = field(default_factory=dict)
    last_given: dt.datetime = NEVER


def takes(queue: Wants, item: Arriving) -> bool:
    """Does the item belong into this queue?"""
    asked = (
        (queue.kinds, item.kind),
        (queue.categories, item.category),
        (queue.channels, item.channel),
        (queue.tiers, item.tier),
        (queue.languages, item.language.split("-")[0].lower()),
    )
    return queue.unit_id in item.units and all(not wanted or is_ in wanted for wanted, is_ in asked)


def belongs_to(queues: Iterable[Wants], item: Arriving) -> Wants | None:
    """The queue of the nearest unit; there the one of the lowest rank, then the oldest. None where none takes it."""
    found = [each for each in queues if takes(each, item)]
    return min(found, key=lambda each: (item.units.index(each.unit_id), each.rank, each.pk), default=None)


def able(member: Candidate, needs: Mapping[str, int]) -> bool:
    """Each skill at the level needed, or better."""
    return all(member.skills.get(code, 0) >= level for code, level in needs.items())


def least_loaded(
    members: Sequence[Candidate], *, needs: Mapping[str, int], weight: int, passed: Collection[int] = ()
) -> Candidate | None:
    """Who gets an item of that weight: present, able, with room for it, and not among those who ``passed`` it on."""
    free = [
        each
        for each in members
        if each.present and each.post_id not in passed and able(each, needs) and each.load + weight <= each.capacity
    ]
    return min(free, key=lambda each: (share(each, weight), each.last_given, each.post_id), default=None)


def share(member: Candidate, weight: int) -> Fraction:
    """How full the member would be."""
    return Fraction(member.load + weight, member.capacity)
