"""The rule of tiers: pure functions over monthly daily averages, no database, no clock.

After every closed month: whoever reached a higher rung in each of the last ``months_up`` months is raised to it, the
lowest of these months deciding; whoever reached in none of the last ``months_down`` months the own rung falls to the
best rung of these months. Months that are not there (the customer was new) raise nobody and let nobody fall. The first
month gives the first tier.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kexin.holdings.policies import Rung

NONE = -1
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def reached(average: Floats, starts: Floats) -> Ints:
    """The rung an average reaches; -1 where there is none (NaN)."""
    found = np.searchsorted(starts, np.nan_to_num(average, nan=-1.0), side="right") - 1
    return np.where(np.isnan(average), NONE, np.maximum(found, 0))


def climbed(averages: Floats, rungs: Sequence[Rung], months_up: int, months_down: int, before: Ints) -> Ints:
    """The rung after each month: ``averages`` and the answer are customers × months, oldest first.

    NaN: the month does not count, the customer was not there yet. ``before``: the rung before the first month, -1
    for none.
    """
    starts = _starts(rungs)
    rung = reached(averages, starts)
    result = np.empty(averages.shape, np.int64)
    current = before.copy()
    for month in range(averages.shape[1]):
        current = _after(rung[:, : month + 1], rungs, months_up, months_down, current)
        result[:, month] = current
    return result


def last_step(averages: Floats, rungs: Sequence[Rung], months_up: int, months_down: int, before: Ints) -> Ints:
    """The rung after the last month alone, as one column; the months before it are the delays' memory."""
    return _after(reached(averages, _starts(rungs)), rungs, months_up, months_down, before)[:, None]


def _starts(rungs: Sequence[Rung]) -> Floats:
    return np.array([float(rung.start) for rung in rungs])


def _after(rung: Ints, rungs: Sequence[Rung], months_up: int, months_down: int, current: Ints) -> Ints:
    """One closed month: ``rung`` is what each month reached, the closed one in the last column."""
    downs = np.array([each.months_down or months_down for each in rungs])
    raised = _window(rung, months_up, missing=NONE).min(axis=1)
    new = np.where(current == NONE, rung[:, -1], np.maximum(current, raised))
    for months in np.unique(downs):
        best = _window(rung, int(months), missing=len(rungs)).max(axis=1)
        falls = (current != NONE) & (downs[current] == months) & (best < current)
        new = np.where(falls, best, new)
    return new


def _window(rung: Ints, months: int, missing: int) -> Ints:
    """The last ``months`` columns; what is not there is ``missing``."""
    columns = rung[:, -months:]
    columns = np.where(columns == NONE, missing, columns)
    if columns.shape[1] < months:
        columns = np.column_stack([columns, np.full(len(columns), missing)])
    return columns
