"""The household on the customer page: who belongs to it, what they have together, on any evening."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t

from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.listing import listed
from kexin.core.policy import in_force
from kexin.core.ui.request import actor_of
from kexin.holdings.aum.household import Member, household_on
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.policies import TierPolicy
from kexin.party.naming import shown_name

Shown = tuple[str, dict[str, Any]]


def household_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: members within reach with their ties, tiers and AUM, and the sums, on the evening of ``?day=``."""
    actor = actor_of(request)
    day, error = _day(request.GET.get("day", ""))
    try:
        found = household_on(actor, pk, day)
    except RuleViolation as refusal:
        error = " ".join(str(text) for text in refusal.fields.values())
        found = household_on(actor, pk)
    rungs = in_force(TierPolicy).rungs()
    return "holdings/panel_household.html", {
        "panel_url": request.path,
        "household": found,
        "error": error,
        "today": business_date(),
        "rows": [
            {
                "member": each,
                "name": shown_name(actor, each.customer),
                "own": each.customer.pk == pk,
                "ties": _words(each),
                "tier": tier_name(rungs, each.tier) if each.tier else "",
            }
            for each in found.members
        ],
        "alone": len(found.members) < 2,
    }


def _day(asked: str) -> tuple[dt.date | None, str]:
    if not asked:
        return None, ""
    try:
        return dt.date.fromisoformat(asked), ""
    except ValueError:
        return None, _t("This is not a day: %(text)s") % {"text": asked[:20]}


def _words(member: Member) -> str:
    """What the member is of the customer; a tie recorded the other way round is told as it was recorded."""
    found = []
    for tie in member.ties:
        word = _t("customer is %(kind)s") % {"kind": tie.kind.label} if tie.outward else str(tie.kind.label)
        if word not in found:
            found.append(word)
    return listed(found)
