"""The morning board of a unit."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.desk.board import VIEW_BOARD, Board, board, boards
from kexin.desk.board_export import EXPORT_BOARD
from kexin.holdings.aum.queries import VIEW_AUM, VIEW_FIGURES, VIEW_TIERS, tier_name
from kexin.holdings.maturities.queries import VIEW_MATURITIES
from kexin.holdings.policies import TierPolicy

BASES = (
    ("yesterday", _("against the evening before")),
    ("month", _("since the month began")),
    ("year", _("since the year began")),
)


def _address(name: str, **values: Any) -> str:
    kept = {key: value for key, value in values.items() if value}
    return f"{reverse(name)}?{urlencode(kept)}" if kept else reverse(name)


def _behind(actor: Actor, found: Board, by: str, day: dt.date | None = None) -> str:
    """Where a figure leads: a unit without units below to its customers, any other to its parts."""
    leaf = found.unit is not None and all(line.by_post for line in found.lines)
    if leaf and found.unit is not None and actor.may(VIEW_AUM):
        return _address("desk:board_list", unit=found.unit.pk, by=by, day=day)
    if found.unit is None and actor.post_id is not None and actor.may(VIEW_AUM):
        return _address("desk:board_list", post=actor.post_id, by=by, day=day)
    return "#parts" if found.lines else ""


def _tiers(found: Board) -> list[dict[str, Any]]:
    rungs = in_force(TierPolicy).rungs()
    unit = found.unit.pk if found.unit else None
    return [
        {
            "name": tier_name(rungs, rung.code),
            "count": found.now.tiers.get(rung.code, 0),
            "change": found.tiers.get(rung.code, {"yesterday": 0, "month": 0, "year": 0}),
            "url": _address("party:customers", unit=unit, tier=rung.code),
        }
        for rung in reversed(rungs)
    ]


def _measures(actor: Actor, found: Board) -> list[dict[str, Any]]:
    labels = {"aum": _t("AUM"), "deposits": _t("Deposits"), "customers": _t("Customers")}
    return [
        {
            "label": labels[name],
            "value": getattr(found.now, name),
            "money": name != "customers",
            "url": _behind(actor, found, name),
            "against": [
                (label, found.against[name][base], found.bases[base], _behind(actor, found, name, found.bases[base]))
                for base, label in BASES
            ],
        }
        for name in labels
    ]


def _maturing(actor: Actor, found: Board) -> list[dict[str, Any]]:
    labels = {"week": _("Maturing this week"), "month": _("Maturing this month")}
    unit = found.unit.pk if found.unit else None
    return [
        {
            "label": labels[name],
            "sum": each,
            "against": [(text, found.matured[name][base]) for base, text in BASES],
            "url": _address("holdings:maturities", unit=unit, first=each.first, last=each.last)
            if actor.may(VIEW_MATURITIES)
            else "",
        }
        for name, each in found.maturing.items()
    ]


def _overdue(actor: Actor, found: Board) -> list[dict[str, Any]]:
    """Overdue promises and all overdue work, with their lists where one may read them."""
    who: dict[str, Any] = {"who": "all", "unit": found.unit.pk} if found.unit else {}
    rows: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("promised", _("Overdue promises"), {"promised": "on"}),
        ("items", _("Overdue work"), {}),
    )
    now = found.overdue["now"]
    return [
        {
            "label": label,
            "value": getattr(now, key),
            "url": _address("core:work", late="on", **who, **more) if actor.may("core.view_work") else "",
            "against": [(text, getattr(now, key) - getattr(found.overdue[base], key)) for base, text in BASES],
        }
        for key, label, more in rows
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
        context |= {
            "measures": _measures(actor, found),
            "tiers": _tiers(found),
            "course": _course(found),
            "maturing": _maturing(actor, found),
            "overdue": _overdue(actor, found),
            "flow_url": _behind(actor, found, "flow"),
            "moves_url": reverse("holdings:tiers") if actor.may(VIEW_TIERS) else "",
            "sees_customers": actor.may("party.view_customers"),
            "sees_aum": actor.may(VIEW_AUM),
            "by_post": bool(found.lines) and found.lines[0].by_post,
            "targets": any(line.target for line in found.lines),
            "export_url": _address("desk:board_export", unit=chosen.pk if chosen else None)
            if actor.may(EXPORT_BOARD)
            else "",
            "projector": request.GET.get("show") == "projector",
        }
    return render(request, "desk/board.html", context)
