"""The rows of the policy about experience and objectives: what they say, and what may stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.products.choices import ProductClass, ReturnForm
from kexin.suitability.questionnaires.choices import Objective

GRADES = range(1, 6)


class Effect(IntEnum):
    """What little experience leads to, the strictest last."""

    EXPLAIN = 1
    APPROVE = 2
    REFUSE = 3


EFFECTS = {
    Effect.EXPLAIN: _("explained once more in plain words, kept and told"),
    Effect.APPROVE: _("explained once more, and approved by a second person"),
    Effect.REFUSE: _("not sold"),
}


@dataclass(frozen=True, slots=True)
class ExperienceRow:
    """Products of these classes (none named: all) from a grade on, this much above the riskiest grade known."""

    classes: frozenset[str]
    grade: int
    above: int
    effect: Effect

    def applies(self, product_class: str, grade: int) -> bool:
        return grade >= self.grade and (not self.classes or product_class in self.classes)


def parse_experience(value: list[Any]) -> tuple[ExperienceRow, ...]:
    """Rows; none turns the rule off. Raises ValueError for anything else."""
    rows = []
    for entry in value:
        classes, grade, above = frozenset(entry.get("classes") or ()), entry["grade"], entry["above"]
        if classes - set(ProductClass.values) or type(grade) is not int or type(above) is not int:
            raise ValueError("a row names classes, a grade and how far above")
        if grade not in GRADES or above not in GRADES:
            raise ValueError("grades are 1 to 5")
        if entry["effect"] not in {each.name.lower() for each in Effect}:
            raise ValueError("an effect is explain, approve or refuse")
        rows.append(ExperienceRow(classes, grade, above, Effect[str(entry["effect"]).upper()]))
    return tuple(rows)


def explain_experience(value: list[Any]) -> list[tuple[str, str]]:
    """Each row in words."""
    words = _t("%(above)s or more above the riskiest grade known: %(effect)s")
    return [
        (
            " · ".join([f"≥ R{row.grade}", *sorted(str(ProductClass(each).label) for each in row.classes)]),
            words % {"above": row.above, "effect": EFFECTS[row.effect]},
        )
        for row in parse_experience(value)
    ] or [("–", _t("off"))]


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """What is contrary to an objective: grades above ``most``, and these sources of return."""

    most: int
    forms: frozenset[str]

    def contrary(self, grade: int, return_form: str) -> bool:
        return grade > self.most or return_form in self.forms


def parse_objectives(value: Mapping[str, Any]) -> dict[str, ObjectiveRow]:
    """Objective → what is contrary to it; none turns the rule off. Raises ValueError unless a bolder objective leaves
    at least what a more cautious one leaves."""
    found: dict[str, ObjectiveRow] = {}
    for each in Objective:
        if each.value in value:
            row = value[each.value]
            most, forms = row["most"], frozenset(row.get("forms") or ())
            if type(most) is not int or most not in GRADES or forms - set(ReturnForm.values):
                raise ValueError("a row names the highest grade and sources of return")
            found[each.value] = ObjectiveRow(most, forms)
    if set(value) - set(found):
        raise ValueError("an unknown objective")
    if found and set(found) != set(Objective.values):
        raise ValueError("every objective has its row")
    rows = list(found.values())
    if any(one.most > other.most or not other.forms <= one.forms for one, other in pairwise(rows)):
        raise ValueError("a bolder objective never leaves less")
    return found


def explain_objectives(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each objective with what is contrary to it."""
    told = []
    for code, row in parse_objectives(value).items():
        contrary = [f"> R{row.most}"] if row.most < GRADES[-1] else []
        contrary += sorted(str(ReturnForm(each).label) for each in row.forms)
        told.append((str(Objective(code).label), listed(contrary) or "–"))
    return told or [("–", _t("off"))]


# What a version from before these settings goes by until the institution decides otherwise: as the release ships them.
LATER_AIMS: dict[str, Any] = {
    "experience": [
        {"grade": 3, "above": 1, "effect": "explain"},
        {"grade": 4, "above": 2, "effect": "approve"},
        {"grade": 5, "above": 3, "effect": "refuse"},
    ],
    "held_days": 365,
    "objectives": {
        "preserve": {"most": 2, "forms": ["equity", "derivative"]},
        "income": {"most": 3, "forms": ["derivative"]},
        "growth": {"most": 4},
        "high_growth": {"most": 5},
    },
}
AIM_BASES = {
    "little_experience": "《金融机构产品适当性管理办法》第二十五条；经验不足的界线由本机构自定",
    "experience_approval": "《金融机构产品适当性管理办法》第二十五条；审批的界线由本机构自定",
    "experience_lacking": "《金融机构产品适当性管理办法》第十二、二十五条；界线由本机构自定",
    "objective_unknown": "《金融机构产品适当性管理办法》第二十五条",
    "objective_contrary": "《金融机构产品适当性管理办法》第十二、十三、二十五条；目标与产品的对应由本机构自定",
    "objective_own_wish": "《金融机构产品适当性管理办法》第十三、二十五条；目标与产品的对应由本机构自定",
}
