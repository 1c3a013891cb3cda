"""Numbers of holdings: what counts as AUM and how, and the ladder of tiers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.core.policy import Policy, policy, setting
from kexin.holdings.choices import AccountKind, MaturityKind, TransactionKind
from kexin.party.choices import RelationshipKind

NEGATIVE = ("zero", "as_is")
JOINT = ("first_owner", "equal")
DEPOSITS = (AccountKind.CURRENT, AccountKind.TIME_DEPOSIT, AccountKind.CERTIFICATE, AccountKind.STRUCTURED)
MOST_RUNGS = 12
FAMILY = (
    RelationshipKind.SPOUSE,
    RelationshipKind.PARENT,
    RelationshipKind.CHILD,
    RelationshipKind.SIBLING,
    RelationshipKind.HOUSEHOLD,
    RelationshipKind.GUARDIAN,
)


def parse_weights(value: dict[str, Any]) -> dict[str, Decimal]:
    """Percent per account kind, 0 to 100; kinds left out do not count. Raises ValueError for anything else."""
    found = {}
    for kind, weight in value.items():
        if kind not in AccountKind.values:
            raise ValueError(f"there is no account kind {kind}")
        number = Decimal(str(weight))
        if not 0 <= number <= 100:
            raise ValueError("a weight is a percentage")
        found[kind] = number
    return found


def parse_kinds(value: list[Any]) -> tuple[str, ...]:
    """Kinds of bookings. Raises ValueError for one that is not known."""
    if any(each not in TransactionKind.values for each in value):
        raise ValueError("there is no such kind of booking")
    return tuple(value)


def parse_maturing(value: list[Any]) -> tuple[str, ...]:
    """Kinds of maturities. Raises ValueError for one that is not known."""
    if any(each not in MaturityKind.values for each in value):
        raise ValueError("there is no such kind of maturity")
    return tuple(value)


def parse_purposes(value: list[Any]) -> tuple[str, ...]:
    """Words that standing orders name their purpose by. Raises ValueError for an empty one."""
    if any(not isinstance(each, str) or not each.strip() for each in value):
        raise ValueError("a purpose is a word")
    return tuple(value)


def parse_ties(value: list[Any]) -> tuple[str, ...]:
    """Kinds of family ties, each once. Raises ValueError for anything else."""
    if not value or len(set(value)) < len(value) or any(each not in FAMILY for each in value):
        raise ValueError("an unknown kind of family tie")
    return tuple(value)


def explain_ties(value: list[Any]) -> list[tuple[str, str]]:
    """Who belongs to it."""
    return [(str(RelationshipKind(each).label), _t("belongs to the household")) for each in parse_ties(value)]


def parse_negative(value: str) -> str:
    """``zero`` or ``as_is``."""
    if value not in NEGATIVE:
        raise ValueError("zero or as_is")
    return value


def parse_joint(value: str) -> str:
    """``first_owner`` or ``equal``."""
    if value not in JOINT:
        raise ValueError("first_owner or equal")
    return value


def parse_currency(value: str) -> str:
    """Three capital letters."""
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError("a currency has three capital letters")
    return value


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: from which monthly daily average on, and after how many months below one falls."""

    code: str
    name: str
    name_en: str
    start: Decimal
    months_down: int | None = None  # None: the ladder's own number


def parse_ladder(value: list[Any]) -> tuple[Rung, ...]:
    """The rungs, rising from nought. Raises ValueError, KeyError or TypeError for anything else."""
    rungs = tuple(
        Rung(
            str(each["code"]),
            str(each["name"]),
            str(each.get("name_en", "")),
            Decimal(str(each["from"])),
            None if each.get("months_down") is None else int(each["months_down"]),
        )
        for each in value
    )
    if not 1 <= len(rungs) <= MOST_RUNGS or rungs[0].start != 0:
        raise ValueError("the ladder begins at nought")
    if any(low.start >= high.start for low, high in pairwise(rungs)):
        raise ValueError("the rungs rise")
    if len({rung.code for rung in rungs}) < len(rungs) or any(
        not re.fullmatch("[a-z0-9_]{1,20}", r.code) for r in rungs
    ):
        raise ValueError("every rung has a code of its own")
    if any(not rung.name or (rung.months_down is not None and not 1 <= rung.months_down <= 24) for rung in rungs):
        raise ValueError("every rung has a name, and one to 24 months before the fall")
    return rungs


def explain_weights(value: dict[str, Any]) -> list[tuple[str, str]]:
    """What counts with how much."""
    return [
        (str(AccountKind(kind).label), _t("counts with %(weight)s%%") % {"weight": weight})
        for kind, weight in parse_weights(value).items()
    ]


def explain_ladder(value: list[Any]) -> list[tuple[str, str]]:
    """Where each tier begins and how long one stays below it."""
    lines = []
    for rung in parse_ladder(value):
        text = _t("from a monthly daily average of %(amount)s") % {"amount": f"{rung.start:,.0f}"}
        if rung.months_down:
            text += ngettext(", lost after %(n)s month below", ", lost after %(n)s months below", rung.months_down) % {
                "n": rung.months_down
            }
        lines.append((rung.name, text))
    return lines


