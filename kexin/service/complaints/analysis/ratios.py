"""How a rate changed: the ratio of two Poisson rates with its exact conditional interval. Pure functions.

Given how many there were in all, those of the second period are binomial with the share θ·n₂ ÷ (n₁ + θ·n₂)
(Przyborowski & Wilenski 1940, *Homogeneity of results in testing samples from Poisson series*, Biometrika 31); the
share's interval is Clopper and Pearson's (1934, Biometrika 26). It never claims more certainty than asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from kexin.service.surveys.statistics import beta_share

_STEPS = 200


@dataclass(frozen=True, slots=True)
class Change:
    """After ÷ before. ``value`` and ``high`` are None where nothing came before: any growth fits then."""

    value: float | None
    low: float
    high: float | None

    @property
    def word(self) -> str:
        """``fell`` or ``rose`` where the interval leaves no doubt, else ``unclear``."""
        if self.high is not None and self.high < 1:
            return "fell"
        return "rose" if self.low > 1 else "unclear"


def change(before: int, area_before: float, after: int, area_after: float, confidence: int) -> Change | None:
    """The ratio of the rates; None where there is nothing to compare."""
    both = before + after
    if not both or area_before <= 0 or area_after <= 0:
        return None
    alpha = 1 - confidence / 100
    low = _quantile(alpha / 2, after, both - after + 1) if after else 0.0
    high = _quantile(1 - alpha / 2, after + 1, both - after) if before else None
    scale = area_before / area_after
    return Change(
        after / before * scale if before else None,
        low / (1 - low) * scale,
        None if high is None else high / (1 - high) * scale,
    )


def _quantile(wanted: float, a: float, b: float) -> float:
    """Of the beta distribution, by bisection."""
    low, high = 0.0, 1.0
    for _step in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_share(middle, a, b) < wanted else (low, middle)
    return (low + high) / 2


def rate(count: int, area: int | float, per: int) -> float | None:
    """How many for each ``per`` of an area; None where there is none."""
    return count / area * per if area else None
