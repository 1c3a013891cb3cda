"""风险价值 (VaR) and expected shortfall 预期损失: what may be lost, and what is lost on average beyond that. Pure.

Losses are positive fractions of the value; ``confidence`` is a fraction such as 0.99. One-day figures are taken to a
longer horizon by the square root of time. Sources and limits: docs/algorithms/value-at-risk.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kexin.products.values.measures import Array

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Loss:
    """Value at risk and expected shortfall by one method, as positive fractions (never below nought)."""

    value_at_risk: float
    expected_shortfall: float

    def over(self, days: int) -> Loss:
        """The same over a horizon of so many trading days."""
        factor = math.sqrt(days)
        return Loss(self.value_at_risk * factor, self.expected_shortfall * factor)


@dataclass(frozen=True, slots=True)
class Risk:
    """All three methods on the same returns. ``cornish_fisher`` is None where its expansion does not hold."""

    observations: int
    historical: Loss
    parametric: Loss
    cornish_fisher: Loss | None
    skewness: float
    excess_kurtosis: float


def historical(returns: Array, confidence: float) -> Loss:
    """The loss ranked n × (1 − confidence) from the worst, and the mean of the losses worse than it.

    A rank between two losses takes the worse one; with fewer than 1 / (1 − confidence) returns the worst of all stands
    for both. Raises ValueError without returns.
    """
    if not len(returns):
        raise ValueError("no returns")
    losses = np.sort(-returns)[::-1]
    rank = max(math.floor(len(losses) * (1 - confidence) + 1e-9), 1)
    at_risk = losses[rank - 1]
    beyond = losses[: rank - 1].mean() if rank > 1 else at_risk
    return _loss(float(at_risk), float(beyond))


def parametric(mean: float, deviation: float, confidence: float) -> Loss:
    """If returns were normal: −mean + z × deviation; beyond it −mean + deviation × density(z) / (1 − confidence)."""
    z = _NORMAL.inv_cdf(confidence)
    return _loss(-mean + z * deviation, -mean + deviation * _NORMAL.pdf(z) / (1 - confidence))


def expanded_quantile(z: float, skewness: float, excess_kurtosis: float) -> float:
    """The standard normal quantile ``z`` adjusted for skewness and excess kurtosis (Cornish–Fisher, second order)."""
    return z + (z**2 - 1) * skewness / 6 + (z**3 - 3 * z) * excess_kurtosis / 24 - (2 * z**3 - 5 * z) * skewness**2 / 36


def expansion_holds(skewness: float, excess_kurtosis: float) -> bool:
    """Does the expansion rise everywhere, as quantiles must? Outside its figures would mislead."""
    square = excess_kurtosis / 8 - skewness**2 / 6
    constant = 1 - excess_kurtosis / 8 + 5 * skewness**2 / 36
    if square == 0:
        return skewness == 0 and constant > 0
    return square > 0 and (skewness / 3) ** 2 - 4 * square * constant <= 0


def cornish_fisher(mean: float, deviation: float, skewness: float, kurtosis: float, confidence: float) -> Loss | None:
    """With the adjusted quantile; the shortfall is the mean of the adjusted quantile over the tail, in closed form.

    ``kurtosis`` is the excess over three. None where the expansion does not hold.
    """
    if not expansion_holds(skewness, kurtosis):
        return None
    tail = 1 - confidence
    z = _NORMAL.inv_cdf(tail)
    density = _NORMAL.pdf(z)
    first = -density / tail  # the tail means of z, z² and z³
    second = 1 - z * density / tail
    third = -(z**2 + 2) * density / tail
    mean_of_tail = (
        first
        + (second - 1) * skewness / 6
        + (third - 3 * first) * kurtosis / 24
        - (2 * third - 5 * first) * skewness**2 / 36
    )
    return _loss(-(mean + deviation * expanded_quantile(z, skewness, kurtosis)), -(mean + deviation * mean_of_tail))


def moments(returns: Array) -> tuple[float, float, float, float]:
    """Mean, standard deviation (n − 1), skewness and excess kurtosis (both of the sample, without correction)."""
    mean, deviation = float(returns.mean()), float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    spread = float(returns.std())
    if spread <= 1e-15:
        return mean, deviation, 0.0, 0.0
    standard = (returns - mean) / spread
    return mean, deviation, float((standard**3).mean()), float((standard**4).mean() - 3)


def risk_of(returns: Array, confidence: float, horizon: int) -> Risk:
    """All three methods at a confidence over a horizon of trading days. Raises ValueError without returns."""
    mean, deviation, skewness, kurtosis = moments(returns)
    adjusted = cornish_fisher(mean, deviation, skewness, kurtosis, confidence)
    return Risk(
        len(returns),
        historical(returns, confidence).over(horizon),
        parametric(mean, deviation, confidence).over(horizon),
        adjusted.over(horizon) if adjusted else None,
        skewness,
        kurtosis,
    )


def _loss(at_risk: float, beyond: float) -> Loss:
    """Never a negative loss, and never less beyond the value at risk than at it."""
    at_risk = max(at_risk, 0.0)
    return Loss(at_risk, max(beyond, at_risk))
