"""Numbers of parties and customers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kexin.core.policy import Policy, policy, setting
from kexin.party.choices import FactKind
from kexin.party.tiers import tier_choices

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


def parse_months(value: dict[str, Any]) -> dict[str, int]:
    """Months per kind of data, 0 to 240. Raises ValueError for anything else."""
    if any(kind not in FactKind.values for kind in value):
        raise ValueError("an unknown kind of data")
    if any(type(months) is not int or not 0 <= months <= 240 for months in value.values()):
        raise ValueError("months are whole numbers from 0 to 240")
    return dict(value)


def parse_tier_months(value: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Months per tier and kind of data. Raises ValueError for anything else."""
    if any(not re.fullmatch("[a-z0-9_]{1,20}", tier) for tier in value):
        raise ValueError("a tier is named by its code")
    return {tier: parse_months(months) for tier, months in value.items()}


def parse_kinds(value: list[Any]) -> tuple[str, ...]:
    """Kinds of data, each once. Raises ValueError for anything else."""
    if len(set(value)) < len(value) or any(kind not in FactKind.values for kind in value):
        raise ValueError("an unknown kind of data")
    return tuple(value)


def explain_months(value: dict[str, Any]) -> list[tuple[str, str]]:
    """After how many months each kind is asked for again."""
    return [(str(FactKind(kind).label), _months(months)) for kind, months in parse_months(value).items()]


def explain_tier_months(value: dict[str, Any]) -> list[tuple[str, str]]:
    """The same for each tier that has months of its own."""
    names = dict(tier_choices())
    return [
        (f"{names.get(tier, tier)} · {FactKind(kind).label}", _months(months))
        for tier, own in parse_tier_months(value).items()
        for kind, months in own.items()
    ]


def _months(months: int) -> str:
    if not months:
        return _t("never reviewed")
    return ngettext("reviewed after %(n)s month", "reviewed after %(n)s months", months) % {"n": months}


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


@policy("party.review", _("Review of customer data"))
class FactReviewPolicy(Policy):
    """资料复核: how long each kind of data stands before somebody asks whether it is still right (A-19).

    A tier named in ``tier_months`` has its own months for the kinds named there; nought months: never reviewed.
    """

    months: dict = setting(  # type: ignore[type-arg]
        _("Reviewed after months, by kind of data"), unit=_("months"), check=parse_months, explain=explain_months
    )
    tier_months: dict = setting(  # type: ignore[type-arg]
        _("Other months for customers of a tier"),
        unit=_("months"),
        check=parse_tier_months,
        explain=explain_tier_months,
    )
    ahead_days: int = setting(_("Work opens before the day"), unit=_("days"), minimum=0, maximum=180)
    within_working_days: int = setting(_("Done within"), unit=_("working days"), minimum=1, maximum=120)
    most_open: int = setting(
        _("Open reviews of one manager at most (the oldest first)"), unit=_("work items"), minimum=1, maximum=1000
    )
    seen: list = setting(  # type: ignore[type-arg]
        _("Kinds of data confirmed only by a document that was seen"), check=parse_kinds
    )


@policy("party.attribution", _("Attribution of results"))
class AttributionPolicy(Policy):
    """Whether the shares of a customer's line must add up to 100 percent, and among how many managers."""

    double_counting: bool = setting(_("Double counting: every share counts by itself, the sum may exceed 100 %"))
    most_managers: int = setting(_("Most managers sharing in one line"), unit=_("managers"), minimum=1, maximum=20)


@policy("party.pool", _("Unassigned pool"))
class PoolPolicy(Policy):
    """Who may claim how many customers of the pool, and when a second person decides."""

    most_customers: int = setting(
        _("Most customers of one manager"), unit=pgettext_lazy("unit", "customers"), minimum=1, maximum=100_000
    )
    cooldown_days: int = setting(
        _("A manager claims a customer given back not before"), unit=_("days"), minimum=0, maximum=730
    )
    approval_from: Decimal = setting(
        _("A second person decides on claims of customers with assets from"), unit=_("CNY"), minimum=0
    )
    whole_branch: bool = setting(_("Managers may claim in all units below the unit above their own"))


@policy("party.transfer", _("Portfolio transfer"))
class TransferPolicy(Policy):
    """Terms of a hand-over, and the words in which customers are told.

    The words may hold ``{manager}`` and ``{unit}``: who looks after the customer from now on.
    """

    sign_within_working_days: int = setting(_("Signed within"), unit=_("working days"), minimum=1, maximum=60)
    tell_within_working_days: int = setting(
        _("Customers are told within"), unit=_("working days"), minimum=1, maximum=60
    )
    undo_days: int = setting(_("Can be taken back for"), unit=_("days"), minimum=0, maximum=366)
    direct: bool = setting(_("A head may give a customer from one manager to another without signatures"))
    notice: str = setting(_("Words to the customer, Chinese"))
    notice_en: str = setting(_("Words to the customer, English"))
