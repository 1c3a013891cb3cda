"""The numbers of matching: the matrix of grades, insisting, concentration, horizons, care, cooling-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.policy import Policy, policy, setting
from kexin.party.choices import EnterpriseScale
from kexin.products.class_fields import INSURANCE_TYPES
from kexin.suitability.matching.aim_policies import (
    AIM_BASES,
    LATER_AIMS,
    ExperienceRow,
    ObjectiveRow,
    explain_experience,
    explain_objectives,
    parse_experience,
    parse_objectives,
)
from kexin.suitability.matching.choices import Purpose, SaleChannel
from kexin.suitability.matching.reasons import REASONS
from kexin.suitability.matching.shares import (
    GRADES,
    Scale,
    Share,
    explain_scales,
    explain_shares,
    parse_scales,
    parse_shares,
)


def parse_matrix(value: dict[Any, Any]) -> dict[int, dict[int, bool]]:
    """Tolerance → product grade → suitable. Raises ValueError unless a riskier product is never easier to buy and a
    more tolerant customer never gets less. A pair left out is undefined, and refused (CF-09)."""
    found: dict[int, dict[int, bool]] = {}
    for tolerance, row in value.items():
        if not isinstance(row, dict) or any(type(each) is not bool for each in row.values()):
            raise ValueError("each pair is true or false")
        found[int(tolerance)] = {int(grade): each for grade, each in row.items()}
    if any(t not in GRADES or g not in GRADES for t, row in found.items() for g in row):
        raise ValueError("grades are 1 to 5")
    for row in found.values():
        if any(row.get(g + 1, False) and not row.get(g, False) for g in GRADES):
            raise ValueError("a riskier product is never easier to buy")
    for grade in GRADES:
        column = [found[t].get(grade, False) for t in sorted(found)]
        if sorted(column) != column:
            raise ValueError("a more tolerant customer never gets less")
    return found


def explain_matrix(value: dict[Any, Any]) -> list[tuple[str, str]]:
    """Each tolerance with the grades that suit it."""
    return [
        (f"C{tolerance}", listed(f"R{g}" for g, fits in sorted(row.items()) if fits) or "–")
        for tolerance, row in sorted(parse_matrix(value).items())
    ]


def parse_horizons(value: dict[Any, Any]) -> dict[str, int]:
    """Answer → longest term in days. Raises ValueError for anything else."""
    if any(type(days) is not int or not 0 <= days <= 36_500 for days in value.values()):
        raise ValueError("days are whole numbers")
    return {str(answer): days for answer, days in value.items()}


def parse_channels(value: list[Any]) -> tuple[str, ...]:
    """Channels. Raises ValueError for an unknown one."""
    return tuple(SaleChannel(each).value for each in value)


def parse_purposes(value: list[Any]) -> tuple[str, ...]:
    """Purposes. Raises ValueError for an unknown one."""
    return tuple(Purpose(each).value for each in value)


@dataclass(frozen=True, slots=True)
class Cooling:
    """A right to withdraw: class of product (or any), private only or not, hours, words."""

    product_class: str
    private: bool | None
    hours: int


def parse_cooling(value: list[Any]) -> tuple[Cooling, ...]:
    """Rows; the first that fits counts. Raises ValueError for anything else."""
    rows = []
    for entry in value:
        if type(entry["hours"]) is not int or entry["hours"] < 1 or entry.get("private") not in (None, True, False):
            raise ValueError("hours are whole numbers")
        rows.append(Cooling(str(entry.get("class", "")), entry.get("private"), entry["hours"]))
    return tuple(rows)


def parse_bases(value: dict[str, Any]) -> dict[str, str]:
    """Legal basis per code of a reason. Raises ValueError where one is missing or unknown."""
    if set(value) != set(REASONS) or not all(str(each).strip() for each in value.values()):
        raise ValueError("every reason has its basis")
    return {code: str(basis) for code, basis in value.items()}


def parse_insurance(value: list[Any]) -> tuple[str, ...]:
    """Kinds of insurance. Raises ValueError for an unknown one."""
    if any(each not in KINDS for each in value):
        raise ValueError("an unknown kind of insurance")
    return tuple(value)


def explain_insurance(value: list[Any]) -> list[tuple[str, str]]:
    """The kinds in words."""
    return [(_t("Kinds"), listed(str(KINDS[each]) for each in parse_insurance(value)) or "–")]


KINDS = dict(INSURANCE_TYPES)
LATER_BASES = {
    "payment_years_unknown": "《金融机构产品适当性管理办法》第三十九条",
    "rate_missing": "《金融机构产品适当性管理办法》第十二条；折算由本机构自定",
    **AIM_BASES,
    "scale_concentration": "《金融机构产品适当性管理办法》第十二条（与支付能力明显不匹配）；"
    "按企业规模分设的比例由本机构自定",
    "scale_approval": "需求 H-15；按企业规模分设的审批金额由本机构自定",
    "scale_senior": "需求 H-15；按企业规模分设的审批层级由本机构自定",
}
LATER_NUMBERS: dict[str, Any] = {
    "scales": [],
    "needs_free_days": 365,
    "graded": ["participating", "universal", "unit_linked"],
    "uncertain": ["participating", "universal", "unit_linked"],
    **LATER_AIMS,
}


@policy("suitability.matching", _("Matching of products to customers"))
class MatchingPolicy(Policy):
    """What goes together, what a customer may insist on, and where care begins."""

    matrix: dict = setting(_("Matrix of grades"), check=parse_matrix, explain=explain_matrix)  # type: ignore[type-arg]
    stricter: bool = setting(_("Stricter than the rules: no insisting on funds and securities either"))
    lowest_top: int = setting(_("Highest grade for the lowest class"), minimum=1, maximum=1)
    limited_top: int = setting(_("Highest grade with limited civil capacity"), minimum=1, maximum=2)
    shares: list = setting(_("Concentration"), check=parse_shares, explain=explain_shares)  # type: ignore[type-arg]
    scales: list = setting(  # type: ignore[type-arg]
        _("Care by the size of enterprises"), check=parse_scales, explain=explain_scales
    )
    horizons: dict = setting(  # type: ignore[type-arg]
        _("Longest term for each answer on when the money is needed"), unit=_("days"), check=parse_horizons
    )
    term_from: int = setting(_("Terms count from"), unit=_("days"), minimum=0, maximum=3650)
    age_at_end: int = setting(_("Special care if older at the end of the term than"), minimum=60, maximum=120)
    elder_grade: int = setting(_("Special care for the elderly from the grade"), minimum=1, maximum=5)
    channels: list = setting(_("Channels of sale"), check=parse_channels)  # type: ignore[type-arg]
    consent_purposes: list = setting(  # type: ignore[type-arg]
        _("Purposes that need the customer's consent"), check=parse_purposes
    )
    cooling: list = setting(_("Right to withdraw"), unit=_("hours"), check=parse_cooling)  # type: ignore[type-arg]
    needs_free: list = setting(  # type: ignore[type-arg]
        _("Insurance that needs no analysis of needs"), check=parse_insurance, explain=explain_insurance
    )
    needs_free_days: int = setting(
        _("Insurance needs no analysis of needs up to a term of"), unit=_("days"), minimum=0, maximum=3660
    )
    graded: list = setting(  # type: ignore[type-arg]
        _("Insurance that needs a product grade and a risk assessment"),
        check=parse_insurance,
        explain=explain_insurance,
    )
    uncertain: list = setting(  # type: ignore[type-arg]
        _("Insurance whose benefit is uncertain: declaration for high premiums"),
        check=parse_insurance,
        explain=explain_insurance,
    )
    single_premium_times: Decimal = setting(
        _("Declaration if a single premium is more times the household income than"), minimum=0, maximum=100
    )
    annual_premium_share: Decimal = setting(
        _("Declaration if a yearly premium is more of the household income than"), unit="%", minimum=0, maximum=100
    )
    budget_share: Decimal = setting(
        _("Declaration from a premium of the stated budget of"), unit="%", minimum=100, maximum=1000
    )
    age_and_years: int = setting(_("Declaration from age and years of paying together"), minimum=50, maximum=120)
    experience: list = setting(  # type: ignore[type-arg]
        _("Little experience"), check=parse_experience, explain=explain_experience
    )
    held_days: int = setting(
        _("Products of the class held with us count as experience after"), unit=_("days"), minimum=0, maximum=3660
    )
    objectives: dict = setting(  # type: ignore[type-arg]
        _("Contrary to what the customer invests for"), check=parse_objectives, explain=explain_objectives
    )
    rematch_days: int = setting(
        _("Managers look at holders of a re-rated product within"), unit=_("working days"), minimum=1, maximum=60
    )
    bases: dict = setting(_("Legal basis of each reason"), check=parse_bases)  # type: ignore[type-arg]

    @classmethod
    def from_older(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Reasons and numbers that came later, for a version that does not have them yet; what it says stays."""
        bases = {**LATER_BASES, **values["bases"]}
        return {**LATER_NUMBERS, **values, "bases": bases} if bases != values["bases"] else {**LATER_NUMBERS, **values}

    @cached_property
    def graded_insurance(self) -> tuple[str, ...]:
        return parse_insurance(self.graded)

    @cached_property
    def pairs(self) -> dict[int, dict[int, bool]]:
        return parse_matrix(self.matrix)

    @cached_property
    def share_rows(self) -> tuple[Share, ...]:
        return parse_shares(self.shares)

    @cached_property
    def scale_rows(self) -> dict[str, Scale]:
        return {each.scale: each for each in parse_scales(self.scales)}

    def scale_of(self, scale: str) -> Scale | None:
        """The row of an enterprise; of one whose size is not known the strictest; None for everybody else."""
        return self.scale_rows.get(scale) or (self.scale_rows.get(EnterpriseScale.MICRO) if scale else None)

    @cached_property
    def horizon_days(self) -> dict[str, int]:
        return parse_horizons(self.horizons)

    @cached_property
    def experience_rows(self) -> tuple[ExperienceRow, ...]:
        return parse_experience(self.experience)

    @cached_property
    def objective_rows(self) -> dict[str, ObjectiveRow]:
        return parse_objectives(self.objectives)

    @cached_property
    def cooling_rows(self) -> tuple[Cooling, ...]:
        return parse_cooling(self.cooling)