@policy("holdings.aum", _("Assets under management"))
class AumPolicy(Policy):
    """口径: which balances count with what weight. The version in force at a month's end holds for all its days."""

    weights: dict = setting(  # type: ignore[type-arg]
        _("Weight per kind of account"), unit="%", check=parse_weights, explain=explain_weights
    )
    negative: str = setting(
        _("Negative balances (zero: count as nought; as_is: count as they are)"), check=parse_negative
    )
    joint: str = setting(
        _("Joint accounts (first_owner: all to the first owner; equal: in equal parts)"), check=parse_joint
    )
    base_currency: str = setting(
        _("Base currency (empty: that of most accounts, the yuan before all)"),
        check=lambda value: value and parse_currency(value),
    )
    insurance: bool = setting(_("Insurance counts"))
    not_flows: list = setting(  # type: ignore[type-arg]
        _("Bookings that are no money in or out"), check=parse_kinds
    )
    history_months: int = setting(_("Months kept and computed anew"), unit=_("months"), minimum=13, maximum=600)

    def counted(self) -> dict[str, Decimal]:
        """Weight as a fraction per account kind; what does not count is left out."""
        weights = parse_weights(self.weights)
        if not self.insurance:
            weights.pop(AccountKind.INSURANCE, None)
        return {kind: weight / 100 for kind, weight in weights.items() if weight}


@policy("holdings.household", _("Households"))
class HouseholdPolicy(Policy):
    """家庭: which ties make somebody a member of a customer's household."""

    ties: list = setting(_("Ties that make a household"), check=parse_ties, explain=explain_ties)  # type: ignore[type-arg]


@policy("holdings.tiers", _("Customer tiers"))
class TierPolicy(Policy):
    """客户等级: the ladder by the monthly daily average of the last closed month, with delays up and down."""

    ladder: list = setting(_("Ladder"), check=parse_ladder, explain=explain_ladder)  # type: ignore[type-arg]
    months_up: int = setting(_("Months above before a raise"), unit=_("months"), minimum=1, maximum=24)
    months_down: int = setting(_("Months below before a fall"), unit=_("months"), minimum=1, maximum=24)
    near_percent: int = setting(_("Near the next tier: within"), unit="%", minimum=1, maximum=50)
    drop_from: int = setting(
        _("A fall to below this rung opens work (its place in the ladder, 0: never)"), minimum=0, maximum=MOST_RUNGS
    )
    contact_working_days: int = setting(_("Contact after a fall within"), unit=_("working days"), minimum=1, maximum=60)

    def rungs(self) -> tuple[Rung, ...]:
        """The ladder from the bottom."""
        return parse_ladder(self.ladder)


@policy("holdings.review", _("Review of holdings"))
class ReviewPolicy(Policy):
    """What stands on the sheet that a customer takes home."""

    institution: str = setting(_("Name of the institution (empty: that of the head office)"))
    institution_en: str = setting(_("English name of the institution"))
    days_ahead: int = setting(_("Maturities shown ahead"), unit=_("days"), minimum=1, maximum=1096)
    disclaimers: list = setting(_("Lines at the foot"))  # type: ignore[type-arg]
    disclaimers_en: list = setting(_("Lines at the foot in English"))  # type: ignore[type-arg]


@policy("holdings.maturities", _("Maturities"))
class MaturityPolicy(Policy):
    """到期台账: how far it reaches, what of loans and premiums stands on it, and when a maturity becomes work."""

    history_days: int = setting(_("Past maturities gathered"), unit=_("days"), minimum=31, maximum=1830)
    ahead_days: int = setting(_("Coming maturities gathered"), unit=_("days"), minimum=31, maximum=3660)
    instalments: bool = setting(_("The next instalment of a loan stands on it"))
    premium_purposes: list = setting(  # type: ignore[type-arg]
        _("Purposes of standing orders that pay insurance premiums"), check=parse_purposes
    )
    work_days: int = setting(_("Work item before the maturity"), unit=_("days"), minimum=1, maximum=90)
    work_least: Decimal = setting(
        _("Work item from this amount maturing per customer and week"), minimum=Decimal(0), maximum=Decimal(10**12)
    )


@policy("holdings.retention", _("Retention after maturity"))
class RetentionPolicy(Policy):
    """承接率: how long the money is followed, which maturities count, and which bookings out mean that it left."""

    window_days: int = setting(_("Followed after the maturity for"), unit=_("days"), minimum=1, maximum=180)
    kinds: list = setting(_("Maturities that count"), check=parse_maturing)  # type: ignore[type-arg]
    leaving: list = setting(_("Bookings out that mean it left"), check=parse_kinds)  # type: ignore[type-arg]


@policy("holdings.movements", _("Large movements and dormant customers"))
class MovementPolicy(Policy):
    """Which bookings are large (by amount, or by their share of the customer's AUM), and who is dormant."""

    amount: Decimal = setting(_("Large from"), minimum=Decimal(10_000), maximum=Decimal(10**12))
    share_percent: int = setting(_("Large from this share of AUM"), unit="%", minimum=1, maximum=100)
    share_least: Decimal = setting(
        _("The share counts from this amount on"), minimum=Decimal(10_000), maximum=Decimal(10**12)
    )
    dormant_months: int = setting(_("Dormant after"), unit=_("months"), minimum=1, maximum=120)
    initiated: list = setting(_("Bookings that customers initiate"), check=parse_kinds)  # type: ignore[type-arg]
