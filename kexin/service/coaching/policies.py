"""Situations of difficult talks and criteria of coaching, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.policy import Policy, policy, setting
from kexin.service.coaching.choices import Place
from kexin.service.policies import Named, parse_named


@dataclass(frozen=True, slots=True)
class Situation(Named):
    """A difficult situation, and beside what its phrases are shown."""

    places: tuple[Place, ...]


def parse_situations(rows: Sequence[Mapping[str, Any]]) -> tuple[Situation, ...]:
    """Raises ValueError for what makes no sense."""
    found = []
    for row, name in zip(rows, parse_named(rows), strict=True):
        places = tuple(Place(each) for each in row["places"])
        if not places:
            raise ValueError("phrases are shown somewhere")
        found.append(Situation(name.code, name.name, name.name_en, places))
    if not found:
        raise ValueError("there is at least one situation")
    return tuple(found)


def explain_situations(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each situation with where its phrases are shown."""
    return [(each.label, listed(str(place.label) for place in each.places)) for each in parse_situations(rows)]


def parse_criteria(rows: Sequence[Mapping[str, Any]]) -> tuple[Named, ...]:
    """Raises ValueError for none, or for too many to judge a talk by."""
    found = parse_named(rows)
    if not 0 < len(found) <= 12:
        raise ValueError("there are criteria, and not too many")
    return found


def explain_criteria(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each criterion with its words."""
    return [(each.code, each.label) for each in parse_criteria(rows)]


@policy("service.coaching", _("Prepared phrases and coaching"))
class CoachingPolicy(Policy):
    """Situations of difficult talks, criteria by which a contact is looked at, how long the person has to answer."""

    situations: list = setting(  # type: ignore[type-arg]
        _("Difficult situations"), check=parse_situations, explain=explain_situations
    )
    criteria: list = setting(  # type: ignore[type-arg]
        _("Criteria of a coaching review"), check=parse_criteria, explain=explain_criteria
    )
    highest: int = setting(_("Highest mark"), minimum=3, maximum=10)
    answer_days: int = setting(_("The person answers within"), unit=_("working days"), minimum=1, maximum=30)
    least: int = setting(_("Figures by person from so many reviews on"), minimum=1, maximum=50)

    def situation(self, code: str) -> Situation | None:
        """The situation of that code; None where this version has none."""
        return next((each for each in parse_situations(self.situations) if each.code == code), None)
