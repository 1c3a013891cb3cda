"""Numbers and tables of people."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.qualification_policies import QualificationPolicy

__all__ = ["DelegationPolicy", "DutiesPolicy", "EvidencePolicy", "QualificationPolicy"]


def parse_patterns(value: list[object]) -> None:
    """Raises ValueError for an entry that can be no operation's name."""
    for each in value:
        if not isinstance(each, str) or not re.fullmatch(r"[a-z]+\.[a-z0-9_*]+", each):
            raise ValueError("this is no pattern of operations")


@policy("people.duties", _("Incompatible duties"))
class DutiesPolicy(Policy):
    """Pairs of operations that one person may not hold together (H-18, 岗位分离): ``[["a.b", "c.d", "why"], …]``."""

    pairs: list = setting(_("Incompatible pairs"))  # type: ignore[type-arg]


@policy("people.delegation", _("Standing in for somebody absent"))
class DelegationPolicy(Policy):
    """For how long somebody may stand in, and how far the customers of that open work may then be read.

    Operations are named or given as patterns (``holdings.view_*``); only those count that the delegate's own roles
    hold. An empty list: work items only, customers as far as the delegate reaches anyway.
    """

    longest_days: int = setting(_("Longest period"), unit=_("days"), minimum=1, maximum=366)
    opens: list = setting(  # type: ignore[type-arg]
        _("Operations open to the delegate for customers with such open work"), check=parse_patterns
    )
