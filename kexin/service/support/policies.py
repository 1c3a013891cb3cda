"""Support desks as data: what each is for, which role answers, within what time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.core.values import Duration
from kexin.service.policies import Named, parse_named

MOST_DESKS = 20


@dataclass(frozen=True, slots=True)
class Desk(Named):
    """A support desk: the role whose posts answer, and the time for an answer."""

    role: str
    within: Duration


def parse_desks(rows: Sequence[Mapping[str, Any]]) -> tuple[Desk, ...]:
    """Raises ValueError for what makes no sense."""
    if not 0 < len(rows) <= MOST_DESKS:
        raise ValueError("there is at least one support desk, and not too many")
    found = []
    for row, name in zip(rows, parse_named(rows), strict=True):
        within, role = Duration.parse(str(row["within"])), str(row["role"]).strip()
        if not within.amount or not role.isidentifier():
            raise ValueError("a support desk has a role and a time")
        found.append(Desk(name.code, name.name, name.name_en, role, within))
    return tuple(found)


def explain_desks(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each desk with its role and time."""
    return [(each.label, f"{each.role} · {each.within}") for each in parse_desks(rows)]


@policy("service.support", _("Support desks"))
class SupportPolicy(Policy):
    """Where staff ask, who answers, within what time."""

    desks: list = setting(_("Support desks"), check=parse_desks, explain=explain_desks)  # type: ignore[type-arg]

    def desk(self, code: str) -> Desk | None:
        """The desk of that code; None where this version has none."""
        return next((each for each in parse_desks(self.desks) if each.code == code), None)
