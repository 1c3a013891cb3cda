"""What a series of net values says: return, annualised return, largest fall, fluctuation. Pure; no database, no clock.

Returns are fractions (0.01 is one per cent). A day's return counts what was paid out: the change of the accumulated
net value over the unit net value of the day before, so that a distribution is no loss.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
DAYS_OF_YEAR = 365  # calendar days: how bank wealth products and funds in China annualise (ACT/365)


@dataclass(frozen=True, slots=True)
class Series:
    """Net values by day, the oldest first: unit net value, and with everything ever paid out (accumulated)."""

    days: tuple[dt.date, ...]
    unit: Array
    accumulated: Array

    def __len__(self) -> int:
        return len(self.days)

    def since(self, first: dt.date) -> Series:
        """The part from a day on."""
        start = next((at for at, day in enumerate(self.days) if day >= first), len(self.days))
        return Series(self.days[start:], self.unit[start:], self.accumulated[start:])

    @property
    def returns(self) -> Array:
        """From each day to the next; one fewer than days."""
        if len(self) < 2:
            return np.empty(0)
        moved: Array = np.diff(self.accumulated) / self.unit[:-1]
        return moved

    @property
    def level(self) -> Array:
        """What one yuan of the first day became, distributions put in again; 1 on the first day."""
        grown: Array = np.concatenate(([1.0], np.cumprod(1 + self.returns))) if len(self) else np.empty(0)
        return grown

    @property
    def span(self) -> int:
        """Calendar days from the first to the last."""
        return (self.days[-1] - self.days[0]).days if self.days else 0


def series_of(rows: Sequence[tuple[dt.date, object, object]]) -> Series:
    """From (day, unit net value, accumulated net value), the oldest first."""
    return Series(
        tuple(day for day, _unit, _all in rows),
        np.array([float(unit) for _day, unit, _all in rows], dtype=np.float64),  # type: ignore[arg-type]
        np.array([float(whole) for _day, _unit, whole in rows], dtype=np.float64),  # type: ignore[arg-type]
    )


def period_return(series: Series) -> float | None:
    """持有期收益率: gained or lost over the whole series; None where there are fewer than two days."""
    return float(series.level[-1] - 1) if len(series) > 1 else None


def annualised(gained: float, days: int) -> float | None:
    """年化收益率: what a gain over so many calendar days is by the year, compounded. None for no days or all lost."""
    if days <= 0 or gained <= -1:
        return None
    return float((1 + gained) ** (DAYS_OF_YEAR / days) - 1)


@dataclass(frozen=True, slots=True)
class Fall:
    """最大回撤: the largest fall below an earlier height. ``depth`` is a fraction lost, above nought."""

    depth: float
    top: dt.date
    bottom: dt.date
    back: dt.date | None  # when the height was reached again; None: not yet


def drawdowns(series: Series) -> Array:
    """How far below the highest level so far, day by day: nought or below."""
    if not len(series):
        return np.empty(0)
    level = series.level
    fallen: Array = level / np.maximum.accumulate(level) - 1
    return fallen


def largest_fall(series: Series) -> Fall | None:
    """The largest fall, None where it never fell."""
    fallen = drawdowns(series)
    if not len(fallen) or fallen.min() >= 0:
        return None
    at = int(fallen.argmin())
    level = series.level
    top = int(level[: at + 1].argmax())
    again = np.flatnonzero(level[at:] >= level[top])
    back = series.days[at + int(again[0])] if len(again) else None
    return Fall(float(-fallen[at]), series.days[top], series.days[at], back)


def volatility(returns: Array, periods_a_year: int) -> float | None:
    """年化波动率: standard deviation (n − 1) of the returns, by the year. None for fewer than two returns."""
    if len(returns) < 2:
        return None
    return float(returns.std(ddof=1) * np.sqrt(periods_a_year))
