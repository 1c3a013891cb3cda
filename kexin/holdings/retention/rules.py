"""Which part of what matured was renewed, moved to another product, stayed, left: pure, to the cent.

First in, first out: a use of money takes from the oldest pot that is open on its day and not yet empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Part = Literal["renewed", "moved", "gone"]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pot:
    """What matured: open from ``day`` to ``until``. ``rolled`` has a new term in its own account, ``idle`` was never
    paid out; neither is there to be used."""

    key: int
    day: dt.date
    until: dt.date
    amount: Decimal
    rolled: Decimal = ZERO
    idle: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Use:
    """Money used on a day, in the order of ``number``: for a new term, another product, or to leave."""

    day: dt.date
    number: int
    part: Part
    amount: Decimal


@dataclass(slots=True)
class Parts:
    """Where a pot went; the four add up to its amount."""

    renewed: Decimal = ZERO
    moved: Decimal = ZERO
    stayed: Decimal = ZERO
    gone: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.renewed + self.moved + self.stayed + self.gone


def matched(pots: Iterable[Pot], uses: Iterable[Use]) -> dict[int, Parts]:
    """The parts of every pot of one customer in one currency. Amounts are not negative."""
    ordered = sorted(pots, key=lambda pot: (pot.day, pot.key))
    parts: dict[int, Parts] = {}
    left: dict[int, Decimal] = {}
    for pot in ordered:
        renewed = min(pot.rolled, pot.amount)
        idle = min(pot.idle, pot.amount - renewed)
        parts[pot.key] = Parts(renewed=renewed, stayed=idle)
        left[pot.key] = pot.amount - renewed - idle
    for use in sorted(uses, key=lambda each: (each.day, each.number)):
        wanted = use.amount
        for pot in ordered:
            if wanted <= 0:
                break
            if not pot.day <= use.day <= pot.until:
                continue
            taken = min(wanted, left[pot.key])
            left[pot.key] -= taken
            wanted -= taken
            setattr(parts[pot.key], use.part, getattr(parts[pot.key], use.part) + taken)
    for pot in ordered:
        parts[pot.key].stayed += left[pot.key]
    return parts
