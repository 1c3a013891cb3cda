"""Numbers of files of evidence, and which certificates a post asks for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.media import ENDINGS
from kexin.core.models import Role
from kexin.core.policy import Policy, in_force, policy, setting
from kexin.people.models import by_language
from kexin.people.qualification_policies import QualificationPolicy, parse_needed

_TAKEN = {name for name in ENDINGS if name == "application/pdf" or name.startswith("image/")}


def parse_media(value: list[Any]) -> None:
    """Pictures and PDF only: nothing that could carry macros. Raises ValueError for anything else."""
    if not value or not set(value) <= _TAKEN:
        raise ValueError(f"kinds of files are some of {sorted(_TAKEN)}")


def explain_on_duty(value: dict[str, Any]) -> list[tuple[str, str]]:
    """The role and the names of its certificates."""
    kinds = in_force(QualificationPolicy)
    names = {row.code: by_language(row.name, row.name_en) for row in Role.objects.filter(code__in=value)}
    return [
        (names.get(role, role), listed(kinds.kind_label(code) for code in needed))
        for role, needed in parse_needed(value).items()
    ]


@policy("people.evidence", _("Files of certificates and training"))
class EvidencePolicy(Policy):
    """What is taken as evidence, how long it is kept, and which certificates the roles of a post ask for (all)."""

    largest_mb: int = setting(_("Largest file"), unit="MB", minimum=1, maximum=100)
    media_types: list = setting(_("Kinds of files allowed"), check=parse_media)  # type: ignore[type-arg]
    remind_days: int = setting(_("Work item where a file is missing after"), unit=_("days"), minimum=1, maximum=365)
    keep_years: int = setting(_("Kept after the employee has left"), unit=_("years"), minimum=1, maximum=50)
    on_duty: dict = setting(  # type: ignore[type-arg]
        _("Certificates that everybody with a role holds"), check=parse_needed, explain=explain_on_duty
    )

    @cached_property
    def by_role(self) -> dict[str, tuple[str, ...]]:
        return parse_needed(self.on_duty)
