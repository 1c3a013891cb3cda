"""The numbers of complaints: clocks, extensions, rules of grading, the map of facets, authority over settlements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.core.values import Duration
from kexin.service.complaints.choices import ComplaintNature, Grade, Source
from kexin.service.policies import ANSWERED, RESULT, Milestone, Named, parse_named

FINDINGS, RECEIPT, REPLY, ADMITTED = "findings", "receipt", "reply", "admitted"
MET_BY = (ANSWERED, FINDINGS, RESULT, RECEIPT, REPLY, ADMITTED)
SIGNS = ("group", "amount", "words", "sources", "repeated", "elderly")
MOST = 200


@dataclass(frozen=True, slots=True)
class ComplaintMilestone(Milestone):
    """A clock of a case, for these natures, grades and sources; none named means all."""

    natures: tuple[str, ...]
    grades: tuple[str, ...]
    sources: tuple[str, ...]

    def fits(self, nature: str, grade: str, source: str) -> bool:
        """Is it owed for such a case?"""
        pairs = ((self.natures, nature), (self.grades, grade), (self.sources, source))
        return all(not wanted or one in wanted for wanted, one in pairs)


@dataclass(frozen=True, slots=True)
class GradingRule(Named):
    """One sign of weight: from ``least`` on, or with one of ``words``, the case is at least of this grade."""

    sign: str
    least: Decimal
    words: tuple[str, ...]
    grade: Grade


@dataclass(frozen=True, slots=True)
class ExtensionStep:
    """The legal limit may be put off to so many days from acceptance, by whom who may do ``right``."""

    days: int
    right: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """Up to which amount in CNY whoever may do ``right`` agrees to a settlement."""

    right: str
    up_to: Decimal


def parse_milestones(rows: Sequence[Mapping[str, Any]]) -> tuple[ComplaintMilestone, ...]:
    """Clocks as stored. Raises ValueError for what makes no sense."""
    found = tuple(_milestone(row) for row in rows)
    if len({each.code for each in found}) < len(found) or not found:
        raise ValueError("each clock stands once")
    for nature in ComplaintNature.values:
        for grade in Grade.values:
            ends = {each.met_by for each in found if each.fits(nature, grade, Source.HOTLINE)}
            if not {ANSWERED, RESULT} <= ends:
                raise ValueError("every case has a clock for the first answer and one for the result")
    return found


def _milestone(row: Mapping[str, Any]) -> ComplaintMilestone:
    (name,) = parse_named([row])
    within = Duration.parse(str(row["within"]))
    if not within.amount or row["met_by"] not in MET_BY:
        raise ValueError("a clock has time and an end")
    natures, grades, sources = (_known(row.get(key, ()), cls) for key, cls in _FILTERS)
    flags = bool(row["pausable"]), bool(row["legal"])
    return ComplaintMilestone(
        name.code, name.name, name.name_en, within, row["met_by"], *flags, natures, grades, sources
    )


_FILTERS: tuple[tuple[str, Any], ...] = (("natures", ComplaintNature), ("grades", Grade), ("sources", Source))


def _known(values: Sequence[Any], choices: Any) -> tuple[str, ...]:
    found = tuple(str(each) for each in values)
    if set(found) - set(choices.values):
        raise ValueError("unknown nature, grade or source")
    return found


def parse_grading(rows: Sequence[Mapping[str, Any]]) -> tuple[GradingRule, ...]:
    """Rules of grading as stored. Raises ValueError."""
    parse_named(rows)
    found = []
    for row in rows:
        (name,) = parse_named([row])
        if row["sign"] not in SIGNS:
            raise ValueError("a rule names a known sign")
        words = tuple(str(each).strip() for each in row.get("words", ()))
        least = Decimal(str(row.get("least", 0)))
        if not all(words) or not least.is_finite() or least < 0:
            raise ValueError("words are not empty and amounts not negative")
        if row["sign"] in ("words", "sources") and not words:
            raise ValueError("a rule of words has words")
        found.append(GradingRule(name.code, name.name, name.name_en, row["sign"], least, words, Grade(row["grade"])))
    return tuple(found)


def parse_extensions(rows: Sequence[Mapping[str, Any]]) -> tuple[ExtensionStep, ...]:
    """Steps of extension in order of their days. Raises ValueError."""
    found = tuple(
        ExtensionStep(int(row["days"]), str(row["right"]), _known(row.get("sources", ()), Source)) for row in rows
    )
    if not found or any(each.days < 1 or "." not in each.right for each in found):
        raise ValueError("an extension has days and a right")
    return tuple(sorted(found, key=lambda each: each.days))


def parse_authority(rows: Sequence[Mapping[str, Any]]) -> tuple[Authority, ...]:
    """Levels of authority, the smallest first. Raises ValueError."""
    found = tuple(Authority(str(row["right"]), Decimal(str(row["up_to"]))) for row in rows)
    if not found or any(not each.up_to.is_finite() or each.up_to <= 0 for each in found):
        raise ValueError("a level has an amount")
    return tuple(sorted(found, key=lambda each: each.up_to))


def parse_facet(rows: Sequence[Mapping[str, Any]]) -> tuple[Named, ...]:
    """One facet of the classification. Raises ValueError."""
    found = tuple(parse_named([row])[0] for row in rows)
    if not 0 < len(found) <= MOST or len({each.code for each in found}) < len(found):
        raise ValueError("each code stands once")
    return found


def _named_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in parse_facet(rows)]


def _clocks_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.label, str(each.within)) for each in parse_milestones(rows)]


def _grading_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.label, str(each.grade.label)) for each in parse_grading(rows)]


def _extensions_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.right, str(each.days)) for each in parse_extensions(rows)]


def _authority_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.right, str(each.up_to)) for each in parse_authority(rows)]


@policy("service.complaints", _("Consumer complaints"))
class ComplaintPolicy(Policy):
    """Clocks of complaints, how they may be put off, grading, facets, authority over settlements."""

    milestones: list = setting(  # type: ignore[type-arg]
        _("Clocks of a complaint"), check=parse_milestones, explain=_clocks_told
    )
    extensions: list = setting(  # type: ignore[type-arg]
        _("How the legal limit may be put off"), check=parse_extensions, explain=_extensions_told
    )
    grading: list = setting(_("Rules of grading"), check=parse_grading, explain=_grading_told)  # type: ignore[type-arg]
    places: list = setting(  # type: ignore[type-arg]
        _("Facet A: where it happened"), check=parse_facet, explain=_named_told
    )
    businesses: list = setting(_("Facet B: business"), check=parse_facet, explain=_named_told)  # type: ignore[type-arg]
    causes: list = setting(_("Facet C: causes"), check=parse_facet, explain=_named_told)  # type: ignore[type-arg]
    authority: list = setting(  # type: ignore[type-arg]
        _("Authority over settlements"), check=parse_authority, explain=_authority_told
    )
    group_persons: int = setting(_("Regulatory group complaint from"), unit=_("persons"), minimum=2, maximum=1000)
    repeat_days: int = setting(_("Cases are linked within"), unit=_("days"), minimum=1, maximum=1095)
    confirm_attempts: int = setting(_("Attempts to get the complainant's word"), minimum=1, maximum=10)
    confirm_days: int = setting(_("The complainant's word is awaited for"), unit=_("days"), minimum=1, maximum=60)
    review_ask_days: int = setting(_("A statutory review is asked for within"), unit=_("days"), minimum=1, maximum=365)
    review_days: int = setting(_("A statutory review is decided within"), unit=_("days"), minimum=1, maximum=365)
    major_hours: int = setting(
        _("Senior management looks at a major complaint within"), unit=_("working hours"), minimum=1, maximum=80
    )
    step_hours: int = setting(
        _("A reply, settlement or copy is looked at within"), unit=_("working hours"), minimum=1, maximum=80
    )
    tell_hours: int = setting(
        _("The complainant is told of a put-off limit within"), unit=_("working hours"), minimum=1, maximum=80
    )
    remedy_days: int = setting(_("A root cause has its measure within"), unit=_("days"), minimum=1, maximum=365)
    keep_years: int = setting(_("Files are kept for"), unit=_("years"), minimum=1, maximum=50)

    def clocks(self, nature: str, grade: str, source: str) -> tuple[ComplaintMilestone, ...]:
        """What is owed for such a case."""
        return tuple(each for each in parse_milestones(self.milestones) if each.fits(nature, grade, source))

    def steps(self, source: str) -> tuple[ExtensionStep, ...]:
        """The steps by which the legal limit of a case from this source is put off: its own, else the common ones."""
        every = parse_extensions(self.extensions)
        own = tuple(each for each in every if source in each.sources)
        return own or tuple(each for each in every if not each.sources)

    def facet(self, name: str) -> dict[str, Named]:
        """Codes of ``places``, ``businesses`` or ``causes`` with their words."""
        return {each.code: each for each in parse_facet(getattr(self, name))}
