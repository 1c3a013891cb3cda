"""The numbers of the value of a customer."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.people.models import by_language
from kexin.suitability.value.rules import FULL, PARTS, AssetBand, ValueClass

MOST_CLASSES = 8


def parse_bands(rows: list[dict[str, Any]]) -> tuple[AssetBand, ...]:
    """Bands of assets. Raises ValueError unless they begin at nought and amounts and points rise."""
    found = tuple(AssetBand(Decimal(str(row["from"])), int(row["points"])) for row in rows)
    starts, points = [each.start for each in found], [each.points for each in found]
    if not found or starts[0] != 0 or starts != sorted(set(starts)):
        raise ValueError("bands begin at nought and rise")
    if points != sorted(points) or points[0] < 0 or points[-1] > FULL:
        raise ValueError("points rise, up to 100")
    return found


def explain_bands(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each amount with its points."""
    return [(f"≥ {each.start:,.0f}", str(each.points)) for each in parse_bands(rows)]


def parse_tolerance(value: dict[Any, Any]) -> dict[int, int]:
    """Points of each grade. Raises ValueError unless every grade has some and they never fall."""
    found = {int(grade): int(points) for grade, points in value.items()}
    points = [found[grade] for grade in sorted(found)]
    if sorted(found) != [1, 2, 3, 4, 5] or points != sorted(points) or points[0] < 0 or points[-1] > FULL:
        raise ValueError("each grade has points up to 100 that never fall")
    return found


def explain_tolerance(value: dict[Any, Any]) -> list[tuple[str, str]]:
    """Each grade with its points."""
    return [(f"C{grade}", str(points)) for grade, points in sorted(parse_tolerance(value).items())]


def parse_weights(value: dict[str, Any]) -> dict[str, int]:
    """Weights. Raises ValueError unless they add to 100 and assets, which are always known, weigh something."""
    found = {str(part): int(weight) for part, weight in value.items()}
    if set(found) != set(PARTS) or sum(found.values()) != FULL or min(found.values()) < 0 or found["assets"] < 1:
        raise ValueError("weights of the three parts add to 100")
    return found


def explain_weights(value: dict[str, Any]) -> list[tuple[str, str]]:
    """Each part with its weight."""
    return [(part_name(part), f"{weight}%") for part, weight in parse_weights(value).items()]


def part_name(part: str) -> str:
    """A part in the reader's language."""
    return {
        "assets": _t("Assets"),
        "experience": _t("Investment experience"),
        "tolerance": _t("Risk tolerance"),
    }[part]


def parse_classes(rows: list[dict[str, Any]]) -> tuple[ValueClass, ...]:
    """Classes from the lowest. Raises ValueError unless they begin at nought, rise, and each says what to do."""
    found = tuple(
        ValueClass(
            str(row["code"]), str(row["name"]), str(row.get("name_en", "")), int(row["from"]), int(row["months"]),
            str(row["strategy"]), str(row.get("strategy_en", "")),
        )
        for row in rows
    )  # fmt: skip
    starts = [each.start for each in found]
    if not 1 <= len(found) <= MOST_CLASSES or starts[0] != 0 or starts != sorted(set(starts)) or starts[-1] > FULL:
        raise ValueError("classes begin at nought and rise")
    if len({each.code for each in found}) < len(found):
        raise ValueError("each class stands once")
    if any(not each.strategy.strip() or not 0 <= each.months <= 60 for each in found):
        raise ValueError("each class has a strategy and 0 to 60 months between visits")
    return found


def explain_classes(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each class with its points and strategy."""
    return [
        (f"{class_name(each)} ≥ {each.start}", by_language(each.strategy, each.strategy_en))
        for each in parse_classes(rows)
    ]


def class_name(each: ValueClass) -> str:
    """The name of a class in the reader's language."""
    return by_language(each.name, each.name_en)


@policy("suitability.value", _("Value of a customer"))
class ValuePolicy(Policy):
    """How assets, experience and tolerance make the value of a customer, and what follows from it."""

    bands: list = setting(_("Points by assets"), check=parse_bands, explain=explain_bands)  # type: ignore[type-arg]
    tolerance: dict = setting(  # type: ignore[type-arg]
        _("Points by risk tolerance"), check=parse_tolerance, explain=explain_tolerance
    )
    experience_module: str = setting(_("Part of the questionnaire that tells the experience"))
    weights: dict = setting(  # type: ignore[type-arg]
        _("Weights of the parts"), check=parse_weights, explain=explain_weights
    )
    classes: list = setting(  # type: ignore[type-arg]
        _("Classes and their strategies"), check=parse_classes, explain=explain_classes
    )

    @cached_property
    def asset_bands(self) -> tuple[AssetBand, ...]:
        return parse_bands(self.bands)

    @cached_property
    def tolerance_points(self) -> dict[int, int]:
        return parse_tolerance(self.tolerance)

    @cached_property
    def part_weights(self) -> dict[str, int]:
        return parse_weights(self.weights)

    @cached_property
    def value_classes(self) -> tuple[ValueClass, ...]:
        return parse_classes(self.classes)

    def of_code(self, code: str) -> ValueClass | None:
        """A class by its code; None where the policy in force does not know it any more."""
        return next((each for each in self.value_classes if each.code == code), None)
