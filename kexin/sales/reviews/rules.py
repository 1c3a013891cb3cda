"""What changed between two packs: a pure comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Move:
    """A position that is new, gone, or worth something else; ``change`` in its own currency."""

    kind: str  # new, gone, changed
    name: str
    currency: str
    change: Decimal


def moves(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Move]:
    """New positions, those that are gone, and those whose value changed; the largest change first.

    Both map a position's key to ``[name, value as text, currency]``.
    """
    found = []
    for key, (name, value, currency) in now.items():
        if key not in before:
            found.append(Move("new", str(name), str(currency), Decimal(value)))
        elif Decimal(value) != Decimal(before[key][1]):
            found.append(Move("changed", str(name), str(currency), Decimal(value) - Decimal(before[key][1])))
    found += [
        Move("gone", str(name), str(currency), -Decimal(value))
        for key, (name, value, currency) in before.items()
        if key not in now
    ]
    return sorted(found, key=lambda each: (-abs(each.change), each.name))
