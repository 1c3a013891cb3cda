"""AUM on the customer page: the tier in the head, the panel with months and averages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.core.ui.panels import Fact
from kexin.core.ui.request import actor_of
from kexin.holdings.aum.household import household_of
from kexin.holdings.aum.queries import AumFile, aum_of, tier_name
from kexin.holdings.policies import TierPolicy
from kexin.party.models import Customer

MONTHS = (13, 25)
Shown = tuple[str, dict[str, Any]]


def tier_fact(request: HttpRequest, customer: Customer) -> Fact | None:
    """The tier, and how far this month's average is from the next or below the own one. Reads nothing."""
    if not customer.tier:
        return None
    rungs = in_force(TierPolicy).rungs()
    codes = [rung.code for rung in rungs]
    name = tier_name(rungs, customer.tier)
    if customer.tier not in codes:
        return Fact(_("Tier"), name, url="?tab=assets")
    own = codes.index(customer.tier)
    below = rungs[own].start - customer.average
    if below > 0:
        text = _t("%(amount)s below the tier") % {"amount": numbers.by_size(below)}
        return Fact(_("Tier"), name, text, "bad", "?tab=assets")
    if own + 1 == len(rungs):
        return Fact(_("Tier"), name, _("the highest tier"), url="?tab=assets")
    missing = rungs[own + 1].start - customer.average
    values = {"amount": numbers.by_size(max(missing, Decimal(0))), "tier": tier_name(rungs, rungs[own + 1].code)}
    return Fact(_("Tier"), name, _t("%(amount)s to %(tier)s") % values, url="?tab=assets")


def aum_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: the averages of months against the closings, point in time, year, the way to the next tier. Six reads."""
    actor = actor_of(request)
    asked = request.GET.get("months", "")
    months = int(asked) if asked.isdigit() and int(asked) in MONTHS else MONTHS[0]
    found = aum_of(actor, pk, months)
    rungs = in_force(TierPolicy).rungs()
    household = household_of(actor, pk)
    return "holdings/panel_aum.html", {
        "panel_url": request.path,
        "aum": found,
        "tier": tier_name(rungs, found.tier),
        "next_tier": tier_name(rungs, found.next_tier.code) if found.next_tier else "",
        "below": -found.above if found.above is not None and found.above < 0 else None,
        "chart": _chart(found),
        "months": months,
        "choices": MONTHS,
        "household": household if len(household.members) > 1 else None,
        "known": any(each.days for each in found.months),
    }


def _chart(found: AumFile) -> dict[str, Any]:
    return {
        "type": "line",
        "x": [f"{each.month:%Y-%m}" for each in found.months],
        "series": [
            {"name": _t("Monthly daily average"), "data": [each.average for each in found.months]},
            {"name": _t("At the month's end"), "data": [each.closing for each in found.months]},
            {"name": _t("Deposits, daily average"), "data": [each.deposits_average for each in found.months]},
        ],
    }
