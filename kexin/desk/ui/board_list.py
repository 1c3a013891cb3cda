"""The customers behind a number of the board: their lines add up to it, to the cent."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.core.ui.table import Column, Table
from kexin.desk.board import VIEW_BOARD, boards
from kexin.desk.board_export import EXPORT_BOARD, board_file, export_board
from kexin.holdings.aum.evening import CustomerEvening, evening_of, open_evening
from kexin.holdings.aum.queries import VIEW_AUM, ZERO, latest_figures_day, tier_name
from kexin.holdings.policies import TierPolicy
from kexin.holdings.ui.export import ExportForm
from kexin.party.naming import shown_name
from kexin.people.models import OrgUnit, Post
from kexin.people.queries import post_labels


class EveningTable(Table):
    """Who makes up a figure."""

    name = "desk.board_list"
    caption = _("Customers behind the figures")
    empty_title = _("Nobody on this evening")
    empty_icon = "users"
    page_size = 50

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        rungs = in_force(TierPolicy).rungs()
        self.columns = (
            Column("name", _("Name"), value=lambda row: _name(actor, row), phone="title", always=True),
            Column("number", _("Customer number"), value=lambda row: row.customer and row.customer.customer_no),
            Column("tier", _("Tier"), value=lambda row: tier_name(rungs, row.customer.tier) if row.customer else ""),
            Column("aum", _("AUM"), value=lambda row: numbers.exact(row.aum), align="end", phone="sub"),
            Column("deposits", _("Deposits"), value=lambda row: numbers.exact(row.deposits), align="end"),
            Column("in", _("Money in"), value=lambda row: numbers.exact(row.inflow), align="end"),
            Column("out", _("Money out"), value=lambda row: numbers.exact(row.outflow), align="end"),
            Column("flow", _("Net flow"), value=lambda row: numbers.exact(row.net_flow), align="end"),
        )

    def row_url(self, row: CustomerEvening) -> str:
        return reverse("party:customer", args=[row.customer.pk]) if row.customer else ""

    def peek_url(self, row: CustomerEvening) -> str:
        return reverse("party:peek", args=[row.customer.pk]) if row.customer else ""


def _name(actor: Actor, row: CustomerEvening) -> str:
    return shown_name(actor, row.customer) if row.customer else _t("No longer within your reach")


def _asked(request: HttpRequest, actor: Actor) -> tuple[OrgUnit | None, Post | None]:
    """The unit or the post of the address; NotFound for what is not the actor's to see."""
    unit, post = request.GET.get("unit", ""), request.GET.get("post", "")
    if post:
        found = Post.objects.select_related("unit").filter(pk=int(post)).first() if post.isdigit() else None
        if found is None:
            raise NotFound
        return None, found
    chosen = next((each for each in boards(actor) if str(each.pk) == unit), None)
    if chosen is None:
        raise NotFound
    return chosen, None


def board_list(request: HttpRequest) -> HttpResponse:
    """GET /board/customers/?unit=7&day=2026-11-20 (or ``post=4``; ``pool=on``): who makes up the figures."""
    actor = need(request, VIEW_BOARD)
    need(request, VIEW_AUM)
    unit, post = _asked(request, actor)
    pool = request.GET.get("pool") == "on"
    latest = latest_figures_day(actor) or business_date()
    try:
        day = min(dt.date.fromisoformat(request.GET.get("day", "")), latest)
    except ValueError:
        day = latest
    order = request.GET.get("by", "aum")
    refusal, lines = "", []
    try:
        lines = evening_of(actor, day, unit=unit, post=post, pool=pool)
    except RuleViolation as raised:
        refusal = str(raised.message)
    if order == "flow":
        lines.sort(key=lambda line: -abs(line.net_flow))
    elif order == "deposits":
        lines.sort(key=lambda line: -line.deposits)
    table = EveningTable(request, lines)
    open_evening(table.page.rows)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    whose = post_labels([post.pk]).get(post.pk, post.shown_name) if post else unit.shown_name if unit else ""
    context = {
        "title": _("Customers behind the figures"),
        "sub": " · ".join([whose, *([_t("Unassigned pool")] if pool else []), _t("Evening of %(day)s") % {"day": day}]),
        "table": table,
        "refusal": refusal,
        "sums": {
            "aum": sum((line.aum for line in lines), ZERO),
            "deposits": sum((line.deposits for line in lines), ZERO),
            "net_flow": sum((line.net_flow for line in lines), ZERO),
            "customers": sum(line.count for line in lines),
        },
        "back_url": f"{reverse('desk:board')}?{urlencode({'unit': unit.pk})}" if unit else reverse("desk:board"),
    }
    return render(request, "desk/board_list.html", context)


def board_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET /board/export/?unit=7 asks what for; POST sends the file."""
    actor = need(request, EXPORT_BOARD)
    asked = request.GET.get("unit", "")
    unit = next((each for each in boards(actor) if str(each.pk) == asked), None) if asked else None
    if asked and unit is None:
        raise NotFound
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = export_board(unit, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], board_file(found), actor)
    context = {
        "title": _("Export the morning board"),
        "sub": unit.shown_name if unit else "",
        "form": form,
        "back_url": f"{reverse('desk:board')}?{urlencode({'unit': unit.pk})}" if unit else reverse("desk:board"),
        "submit_label": _("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
