"""The simulated time as months, and whether a customer is there on a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kexin.project.demo.customers import Flags, Ints, People
from kexin.project.demo.events import Fate


@dataclass(frozen=True)
class Span:
    """The simulated time: months by their first days, from ``first`` to the evening before ``now``."""

    first: int
    now: int
    months: Ints

    @property
    def month_lengths(self) -> Ints:
        return np.diff(np.r_[self.months, self.months[-1] + 31])

    def month_of(self, day: Ints) -> Ints:
        return np.searchsorted(self.months, day, side="right") - 1

    def grid(self, who: Ints, dom: Ints | int) -> tuple[Ints, Ints, Ints]:
        """Every person in every month on a day of month: row of ``who``, month, day."""
        row = np.repeat(np.arange(len(who)), len(self.months))
        month = np.tile(np.arange(len(self.months)), len(who))
        wanted = np.broadcast_to(np.asarray(dom), (len(who),))[row]
        return row, month, self.months[month] + np.minimum(wanted, self.month_lengths[month]) - 1


def present(people: People, fate: Fate, party: Ints, day: Ints, span: Span) -> Flags:
    """Whether a posting on that day falls into the time and the customer's relation with the bank."""
    gone = (fate.leave_reason[party] == 3) & (day >= fate.leaves_from[party])
    return (day >= span.first) & (day < span.now) & (day > people.admitted[party] + 2) & ~gone
