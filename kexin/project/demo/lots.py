"""A lot is one placement: an amount of one product from a day until its maturity or redemption."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from kexin.project.demo.calendar_cn import add_months
from kexin.project.demo.customers import Ints


@dataclass(frozen=True)
class Lots:
    """Columns of placements; money in cents at cost, days as numbers, -1 where there is none."""

    party: Ints
    product: Ints
    amount: Ints
    opened: Ints
    matures: Ints
    closed: Ints  # day on which the money came back, -1 while held
    rate: Ints  # per cent a year × 100 (deposits)
    fresh: Ints  # part of the amount that came from outside the bank, the rest from a lot of the same chain

    @property
    def size(self) -> int:
        return len(self.party)

    def take(self, chosen: npt.NDArray[np.bool_] | Ints) -> Lots:
        return Lots(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def with_parts(self, *others: Lots) -> Lots:
        return Lots(*(np.concatenate([getattr(x, f.name) for x in (self, *others)]) for f in fields(self)))


_MONTHS_OF_TERM = {91: 3, 182: 6, 365: 12, 730: 24, 1096: 36, 1826: 60}


def term_end(opened: Ints, term_days: Ints, sign: int = 1) -> Ints:
    """Last day of a term: terms of whole months end on the same day of month, others after so many days."""
    months = np.zeros(len(opened), np.int64)
    for days, number in _MONTHS_OF_TERM.items():
        months[term_days == days] = number
    return np.where(months > 0, add_months(opened, sign * months), opened + sign * term_days).astype(np.int64)
