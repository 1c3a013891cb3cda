"""Numbers of products: how a grade is reckoned, what reviewers must tick, how products are classified."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.people.models import by_language
from kexin.products.choices import AdmissionStep, ProductClass, RatingFactor, RiskGrade
from kexin.products.texts.policies import TextLintPolicy, TextReviewPolicy
from kexin.products.values.policies import PerformancePolicy, ValueAtRiskPolicy

# Numbers of net values and lists of texts stand with them, and are declared by importing this room.
__all__ = [
    "AdmissionPolicy",
    "ClassificationPolicy",
    "PerformancePolicy",
    "RatingPolicy",
    "TextLintPolicy",
    "TextReviewPolicy",
    "TradingPolicy",
    "ValueAtRiskPolicy",
]

GRADES = tuple(int(each) for each in RiskGrade.values)


@dataclass(frozen=True, slots=True)
class Floor:
    """Where ``factor`` scores ``score`` or more, the grade is at least ``grade``."""

    factor: str
    score: int
    grade: int


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a reviewer's list."""

    code: str
    name: str
    name_en: str

    @property
    def shown(self) -> str:
        return by_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Category:
    """One class of a scheme; ``classes`` are the product classes that fall into it by themselves."""

    code: str
    name: str
    name_en: str
    classes: tuple[str, ...]
    offering: str
    buyers: str
    buyers_en: str

    @property
    def shown(self) -> str:
        return by_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way of classifying all products."""

    code: str
    name: str
    name_en: str
    categories: tuple[Category, ...]

    @property
    def shown(self) -> str:
        return by_language(self.name, self.name_en)

    def category(self, code: str) -> Category | None:
        return next((each for each in self.categories if each.code == code), None)

    def default_for(self, product_class: str, offering: str) -> str:
        """Where a product falls by its class: the first category that takes it, "" where none does."""
        for each in self.categories:
            if product_class in each.classes and each.offering in ("", offering):
                return each.code
        return ""


def parse_factor_weights(value: dict[str, Any]) -> dict[str, Decimal]:
    """Per cent for each of the eight factors, 100 together. Raises ValueError for anything else."""
    if set(value) != set(RatingFactor.values):
        raise ValueError("every factor has a weight, and nothing else has")
    found = {factor: Decimal(str(weight)) for factor, weight in value.items()}
    if any(weight < 0 for weight in found.values()) or sum(found.values()) != 100:
        raise ValueError("weights are percentages that make 100")
    return found


def parse_bands(value: list[Any]) -> tuple[Decimal, ...]:
    """The highest score of grades one to four, rising. Raises ValueError for anything else."""
    found = tuple(Decimal(str(each)) for each in value)
    if len(found) != len(GRADES) - 1 or any(first >= second for first, second in pairwise(found)):
        raise ValueError("four limits in rising order")
    if found[0] < 1 or found[-1] >= 5:
        raise ValueError("scores lie between one and five")
    return found


def parse_floors(value: list[Any]) -> tuple[Floor, ...]:
    """Raises ValueError for an unknown factor, score or grade."""
    found = []
    for each in value:
        floor = Floor(str(each["factor"]), int(each["score"]), int(each["grade"]))
        if floor.factor not in RatingFactor.values or floor.score not in GRADES or floor.grade not in GRADES:
            raise ValueError("a floor names a factor, a score and a grade")
        found.append(floor)
    return tuple(found)


def parse_checks(value: dict[str, Any]) -> dict[str, tuple[Check, ...]]:
    """A list per step. Raises ValueError for an unknown step, an empty list or a code that comes twice."""
    found: dict[str, tuple[Check, ...]] = {}
    for step, lines in value.items():
        if step not in AdmissionStep.values or not lines:
            raise ValueError("a step of admission has at least one line")
        checks = tuple(Check(str(x["code"]), str(x["name"]), str(x.get("name_en", ""))) for x in lines)
        if len({each.code for each in checks}) != len(checks):
            raise ValueError("a code comes once")
        found[step] = checks
    return found


def parse_schemes(value: list[Any]) -> tuple[Scheme, ...]:
    """Raises ValueError for a scheme without categories, a code that comes twice, an unknown product class."""
    schemes = []
    for each in value:
        categories = tuple(
            Category(
                str(x["code"]),
                str(x["name"]),
                str(x.get("name_en", "")),
                tuple(x.get("classes", ())),
                str(x.get("offering", "")),
                str(x.get("buyers", "")),
                str(x.get("buyers_en", "")),
            )
            for x in each["categories"]
        )
        codes = [category.code for category in categories]
        if not codes or len(set(codes)) != len(codes):
            raise ValueError("a scheme has categories, each code once")
        if any(name not in ProductClass.values for category in categories for name in category.classes):
            raise ValueError("there is no such product class")
        schemes.append(Scheme(str(each["code"]), str(each["name"]), str(each.get("name_en", "")), categories))
    if len({each.code for each in schemes}) != len(schemes):
        raise ValueError("a scheme comes once")
    return tuple(schemes)


def _explain_bands(value: list[Any]) -> list[tuple[str, str]]:
    limits = parse_bands(value)
    lower = Decimal(1)
    lines = []
    for grade, limit in zip(GRADES, (*limits, Decimal(5)), strict=True):
        lines.append((f"R{grade}", _t("score above %(low)s, up to %(high)s") % {"low": lower, "high": limit}))
        lower = limit
    return lines


@policy("products.rating", _("Grading of products"))
class RatingPolicy(Policy):
    """How the scores of the eight factors (1 the least, 5 the most risk) become a grade."""

    weights: dict[str, Any] = setting(_("Weight of each factor"), unit="%", check=parse_factor_weights)
    bands: list[Any] = setting(_("Highest score of grades one to four"), check=parse_bands, explain=_explain_bands)
    floors: list[Any] = setting(_("Grades that one factor alone demands"), check=parse_floors)

    def factor_weights(self) -> dict[str, Decimal]:
        return parse_factor_weights(self.weights)

    def limits(self) -> tuple[Decimal, ...]:
        return parse_bands(self.bands)

    def least(self) -> tuple[Floor, ...]:
        return parse_floors(self.floors)


@policy("products.admission", _("Admission of products"))
class AdmissionPolicy(Policy):
    """What each reviewer must tick, and how long a step may take."""

    step_working_days: int = setting(_("Time for each step"), unit=_("working days"), minimum=1, maximum=60)
    checks: dict[str, Any] = setting(_("What reviewers tick"), check=parse_checks)

    def checks_of(self, step: str) -> tuple[Check, ...]:
        return parse_checks(self.checks).get(step, ())


@policy("products.classification", _("Classification of products"))
class ClassificationPolicy(Policy):
    """The schemes by which products are classified, several at once."""

    schemes: list[Any] = setting(_("Schemes"), check=parse_schemes)

    def all(self) -> tuple[Scheme, ...]:
        return parse_schemes(self.schemes)


@policy("products.trading", _("Trading of products"))
class TradingPolicy(Policy):
    """Bounds that hold for the terms of every product."""

    fast_redemption_most: Decimal = setting(
        _("Fast redemption a day and customer at most"), unit=_("CNY"), minimum=0, maximum=10_000_000
    )
    large_redemption_percent: Decimal = setting(
        _("Large redemption from this share of all shares"), unit="%", minimum=1, maximum=100
    )
