"""Numbers and lists of texts: what the lint looks for, what a reviewer must tick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.policy import Policy, policy, setting
from kexin.people.models import by_language
from kexin.products.texts.choices import TextKind
from kexin.products.texts.lint import Rules, parse_allowed, parse_forbidden, parse_required


@dataclass(frozen=True, slots=True)
class Point:
    """One question of the reviewer's checklist; ``kinds``: of which texts it is asked, none named: of all."""

    code: str
    name: str
    name_en: str
    kinds: tuple[str, ...]

    @property
    def shown(self) -> str:
        return by_language(self.name, self.name_en)


def parse_points(value: list[Any]) -> tuple[Point, ...]:
    """The checklist. Raises ValueError for a point without code or words, or of an unknown kind of text."""
    found = []
    for each in value:
        if not isinstance(each, Mapping) or set(each) - {"code", "name", "name_en", "kinds"}:
            raise ValueError("unknown names in a point")
        kinds = tuple(each.get("kinds", ()))
        if not set(kinds) <= set(TextKind.values):
            raise ValueError("an unknown kind of text")
        point = Point(str(each.get("code", "")), str(each.get("name", "")), str(each.get("name_en", "")), kinds)
        if not (point.code and point.name and point.name_en):
            raise ValueError("a point needs code, name and name_en")
        found.append(point)
    if len({each.code for each in found}) < len(found) or not found:
        raise ValueError("codes stand once, and there is at least one")
    return tuple(found)


def explain_points(value: list[Any]) -> list[tuple[str, str]]:
    """Each question, and of which texts it is asked."""
    return [
        (each.shown, listed(str(TextKind(kind).label) for kind in each.kinds) or _t("all texts"))
        for each in parse_points(value)
    ]


def explain_forbidden(value: list[Any]) -> list[tuple[str, str]]:
    """Each rule's words, and why."""
    return [
        (listed((*each.words, *each.words_en)), by_language(each.why, each.why_en)) for each in parse_forbidden(value)
    ]


def explain_required(value: list[Any]) -> list[tuple[str, str]]:
    """Each rule's words, and why."""
    return [(" / ".join(each.words), by_language(each.why, each.why_en)) for each in parse_required(value)]


@policy("products.text_lint", _("Check of product texts"))
class TextLintPolicy(Policy):
    """Words that texts about products must not say, and words they must; each with its reason."""

    allowed: list = setting(_("Phrases that deny a promise"), check=parse_allowed)  # type: ignore[type-arg]
    forbidden: list = setting(  # type: ignore[type-arg]
        _("Words that must not stand there"), check=parse_forbidden, explain=explain_forbidden
    )
    required: list = setting(  # type: ignore[type-arg]
        _("Words that must stand there"), check=parse_required, explain=explain_required
    )

    def rules(self) -> Rules:
        """As the lint takes them; read once per version."""
        return _rules(self.policy_version, self)


@policy("products.text_review", _("Review of product texts"))
class TextReviewPolicy(Policy):
    """What a reviewer must be able to say yes to, and in how many working days the review is due."""

    checklist: list = setting(_("Checklist"), check=parse_points, explain=explain_points)  # type: ignore[type-arg]
    review_working_days: int = setting(_("Review within"), unit=_("working days"), minimum=1, maximum=60)

    def points(self, kind: str) -> tuple[Point, ...]:
        """The questions asked of a kind of text."""
        return tuple(each for each in parse_points(self.checklist) if not each.kinds or kind in each.kinds)


@lru_cache(maxsize=8)
def _kept(version: int, allowed: str, forbidden: str, required: str) -> Rules:
    import json

    return Rules(
        parse_allowed(json.loads(allowed)), parse_forbidden(json.loads(forbidden)), parse_required(json.loads(required))
    )


def _rules(version: int, policy_in_force: TextLintPolicy) -> Rules:
    import json

    lists = (policy_in_force.allowed, policy_in_force.forbidden, policy_in_force.required)
    return _kept(version, *(json.dumps(each, ensure_ascii=False) for each in lists))
