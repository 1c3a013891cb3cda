"""Estimates with their uncertainty: shares, means, the net promoter score, weighting by segment. Pure functions.

* a share: Wilson's score interval (Wilson 1927, *Probable inference, the law of succession, and statistical inference*,
  JASA 22), which stays within 0 and 1 and holds its level for small samples;
* a mean: Student's t;
* the net promoter score: adjusted Wald, three quarters added to promoters and to detractors and three to all answers
  (Rocks 2016, *Interval estimation for the Net Promoter Score*, The American Statistician 70; arXiv 1601.07235);
* weighting: post-stratification, each segment by its share of the customers (Holt & Smith 1979, *Post stratification*,
  JRSS A 142), with the variance given the numbers of answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

_STEPS = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its bounds; both bounds are None where one answer or none says nothing of the spread."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Stratum:
    """One segment: how many customers it has, how many rated, their mean and variance (n − 1)."""

    population: int
    n: int
    mean: float
    variance: float


def z_of(confidence: int) -> float:
    """The normal quantile of a two-sided interval; ``confidence`` in percent."""
    return NormalDist().inv_cdf(0.5 + confidence / 200)


def t_of(confidence: int, df: int) -> float:
    """Student's t for a two-sided interval, by bisection of its distribution function. ``df`` ≥ 1."""
    if df < 1:
        raise ValueError("at least one degree of freedom")
    wanted, low, high = 0.5 + confidence / 200, 0.0, 1000.0
    for _step in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_below(middle, df) < wanted else (low, middle)
    return (low + high) / 2


def _t_below(t: float, df: int) -> float:
    """P(T ≤ t) for t ≥ 0: 1 − I(df ÷ (df + t²); df ÷ 2, ½) ÷ 2."""
    return 1 - beta_share(df / (df + t * t), df / 2, 0.5) / 2


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    tiny, c, d = 1e-300, 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or tiny)
    found = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + term * d) or tiny)
            c = (1 + term / c) or tiny
            found *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * found / a


def share(successes: int, n: int, confidence: int) -> Interval | None:
    """A share in percent with Wilson's interval; None where nobody was asked."""
    if n <= 0:
        return None
    z, p = z_of(confidence), successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(100 * p, 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0))


def mean(n: int, value: float, variance: float, confidence: int) -> Interval | None:
    """A mean with Student's interval, kept within 0 and 100; None without answers."""
    if n <= 0:
        return None
    if n == 1:
        return Interval(value, None, None)
    half = t_of(confidence, n - 1) * math.sqrt(variance / n)
    return Interval(value, max(value - half, 0.0), min(value + half, 100.0))


def net_promoters(promoters: int, passives: int, detractors: int, confidence: int) -> Interval | None:
    """Promoters less detractors in points of 100, with the adjusted Wald interval; None without answers."""
    n = promoters + passives + detractors
    if n <= 0:
        return None
    more = n + 3
    p, d = (promoters + 0.75) / more, (detractors + 0.75) / more
    half = z_of(confidence) * math.sqrt((p + d - (p - d) ** 2) / more)
    middle = p - d
    value = (promoters - detractors) / n
    return Interval(100 * value, 100 * max(middle - half, -1.0), 100 * min(middle + half, 1.0))


def weighted_mean(strata: Sequence[Stratum], confidence: int) -> Interval | None:
    """The mean with each segment at its share of the customers.

    Segments with fewer than two answers are joined with the next larger ones, so that each has a spread; None where
    fewer than two answers are left or nobody stands behind them.
    """
    joined = _joined(strata)
    population = sum(each.population for each in joined)
    n = sum(each.n for each in joined)
    if not joined or population <= 0 or n < 2:
        return None
    value = sum(each.population * each.mean for each in joined) / population
    variance = sum((each.population / population) ** 2 * each.variance / each.n for each in joined)
    df = max(n - len(joined), 1)
    half = t_of(confidence, df) * math.sqrt(variance)
    return Interval(value, max(value - half, 0.0), min(value + half, 100.0))


def _joined(strata: Sequence[Stratum]) -> list[Stratum]:
    """Ordered by answers; what is too small is pooled with its neighbour."""
    waiting: Stratum | None = None
    found: list[Stratum] = []
    for each in sorted(strata, key=lambda one: one.n):
        waiting = each if waiting is None else _pooled(waiting, each)
        if waiting.n >= 2:
            found.append(waiting)
            waiting = None
    if waiting is not None and found:
        found.append(_pooled(found.pop(), waiting))
    return found


def _pooled(one: Stratum, other: Stratum) -> Stratum:
    n = one.n + other.n
    if n == 0:
        return Stratum(one.population + other.population, 0, 0.0, 0.0)
    value = (one.n * one.mean + other.n * other.mean) / n
    squares = sum(each.n * (each.mean - value) ** 2 + max(each.n - 1, 0) * each.variance for each in (one, other))
    return Stratum(one.population + other.population, n, value, squares / (n - 1) if n > 1 else 0.0)


def hidden(sizes: Sequence[int], smallest: int) -> set[int]:
    """Which groups are not shown: those with some answers but too few, and, where that would be one alone beside a
    total, the next smallest too, so that nobody finds it by subtraction."""
    found = {place for place, n in enumerate(sizes) if 0 < n < smallest}
    rest = sorted((n, place) for place, n in enumerate(sizes) if n >= smallest)
    if len(found) == 1 and rest:
        found.add(rest[0][1])
    return found
