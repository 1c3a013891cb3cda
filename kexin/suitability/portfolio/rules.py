"""Value at risk of several holdings together. Pure; NumPy is imported where it is asked for.

The portfolio of today is held through the days of the past: on each day its return is the mean of the returns of its
products, weighted by what they are worth now. So falls that come together count together, and what moves apart helps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kexin.products.values.measures import Array

Returns = Mapping[dt.date, float]


@dataclass(frozen=True, slots=True)
class Together:
    """``returns`` of the portfolio on the days that all its products share; ``used`` are the products in it."""

    returns: Array
    days: tuple[dt.date, ...]
    used: tuple[int, ...]


def together(values: Mapping[int, Decimal], returns: Mapping[int, Returns], *, window: int, least: int) -> Together:
    """The portfolio's daily returns, the latest ``window`` at most.

    ``values`` are market values by product, above nought; a product with fewer than ``least`` returns is left out, and
    so, one after the other, is the one with the fewest, until the rest share ``least`` days. No product: no returns.
    """
    import numpy as np

    used = [pk for pk, value in values.items() if value > 0 and len(returns.get(pk, {})) >= least]
    shared = _shared(used, returns)
    while used and len(shared) < least:
        used.remove(min(used, key=lambda pk: (len(returns[pk]), values[pk])))
        shared = _shared(used, returns)
    days = tuple(sorted(shared)[-window:])
    if not used:
        return Together(np.empty(0), (), ())
    total = sum((values[pk] for pk in used), Decimal(0))
    weights = np.array([float(values[pk] / total) for pk in used])
    moved = np.array([[returns[pk][day] for day in days] for pk in used])
    return Together(weights @ moved, days, tuple(used))


def _shared(used: list[int], returns: Mapping[int, Returns]) -> set[dt.date]:
    return set.intersection(*(set(returns[pk]) for pk in used)) if used else set()
