"""Numbers of parties and customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting

MOST_STEPS, LONGEST = 6, 730


def parse_steps(value: list[Any]) -> tuple[int, ...]:
    """Days before the end, falling. Raises ValueError for anything else."""
    if not 1 <= len(value) <= MOST_STEPS or any(type(each) is not int for each in value):
        raise ValueError("the steps are whole days")
    if any(not 1 <= each <= LONGEST for each in value) or sorted(set(value), reverse=True) != value:
        raise ValueError("the steps fall from the longest to the shortest")
    return tuple(value)


def explain_steps(value: list[Any]) -> list[tuple[str, str]]:
    """What becomes of a document's work at each step."""
    first, *later = parse_steps(value)
    days = _t("%(n)s days before the end")
    lines = [(days % {"n": first}, _t("a work item opens for the lead manager"))]
    lines += [(days % {"n": each}, _t("it rises in urgency and comes back if it was put off")) for each in later]
    return [*lines, (_t("The day after the end"), _t("it says that the document has expired"))]


@policy("party.file", _("Customer files"))
class FilePolicy(Policy):
    """How soon a suspicion of a duplicate is looked at, and how early an expiring document becomes work."""

    duplicate_review_working_days: int = setting(
        _("Possible duplicates looked at within"), unit=_("working days"), minimum=1, maximum=60
    )
    document_steps: list = setting(  # type: ignore[type-arg]
        _("Expiring identity documents: work opens, then rises before the end"),
        unit=_("days"),
        check=parse_steps,
        explain=explain_steps,
    )

    @classmethod
    def from_older(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Before the steps one number said when the only warning came."""
        if "document_steps" in values or "document_warn_days" not in values:
            return values
        return {**values, "document_steps": [int(values["document_warn_days"])]}
