"""客户价值评估 as pure rules: assets, investment experience and risk tolerance become points, points a class.

Each part has up to 100 points; the value is their weighted mean. A part that is not known (no assessment that counts)
is left out of the mean and named, never guessed: the class then rests on the other parts alone.
Source: requirement C-29; bands, weights and classes are the institution's own (policy ``suitability.value``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PARTS = ("assets", "experience", "tolerance")
FULL = 100


@dataclass(frozen=True, slots=True)
class AssetBand:
    """Points from this amount of assets on (monthly daily average, base currency)."""

    start: Decimal
    points: int


@dataclass(frozen=True, slots=True)
class ValueClass:
    """A class from these points on, and what it means in the work: ``months`` between visits (0: by the tier)."""

    code: str
    name: str
    name_en: str
    start: int
    months: int
    strategy: str
    strategy_en: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known: assets; experience in per cent of the questionnaire's points; tolerance grade 1 to 5."""

    assets: Decimal
    experience: int | None
    tolerance: int | None


@dataclass(frozen=True, slots=True)
class Value:
    """Points of each known part, their weighted mean, the class."""

    parts: dict[str, int]
    points: int
    code: str

    @property
    def unknown(self) -> tuple[str, ...]:
        """Parts that were not known."""
        return tuple(each for each in PARTS if each not in self.parts)


def value_of(
    facts: Facts,
    bands: Sequence[AssetBand],
    tolerance: Mapping[int, int],
    weights: Mapping[str, int],
    classes: Sequence[ValueClass],
) -> Value:
    """Points and class. ``bands`` and ``classes`` rise and begin at nought."""
    parts = {"assets": next((each.points for each in reversed(bands) if facts.assets >= each.start), bands[0].points)}
    if facts.experience is not None:
        parts["experience"] = facts.experience
    if facts.tolerance is not None:
        parts["tolerance"] = tolerance[facts.tolerance]
    weight = sum(weights[each] for each in parts)
    mean = Decimal(sum(weights[each] * points for each, points in parts.items())) / weight
    points = int(mean.quantize(Decimal(1), ROUND_HALF_UP))
    return Value(parts, points, next(each.code for each in reversed(classes) if points >= each.start))
