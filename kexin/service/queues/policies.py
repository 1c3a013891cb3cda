"""Skills that a queue may ask for, and how much an open item weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.service.choices import Urgency
from kexin.service.policies import Named, parse_named

LOWEST, HIGHEST = 1, 3  # levels of a skill


@dataclass(frozen=True, slots=True)
class Skill(Named):
    """What a post can; ``language`` is the customer's language that asks for it by itself, empty for none."""

    language: str


def parse_skills(rows: Sequence[Mapping[str, Any]]) -> tuple[Skill, ...]:
    """Skills as stored. Raises ValueError for what makes no sense."""
    found = tuple(
        Skill(name.code, name.name, name.name_en, str(row.get("language", "")).strip())
        for name, row in zip(parse_named(rows), rows, strict=True)
    )
    spoken = [each.language for each in found if each.language]
    if len(set(spoken)) < len(spoken):
        raise ValueError("a language asks for one skill")
    return found


def _skills_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.label, each.language or "–") for each in parse_skills(rows)]


@policy("service.queues", _("Queues of requests"))
class QueuePolicy(Policy):
    """Skills by name, the weight of an open item by its urgency, how much a member carries at first."""

    skills: list = setting(_("Skills of posts"), check=parse_skills, explain=_skills_told)  # type: ignore[type-arg]
    general_weight: int = setting(_("Weight of a general request"), minimum=1, maximum=10)
    important_weight: int = setting(_("Weight of an important request"), minimum=1, maximum=10)
    urgent_weight: int = setting(_("Weight of an urgent request"), minimum=1, maximum=10)
    conversation_weight: int = setting(_("Weight of a conversation that awaits an answer"), minimum=0, maximum=10)
    capacity: int = setting(_("What a new member carries"), minimum=1, maximum=200)

    def weight(self, urgency: str) -> int:
        """What a request of that urgency weighs."""
        heavy = {Urgency.IMPORTANT.value: self.important_weight, Urgency.URGENT.value: self.urgent_weight}
        return heavy.get(urgency, self.general_weight)

    def skill(self, code: str) -> Skill | None:
        return next((each for each in parse_skills(self.skills) if each.code == code), None)

    def for_language(self, language: str) -> str:
        """The skill that a customer's language asks for; empty for none. ``en-GB`` asks for what ``en`` does."""
        spoken = language.split("-")[0].lower()
        return next((each.code for each in parse_skills(self.skills) if each.language and each.language == spoken), "")
