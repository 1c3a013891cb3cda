"""The numbers of risk assessments."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.suitability.questionnaires.choices import Sign
from kexin.suitability.questionnaires.content import TOTAL
from kexin.suitability.questionnaires.scoring import HIGHEST_GRADE, LOWEST_GRADE, Band, Ceiling


def parse_bands(rows: list[dict[str, Any]]) -> tuple[Band, ...]:
    """Bands by grade. Raises ValueError unless they are the grades 1 to 5, rising, the last up to 100."""
    found = tuple(Band(int(row["grade"]), int(row["up_to"])) for row in rows)
    ends = [each.up_to for each in found]
    if [each.grade for each in found] != list(range(LOWEST_GRADE, HIGHEST_GRADE + 1)):
        raise ValueError("grades 1 to 5, each once")
    if ends != sorted(set(ends)) or ends[0] < 0 or ends[-1] != TOTAL:
        raise ValueError("bands rise and end at 100")
    return found


def parse_ceilings(rows: list[dict[str, Any]]) -> tuple[Ceiling, ...]:
    """Ceilings by sign. Raises ValueError for unknown signs, signs given twice, and no ceiling on “no loss”."""
    found = tuple(Ceiling(Sign(row["sign"]).value, int(row["cap"]), bool(row.get("lowest", False))) for row in rows)
    if len({each.sign for each in found}) < len(found):
        raise ValueError("each sign stands once")
    if any(not LOWEST_GRADE <= each.cap <= HIGHEST_GRADE for each in found):
        raise ValueError("a ceiling is a grade")
    if not any(each.sign == Sign.NO_LOSS and each.lowest for each in found):
        raise ValueError("whoever accepts no loss is of the lowest class")
    return found


def _bands_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    begin, told = 0, []
    for each in parse_bands(rows):
        told.append((f"C{each.grade}", _t("%(first)s to %(last)s points") % {"first": begin, "last": each.up_to}))
        begin = each.up_to + 1
    return told


def _ceilings_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    word = {True: _t("the lowest class: R1 only"), False: ""}
    return [
        (str(Sign(each.sign).label), " · ".join(filter(None, (f"≤ C{each.cap}", word[each.lowest]))))
        for each in parse_ceilings(rows)
    ]


@policy("suitability.assessment", _("Risk assessment of customers"))
class AssessmentPolicy(Policy):
    """How answers become a grade, how often a customer may be assessed, and how long a result counts."""

    bands: list = setting(  # type: ignore[type-arg]
        _("Bands of points"), check=parse_bands, explain=_bands_told
    )
    ceilings: list = setting(  # type: ignore[type-arg]
        _("Ceilings by what the answers say"), check=parse_ceilings, explain=_ceilings_told
    )
    most_per_day: int = setting(_("Assessments on one day at most"), minimum=1, maximum=2)
    most_per_period: int = setting(_("Assessments within twelve months at most"), minimum=1, maximum=8)
    valid_months: int = setting(_("Result counts for"), unit=_("months"), minimum=1, maximum=12)
    remind_days: int = setting(_("Work item before the result ends"), unit=_("days"), minimum=1, maximum=180)
    near_limit: int = setting(_("Listed as near the limit from"), unit=_("assessments"), minimum=1, maximum=8)
    open_hours: int = setting(_("Unfinished answers are kept for"), unit=_("hours"), minimum=1, maximum=720)
    invitation_days: int = setting(_("Invitation stands for"), unit=_("days"), minimum=1, maximum=90)
    elder_age: int = setting(_("Special care from the age of"), unit=_("years"), minimum=50, maximum=65)
    elder_cap: int = setting(_("Ceiling on the grade of the elderly (0: none)"), minimum=0, maximum=5)
    elder_review: bool = setting(_("A supervisor looks at results above the ceiling"))
    elder_review_days: int = setting(_("The supervisor looks within"), unit=_("working days"), minimum=1, maximum=30)
    adult_age: int = setting(_("Full civil capacity from the age of"), unit=_("years"), minimum=16, maximum=18)
    child_age: int = setting(_("No civil capacity below the age of"), unit=_("years"), minimum=6, maximum=10)
    professional_exempt: bool = setting(_("Professional investors need no assessment"))

    @property
    def parsed_bands(self) -> tuple[Band, ...]:
        return parse_bands(self.bands)

    @property
    def parsed_ceilings(self) -> tuple[Ceiling, ...]:
        return parse_ceilings(self.ceilings)
