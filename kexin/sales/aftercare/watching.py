"""What the clock and the products' events do: choose in sets, owe in portions. Interrupted, the next run goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kexin.core.actor import system
from kexin.core.policy import in_force
from kexin.sales.aftercare.choices import CareMatter
from kexin.sales.aftercare.choosing import Found, fallen, maturing, of_products, to_visit
from kexin.sales.aftercare.owing import owe_aftercare
from kexin.sales.aftercare.policies import AftercarePolicy

CLOCK = "clock.aftercare"
AT_ONCE = 1_000  # matters in one transaction
WATCHED: tuple[tuple[CareMatter, Callable[[AftercarePolicy, dt.date], list[Found]]], ...] = (
    (CareMatter.MATURITY, maturing),
    (CareMatter.FALL, fallen),
    (CareMatter.VISIT, to_visit),
)


def watch_sales(today: dt.date) -> dict[str, int]:
    """Everything that has become due by a day, by matter. Repeated, nothing is owed twice."""
    rules = in_force(AftercarePolicy)
    return {matter.value: _owe(matter, choose(rules, today)) for matter, choose in WATCHED}


def product_changed(matter: CareMatter, products: list[int], ref: str, facts: Mapping[str, Any]) -> int:
    """A product changed: owe it to all who bought it and hold it. ``ref`` names the change."""
    return _owe(matter, of_products(matter.value, products, ref, facts))


def _owe(matter: CareMatter, found: list[Found]) -> int:
    return sum(owe_aftercare(matter.value, rows, actor=system(CLOCK)) for rows in _portions(found))


def _portions(found: list[Found]) -> Iterator[list[Found]]:
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]
