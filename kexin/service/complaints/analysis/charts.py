"""Control charts of counts: is a month unlike the others, or only a wobble? Pure functions.

* u-chart: counts over an area of opportunity that changes, limits ū ± k√(ū ÷ n) (Montgomery, *Introduction to
  Statistical Quality Control*, ch. 7); with one area for all it is the c-chart (NIST/SEMATECH e-Handbook 6.3.3.1);
* runs: the rules of Western Electric (*Statistical Quality Control Handbook*, 1956; e-Handbook 6.3.2);
* widened limits where months vary more than chance: Laney's u′ (Laney 2002, *Improved control charts for attributes*,
  Quality Engineering 14). Ours widen only; they never narrow.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

BEYOND, RUN, TWO_OF_THREE, FOUR_OF_FIVE = "beyond", "run", "two_of_three", "four_of_five"
SIGNALS = (BEYOND, RUN, TWO_OF_THREE, FOUR_OF_FIVE)
_MOVING = 1.128  # d₂ of two values: mean moving range ÷ d₂ estimates the standard deviation
ROUGH_BELOW = 5.0  # expected count below which normal limits of a Poisson count are only rough


@dataclass(frozen=True, slots=True)
class ChartRules:
    """How far the limits lie, what counts as a signal, and whether limits widen with the spread between months."""

    sigma: float = 3.0
    signals: Sequence[str] = (BEYOND, RUN)
    run_length: int = 8
    widen: bool = False
    least: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """One month: its count, its area, the rate and its limits; ``signals`` names the rules it breaks."""

    count: int
    area: float
    rate: float | None
    low: float | None = None
    high: float | None = None
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """``centre`` is None where there are too few points to say what is usual; ``spread`` above 1 widened the limits.

    ``rough``: so few are expected in a month that the limits are only rough.
    """

    points: tuple[Point, ...]
    centre: float | None = None
    spread: float = 1.0
    based_on: int = 0
    rough: bool = False
    signals: tuple[int, ...] = field(default=())


def u_chart(counts: Sequence[int], areas: Sequence[float], rules: ChartRules, baseline: int | None = None) -> Chart:
    """The chart of counts over areas. ``baseline``: how many of the first points say what is usual (None: all)."""
    base = [(c, n) for c, n in zip(counts[:baseline], areas[:baseline], strict=True) if n > 0]
    if not sum(c for c, _n in base):  # what never came before is unlike it once it comes
        base = [(c, n) for c, n in zip(counts, areas, strict=True) if n > 0]
    plain = tuple(Point(c, n, c / n if n > 0 else None) for c, n in zip(counts, areas, strict=True))
    if len(base) < max(rules.least, 1) or not sum(c for c, _n in base):
        return Chart(plain)
    centre = sum(c for c, _n in base) / sum(n for _c, n in base)
    spread = _spread(base, centre) if rules.widen else 1.0
    zs = [None if p.rate is None else _z(p.rate, p.area, centre, spread) for p in plain]
    points = tuple(_judged(plain, zs, place, centre, spread, rules) for place in range(len(plain)))
    rough = min(centre * n for _c, n in base) < ROUGH_BELOW
    return Chart(points, centre, spread, len(base), rough, tuple(i for i, p in enumerate(points) if p.signals))


def _z(rate: float, area: float, centre: float, spread: float) -> float:
    """Standard deviations from the centre; what differs by the computer's rounding alone lies on it."""
    return round((rate - centre) / (spread * math.sqrt(centre / area)), 9)


def _spread(base: Sequence[tuple[int, float]], centre: float) -> float:
    zs = [(c / n - centre) / math.sqrt(centre / n) for c, n in base]
    if len(zs) < 2:
        return 1.0
    moving = sum(abs(after - before) for before, after in itertools.pairwise(zs)) / (len(zs) - 1)
    return max(1.0, moving / _MOVING)


def _judged(
    points: Sequence[Point], zs: Sequence[float | None], place: int, centre: float, spread: float, rules: ChartRules
) -> Point:
    one = points[place]
    if one.rate is None:
        return one
    half = rules.sigma * spread * math.sqrt(centre / one.area)
    broken = tuple(rule for rule in SIGNALS if rule in rules.signals and _breaks(rule, zs[: place + 1], rules))
    return Point(one.count, one.area, one.rate, max(centre - half, 0.0), centre + half, broken)


def _breaks(rule: str, zs: Sequence[float | None], rules: ChartRules) -> bool:
    """Does the last point break the rule, looking back from it?"""
    last = zs[-1]
    if last is None:
        return False
    side = 1 if last > 0 else -1
    if rule == BEYOND:
        return abs(last) > rules.sigma
    wide, needed, sigma = {
        RUN: (rules.run_length, rules.run_length, 0.0),
        TWO_OF_THREE: (3, 2, rules.sigma * 2 / 3),
        FOUR_OF_FIVE: (5, 4, rules.sigma / 3),
    }[rule]
    window = zs[-wide:]
    if len(window) < wide or last * side <= sigma:
        return False
    return sum(1 for each in window if each is not None and each * side > sigma) >= needed
