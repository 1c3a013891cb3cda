"""The numbers of oversight, and the register of sales risks."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("sales.inspection", _("Inspection items"))
class InspectionPolicy(Policy):
    """By when an inspection item is looked at."""

    settle_days: int = setting(_("An item is settled within"), unit=_("working days"), minimum=1, maximum=30)


class RiskSource(TextChoices):
    """Where a risk of selling comes from (H-08)."""

    MARKET = "market", _("Market risk")
    OPERATION = "operation", _("Operational risk")
    COMPLIANCE = "compliance", _("Compliance risk")
    CUSTOMER = "customer", _("Customer risk")


@dataclass(frozen=True, slots=True)
class SalesRisk:
    """One risk of selling: its cause, the control against it, the role that owns it, when it is looked at again."""

    code: str
    source: RiskSource
    words: dict[str, str]
    cause: dict[str, str]
    control: dict[str, str]
    owner: str
    review_on: dt.date


def parse_risks(rows: list[dict[str, Any]]) -> tuple[SalesRisk, ...]:
    """The register. Raises ValueError unless each stands once, in both languages, with owner and review date."""
    found = tuple(
        SalesRisk(
            str(row["code"]),
            RiskSource(row["source"]),
            _both(row["name"]),
            _both(row["cause"]),
            _both(row["control"]),
            str(row["owner"]),
            dt.date.fromisoformat(str(row["review_on"])),
        )
        for row in rows
    )
    if len({each.code for each in found}) < len(found) or any(not each.owner.strip() for each in found):
        raise ValueError("each risk stands once and has an owner")
    if {each.source for each in found} != set(RiskSource):
        raise ValueError("every source has a risk")
    return found


def _both(words: dict[str, str]) -> dict[str, str]:
    if set(words) != {"zh", "en"} or any(not isinstance(each, str) or not each.strip() for each in words.values()):
        raise ValueError("both languages are needed")
    return dict(words)


def _risks_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    key = "en" if (get_language() or "").startswith("en") else "zh"
    words = _t("%(control)s (looked at again on %(day)s)")
    return [
        (f"{each.source.label} · {each.words[key]}", words % {"control": each.control[key], "day": each.review_on})
        for each in parse_risks(rows)
    ]


@policy("sales.risk_register", _("Register of sales risks"))
class RiskRegisterPolicy(Policy):
    """What can go wrong in selling, by source, with control, owner (a role) and the day of the next look."""

    risks: list = setting(_("Risks"), check=parse_risks, explain=_risks_told)  # type: ignore[type-arg]

    @property
    def register(self) -> tuple[SalesRisk, ...]:
        """The register in force."""
        return parse_risks(self.risks)


def parse_addresses(rows: list[Any]) -> frozenset[str]:
    """Network addresses that many share. Raises ValueError for what is none."""
    return frozenset(str(ipaddress.ip_address(str(row))) for row in rows)


@policy("sales.signs", _("Signs of wrong selling"))
class SignsPolicy(Policy):
    """When what is known around a signature becomes an inspection item."""

    look_back_days: int = setting(_("Sales are looked at for"), unit=_("days"), minimum=1, maximum=180)
    device_days: int = setting(_("One device or number within"), unit=_("days"), minimum=1, maximum=730)
    device_customers: int = setting(_("One device or number, from"), unit=_("customers"), minimum=2, maximum=20)
    terminal_minutes: int = setting(
        _("The seller was signed in there within"), unit=_("minutes"), minimum=1, maximum=1440
    )
    shared_addresses: list = setting(  # type: ignore[type-arg]
        _("Addresses that many share and that say nothing"), check=parse_addresses
    )
