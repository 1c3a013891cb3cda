"""Numbers of certificates and training: which certificate a class of products needs, hours, warnings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting

_CODE = re.compile(r"[a-z0-9_]{1,30}")
_HIGHEST = 5


@dataclass(frozen=True, slots=True)
class KindRule:
    """A kind of certificate: hours per period of ``years`` calendar years, of which ethics, and where that stands."""

    code: str
    name: str
    name_en: str
    hours: Decimal
    ethics: Decimal
    years: int
    basis: str
    verified: bool

    @property
    def label(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


def parse_kinds(value: list[Any]) -> tuple[KindRule, ...]:
    """Kinds of certificates, each code once. Raises ValueError for anything else."""
    kinds = []
    for entry in value:
        if not isinstance(entry, dict) or not _CODE.fullmatch(str(entry.get("code", ""))):
            raise ValueError("a kind has a code of letters and digits")
        hours, ethics = Decimal(str(entry.get("hours", 0))), Decimal(str(entry.get("ethics", 0)))
        years = entry.get("years", 1)
        if type(years) is not int or not 1 <= years <= 5 or not 0 <= ethics <= hours <= 400:
            raise ValueError("hours are 0 to 400 in 1 to 5 years, ethics part of them")
        if not entry.get("name") or not entry.get("name_en"):
            raise ValueError("a kind has a name in two languages")
        kinds.append(
            KindRule(
                entry["code"],
                str(entry["name"]),
                str(entry["name_en"]),
                hours,
                ethics,
                years,
                str(entry.get("basis", "")),
                bool(entry.get("verified", False)),
            )
        )
    if len({each.code for each in kinds}) < len(kinds):
        raise ValueError("each kind once")
    return tuple(kinds)


def explain_kinds(value: list[Any]) -> list[tuple[str, str]]:
    """Name, and the hours with their source."""
    lines = []
    for kind in parse_kinds(value):
        words = _t("%(hours)s hours, of which ethics %(ethics)s, in %(years)s years") % {
            "hours": kind.hours,
            "ethics": kind.ethics,
            "years": kind.years,
        }
        lines.append((kind.label, f"{words} · {kind.basis}" if kind.hours else kind.basis))
    return lines


def parse_needed(value: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Class of products → kinds of which one suffices. Raises ValueError for anything else."""
    found = {}
    for product_class, kinds in value.items():
        if not _CODE.fullmatch(str(product_class)) or not isinstance(kinds, list):
            raise ValueError("a class has a list of kinds")
        if any(not _CODE.fullmatch(str(kind)) for kind in kinds):
            raise ValueError("a kind is named by its code")
        found[str(product_class)] = tuple(str(kind) for kind in kinds)
    return found


def parse_codes(value: list[Any]) -> tuple[str, ...]:
    """Codes of classes. Raises ValueError for anything else."""
    if any(not isinstance(each, str) or not _CODE.fullmatch(each) for each in value):
        raise ValueError("a class is named by its code")
    return tuple(value)


def parse_grades(value: dict[Any, Any]) -> dict[int, int]:
    """A seller's own grade → highest grade of a product. Raises ValueError for anything else."""
    found = {int(own): int(top) for own, top in value.items()}
    if any(not 1 <= own <= _HIGHEST or not 1 <= top <= _HIGHEST for own, top in found.items()):
        raise ValueError("grades are 1 to 5")
    if any(found[a] > found[b] for a in found for b in found if a < b):
        raise ValueError("a higher own grade never reaches less")
    return found


def parse_warn_days(value: list[Any]) -> tuple[int, ...]:
    """Days before the end, falling. Raises ValueError for anything else."""
    if not value or any(type(each) is not int or not 1 <= each <= 365 for each in value):
        raise ValueError("the steps are whole days")
    if sorted(set(value), reverse=True) != value:
        raise ValueError("the steps fall")
    return tuple(value)


@policy("people.qualifications", _("Certificates and training of sellers"))
class QualificationPolicy(Policy):
    """Which certificates there are, which a class of products needs, and what follows from hours and ends."""

    kinds: list = setting(_("Kinds of certificates"), check=parse_kinds, explain=explain_kinds)  # type: ignore[type-arg]
    needed: dict = setting(_("Certificates that a class of products needs (one suffices)"), check=parse_needed)  # type: ignore[type-arg]
    free: list = setting(_("Classes that need neither certificate nor authorisation"), check=parse_codes)  # type: ignore[type-arg]
    graded: list = setting(_("Classes for which sellers have a grade of their own"), check=parse_codes)  # type: ignore[type-arg]
    own_grades: dict = setting(_("Highest product grade for each own grade"), check=parse_grades)  # type: ignore[type-arg]
    warn_days: list = setting(_("Steps of the warning"), unit=_("days before the end"), check=parse_warn_days)  # type: ignore[type-arg]
    lapse_periods: int = setting(
        _("Short periods in a row after which the certificate no longer counts"), minimum=1, maximum=10
    )
    short_hours_refuse: bool = setting(_("One short period refuses already"))
    longest_authorisation: int = setting(_("Longest authorisation"), unit=_("days"), minimum=30, maximum=1830)

    @cached_property
    def by_code(self) -> dict[str, KindRule]:
        """The kinds in their order; read once for a whole shelf."""
        return {each.code: each for each in parse_kinds(self.kinds)}

    @cached_property
    def tops(self) -> dict[int, int]:
        return parse_grades(self.own_grades)

    def kind(self, code: str) -> KindRule | None:
        return self.by_code.get(code)

    def kind_label(self, code: str) -> str:
        found = self.kind(code)
        return found.label if found is not None else code

    def top_of(self, own_grade: int | None) -> int | None:
        """The highest grade a seller of this own grade may sell; None for an own grade that nothing is said of."""
        return self.tops.get(own_grade) if own_grade is not None else None
