"""The numbers of requests: kinds with their categories, stages and clocks; reasons for a pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.core.values import Duration
from kexin.service.choices import Nature

ANSWERED, RESULT = "contact", "result"  # what ends a clock: words to the customer, or the result told
MET_BY = (ANSWERED, RESULT)
STAGE_NEEDS = {
    "customer": _("It is known which customer it is."),
    "answered": _("The customer was given a first answer."),
    "note": _("An internal note says what was found."),
}
MOST_KINDS, MOST_ROWS = 40, 20


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its words in both languages."""

    code: str
    name: str
    name_en: str

    @property
    def label(self) -> str:
        return (self.name_en if (get_language() or "").startswith("en") else self.name) or self.name


@dataclass(frozen=True, slots=True)
class Milestone(Named):
    """One clock: how long, what ends it, whether it may pause, whether a law sets it or the institution."""

    within: Duration
    met_by: str
    pausable: bool
    legal: bool


@dataclass(frozen=True, slots=True)
class Stage(Named):
    """A stage of a kind; ``needs``: what has to be so before a request enters it (codes of ``STAGE_NEEDS``)."""

    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind(Named):
    """A kind of request: F-07 and the institution's own; stages in order (CF-16)."""

    nature: Nature
    categories: tuple[Named, ...]
    stages: tuple[Stage, ...]
    milestones: tuple[Milestone, ...]

    def stage(self, code: str) -> Stage | None:
        return next((each for each in self.stages if each.code == code), None)

    def category(self, code: str) -> Named | None:
        return next((each for each in self.categories if each.code == code), None)


def parse_named(rows: Sequence[Mapping[str, Any]]) -> tuple[Named, ...]:
    """Raises ValueError for a code or word that is missing or stands twice."""
    found = tuple(_named(row) for row in rows)
    _once(found)
    return found


def parse_kinds(rows: Sequence[Mapping[str, Any]]) -> tuple[Kind, ...]:
    """Kinds as stored. Raises ValueError for what makes no sense."""
    if not 0 < len(rows) <= MOST_KINDS:
        raise ValueError("there is at least one kind of request, and not too many")
    found = tuple(_kind(row) for row in rows)
    _once(found)
    return found


def _kind(row: Mapping[str, Any]) -> Kind:
    name, milestones = _named(row), tuple(_milestone(each) for each in row["milestones"])
    _once(milestones)
    if {each.met_by for each in milestones} != set(MET_BY):
        raise ValueError("a kind has a clock for the first answer and one for the result")
    categories, stages = parse_named(row["categories"]), parse_stages(row["stages"])
    if not categories or len(stages) < 2:
        raise ValueError("a kind has categories and at least two stages")
    return Kind(name.code, name.name, name.name_en, Nature(row["nature"]), categories, stages, milestones)


def parse_stages(rows: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    """Stages in order. Raises ValueError; the first one is entered by opening the request and needs nothing."""
    found: list[Stage] = []
    for each, row in zip(parse_named(rows), rows, strict=True):
        needs = tuple(str(need) for need in row.get("needs", ()))
        if set(needs) - set(STAGE_NEEDS) or len(set(needs)) < len(needs) or (needs and not found):
            raise ValueError("a stage after the first needs something of the list, or nothing")
        found.append(Stage(each.code, each.name, each.name_en, needs))
    return tuple(found)


def _milestone(row: Mapping[str, Any]) -> Milestone:
    name = _named(row)
    if row["met_by"] not in MET_BY:
        raise ValueError("a clock is met by a contact or by the result")
    within = Duration.parse(str(row["within"]))
    if not within.amount:
        raise ValueError("a clock has time")
    return Milestone(
        name.code, name.name, name.name_en, within, row["met_by"], bool(row["pausable"]), bool(row["legal"])
    )


def _named(row: Mapping[str, Any]) -> Named:
    code, name, name_en = (str(row[each]).strip() for each in ("code", "name", "name_en"))
    if not code.isidentifier() or not code.islower() or len(code) > 40 or not name or not name_en:
        raise ValueError("a row has a code and a name in both languages")
    return Named(code, name, name_en)


def _once(rows: Sequence[Named]) -> None:
    if len({each.code for each in rows}) < len(rows) or len(rows) > MOST_ROWS * 2:
        raise ValueError("each code stands once")


def explain_kinds(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each kind with its stages and clocks in words."""
    told = []
    for kind in parse_kinds(rows):
        told.append((kind.label, " – ".join(each.label for each in kind.stages)))
        told += [
            (f"{kind.label} · {each.label}", " ".join(str(STAGE_NEEDS[need]) for need in each.needs))
            for each in kind.stages
            if each.needs
        ]
        told += [(f"{kind.label} · {each.label}", str(each.within)) for each in kind.milestones]
    return told


def _reasons_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in parse_named(rows)]


@policy("service.requests", _("Service requests"))
class RequestPolicy(Policy):
    """Kinds of requests with their clocks, how long an offer, a confirmation and a second opening may take."""

    kinds: list = setting(  # type: ignore[type-arg]
        _("Kinds with categories, stages and clocks"), check=parse_kinds, explain=explain_kinds
    )
    pause_reasons: list = setting(  # type: ignore[type-arg]
        _("Reasons for which a clock may pause"), check=parse_named, explain=_reasons_told
    )
    offer_hours: int = setting(
        _("An offered request is accepted within"), unit=_("working hours"), minimum=1, maximum=80
    )
    mention_hours: int = setting(
        _("A colleague who is asked answers within"), unit=_("working hours"), minimum=1, maximum=80
    )
    confirm_days: int = setting(_("The customer's confirmation is awaited for"), unit=_("days"), minimum=1, maximum=60)
    reopen_days: int = setting(_("A closed request can be opened again for"), unit=_("days"), minimum=0, maximum=365)

    def kind(self, code: str) -> Kind | None:
        """The kind of that code; None where this version has none."""
        return next((each for each in parse_kinds(self.kinds) if each.code == code), None)

    def reason(self, code: str) -> Named | None:
        return next((each for each in parse_named(self.pause_reasons) if each.code == code), None)
