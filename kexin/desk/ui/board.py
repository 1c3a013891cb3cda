"""The morning board of a unit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.desk.board import VIEW_BOARD, Board, board, boards
from kexin.holdings.aum.queries import VIEW_FIGURES, tier_name
from kexin.holdings.policies import TierPolicy

BASES = (
    ("yesterday", _("against the evening before")),
    ("month", _("since the month began")),
    ("year", _("since the year began")),
)


def _customers(**filters: Any) -> str:
    return f"{reverse('party:customers')}?{urlencode({key: value for key, value in filters.items() if value})}"


def _tiers(found: Board) -> list[dict[str, Any]]:
    rungs = in_force(TierPolicy).rungs()
    unit = found.unit.pk if found.unit else None
    return [
        {
            "name": tier_name(rungs, rung.code),
            "count": found.now.tiers.get(rung.code, 0),
            "url": _customers(unit=unit, tier=rung.code),
        }
        for rung in reversed(rungs)
    ]


def _measures(found: Board) -> list[dict[str, Any]]:
    sorted_by_assets = _customers(unit=found.unit.pk if found.unit else None, sort="-assets")
    labels = {"aum": _t("AUM"), "deposits": _t("Deposits"), "customers": _t("Customers")}
    return [
        {
            "label": labels[name],
            "value": getattr(found.now, name),
            "money": name != "customers",
            "url": sorted_by_assets,
            "against": [(label, found.against[name][base], found.bases[base]) for base, label in BASES],
        }
        for name in labels
    ]


def _course(found: Board) -> dict[str, Any]:
    return {
        "type": "area",
        "step": False,
        "unit": "",
        "x": [day.isoformat() for day, _value in found.course],
        "series": [{"name": "AUM", "data": [value for _day, value in found.course]}],
    }


def board_page(request: HttpRequest) -> HttpResponse:
    """GET /board/?unit=7: one's own unit first; another within reach by the address."""
    actor = actor_of(request)
    need(request, VIEW_BOARD)
    need(request, VIEW_FIGURES)
    units = boards(actor)
    asked = request.GET.get("unit", "")
    own = next((each for each in units if each.pk == actor.unit_id), units[0] if units else None)
    chosen = next((each for each in units if str(each.pk) == asked), None) if asked else own
    if asked and chosen is None:
        raise NotFound
    found = board(actor, chosen)
    context: dict[str, Any] = {"title": _("Morning board"), "units": units, "chosen": chosen, "found": found}
    if found is not None:
        late = f"{reverse('core:work')}?{urlencode({'who': 'all', 'late': 'on'})}"
        context |= {
            "measures": _measures(found),
            "tiers": _tiers(found),
            "course": _course(found),
            "late_url": late,
            "moves_url": reverse("holdings:tiers"),
            "by_post": bool(found.lines) and found.lines[0].by_post,
        }
    return render(request, "desk/board.html", context)
