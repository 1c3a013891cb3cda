"""The rules of conduct and the time to acknowledge them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@dataclass(frozen=True, slots=True)
class ConductRule:
    """One rule of conduct (H-23): what is forbidden, and what the system itself does against it."""

    code: str
    name: dict[str, str]
    control: dict[str, str]

    @property
    def label(self) -> str:
        """The rule in the reader's language."""
        return self.name[_key()]

    @property
    def against(self) -> str:
        """The control in the reader's language."""
        return self.control[_key()]


def _key() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _both(words: dict[str, str]) -> dict[str, str]:
    if set(words) != {"zh", "en"} or any(not isinstance(each, str) or not each.strip() for each in words.values()):
        raise ValueError("both languages are needed")
    return dict(words)


def parse_rules(rows: list[dict[str, Any]]) -> tuple[ConductRule, ...]:
    """The rules. Raises ValueError unless there are any, each once, in both languages, with its control."""
    found = tuple(ConductRule(str(row["code"]), _both(row["name"]), _both(row["control"])) for row in rows)
    if not found or len({each.code for each in found}) < len(found) or any(not each.code.strip() for each in found):
        raise ValueError("each rule stands once and has a code")
    return found


def _told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.label, each.against) for each in parse_rules(rows)]


@policy("sales.conduct_rules", _("Rules of conduct"))
class ConductRulesPolicy(Policy):
    """What no seller does. Every version is acknowledged anew by everybody who holds an authorisation."""

    rules: list = setting(_("Rules"), check=parse_rules, explain=_told)  # type: ignore[type-arg]
    acknowledge_days: int = setting(_("Acknowledged within"), unit=_("working days"), minimum=1, maximum=60)

    @property
    def parsed(self) -> tuple[ConductRule, ...]:
        """The rules in force."""
        return parse_rules(self.rules)

    def label_of(self, code: str) -> str:
        """The words for a rule; the code itself where this version has none of it."""
        return next((each.label for each in self.parsed if each.code == code), code)
