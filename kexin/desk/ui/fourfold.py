"""四位一体: the view of customers, products, services and channels, the customers behind a number, the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.reports.asked import Period
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.sending import sent
from kexin.core.ui.table import View
from kexin.desk.fourfold import (
    EXPORT_FOURFOLD,
    PERIODS,
    SIDES,
    VIEW_CUSTOMERS,
    VIEW_FOURFOLD,
    Asked,
    Fourfold,
    Row,
    as_file,
    export_fourfold,
    fourfold,
    fourfold_customers,
    offered_to,
    rows_for,
)
from kexin.desk.results import VIEW_RESULTS
from kexin.desk.ui.report_form import DayForm
from kexin.holdings.ui.export import ExportForm
from kexin.party.models import Customer
from kexin.party.operations.export import as_file as customers_file
from kexin.party.operations.export import export_customers
from kexin.party.queries import open_names
from kexin.party.tiers import tier_choices
from kexin.party.ui.lists import CustomerTable
from kexin.people.queries import units_in_reach

EXPORT_CUSTOMERS = "party.export_customers"
FIELDS = ("by", "period", "unit", "tier", "product", "service", "channel")


class FourfoldForm(DayForm):
    """Rows, period and filters, as far as the actor may know of them."""

    by = forms.ChoiceField(label=pgettext_lazy("report", "Rows"), required=False)
    period = forms.ChoiceField(
        label=_("Period of the services"), required=False, choices=[(each.value, each.label) for each in PERIODS]
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    product = forms.ChoiceField(label=_("Holds"), required=False)
    service = forms.ChoiceField(label=_("Received"), required=False)
    channel = forms.ChoiceField(label=_("By channel"), required=False)
    field_order = ("by", "period", "first", "last", "unit", "tier", "product", "service", "channel")

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__(data)
        fields: Any = self.fields
        rows, offered = rows_for(actor), offered_to(actor)
        fields["by"].choices = list(rows.items())
        units = units_in_reach(actor, VIEW_CUSTOMERS)[:500]
        indented = [(str(unit.pk), "　" * max(unit.path.count("/") - 2, 0) + unit.shown_name) for unit in units]
        fields["unit"].choices = [("", _t("All")), *indented]
        fields["tier"].choices = [("", _t("All")), *((code, words) for code, words in tier_choices() if code)]
        for side in SIDES:
            if side in offered:
                fields[side].choices = [("", _t("All")), *offered[side].items()]
            else:
                del fields[side]
        if "tier" not in rows:
            del fields["tier"]


def asked_in(data: QueryDict) -> Asked:
    """The question of an address; a day that is none counts as not said."""
    days = DayForm(data)
    days.is_valid()
    values = {name: data.get(name, "") for name in FIELDS}
    values["period"] = values["period"] or Period.LAST_12
    return Asked(**values, first=days.cleaned_data.get("first"), last=days.cleaned_data.get("last"))


def address_of(asked: Asked, **more: str) -> str:
    """The same question as an address, with more parameters."""
    pairs = [(name, getattr(asked, name)) for name in FIELDS]
    if asked.period == Period.BETWEEN:
        pairs += [(name, day.isoformat()) for name in ("first", "last") if (day := getattr(asked, name))]
    return urlencode([(name, value) for name, value in (*pairs, *more.items()) if value])


@dataclass(frozen=True, slots=True)
class Cell:
    """How many, how many per cent of the row that is, and where they are listed."""

    count: int
    percent: str
    url: str


def _percent(part: int, whole: int) -> str:
    """Whole per cent; a little is never nought, and nearly all never all."""
    if not part or not whole:
        return "0%"
    if part * 100 < whole:
        return "<1%"
    return "100%" if part == whole else f"{min(99, round(part * 100 / whole))}%"


def _sides(found: Fourfold) -> list[dict[str, Any]]:
    """A table for each side: heads that narrow, rows of cells, the total."""
    base = reverse("desk:fourfold_customers")

    def key_of(row: Row) -> dict[str, str]:
        return {"row": row.key} if row.key else {}

    def cells(row: Row, side: str, codes: Any) -> list[Cell]:
        return [
            Cell(
                row.counts[side][code],
                _percent(row.counts[side][code], row.customers),
                f"{base}?{address_of(found.asked, **key_of(row), side=side, code=code)}",
            )
            for code in codes
        ]

    shown = []
    for side, codes in found.columns.items():
        heads = [
            (label, "" if getattr(found.asked, side) else f"?{address_of(found.asked)}&{urlencode({side: code})}")
            for code, label in codes.items()
        ]
        lines = [
            {
                "label": row.label,
                "customers": row.customers,
                "url": f"{base}?{address_of(found.asked, row=row.key)}"
                if row.key
                else f"{base}?{address_of(found.asked)}",
                "cells": cells(row, side, codes),
            }
            for row in (*found.rows, found.total)
        ]
        shown.append({"code": side, "title": SIDES[side], "heads": heads, "lines": lines[:-1], "total": lines[-1]})
    return shown


def fourfold_page(request: HttpRequest) -> HttpResponse:
    """GET /fourfold/?by=tier&period=this_year&product=fund: rows against products, services and channels."""
    actor = need(request, VIEW_FOURFOLD)
    need(request, VIEW_CUSTOMERS)
    asked = asked_in(request.GET)
    form = FourfoldForm(request.GET.copy() if request.GET else {"period": asked.period}, actor=actor)
    context: dict[str, Any] = {"title": _("Four in one"), "form": form}
    try:
        found = fourfold(actor, asked)
    except RuleViolation as refusal:
        form.is_valid()
        for name in refusal.fields:
            form.errors.pop(name, None)
        put_errors(form, refusal)
        context["refused"] = [str(text) for text in refusal.fields.values()] or [str(refusal.message)]
        return render(request, "desk/fourfold.html", context, status=422)
    first, last = found.asked.span()
    query = address_of(found.asked)
    context |= {
        "found": found,
        "sides": _sides(found),
        "first": first,
        "last": last,
        "narrowed": any(getattr(asked, name) for name in ("unit", "tier", *SIDES)),
        "list_url": f"{reverse('desk:fourfold_customers')}?{query}",
        "served_url": f"{reverse('desk:fourfold_customers')}?{query}&side=any",
        "served_percent": _percent(found.served, found.total.customers),
        "per_customer": found.held / found.total.customers if found.total.customers else 0,
        "shows_held": "product" in found.offered,
        "goal_url": reverse("desk:results") if actor.may(VIEW_RESULTS) else "",
        "export_url": f"{reverse('desk:fourfold_export')}?{query}" if actor.may(EXPORT_FOURFOLD) else "",
    }
    return render(request, "desk/fourfold.html", context)


class MembersTable(CustomerTable):
    """The customers behind a number: the columns of the customer list, without its views and search."""

    name = "desk.fourfold_customers"
    caption = _("Customers behind the number")
    search = ""
    views: ClassVar[Sequence[View]] = ()  # type: ignore[assignment]  # those of the customer list would leave this one


def _behind(actor: Actor, request: HttpRequest) -> tuple[Asked, Any]:
    asked = asked_in(request.GET)
    row = request.GET.get("row")
    rows = fourfold_customers(
        actor, asked, row=row or None, side=request.GET.get("side", ""), code=request.GET.get("code", "")
    )
    return asked, rows


def fourfold_list(request: HttpRequest) -> HttpResponse:
    """GET /fourfold/customers/?by=tier&row=gold&side=service&code=meeting.review: who makes up a number."""
    actor = need(request, VIEW_FOURFOLD)
    need(request, VIEW_CUSTOMERS)
    try:
        asked, rows = _behind(actor, request)
    except RuleViolation as refusal:
        texts = [str(text) for text in refusal.fields.values()] or [str(refusal.message)]
        context = {
            "title": MembersTable.caption,
            "refused": texts,
            "table": MembersTable(request, Customer.objects.none()),
        }
        return render(request, "desk/fourfold_list.html", context, status=422)
    table = MembersTable(request, rows.select_related("party", "unit"))
    open_names(table.page.rows)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    side, code = request.GET.get("side", ""), request.GET.get("code", "")
    words = offered_to(actor).get(side, {}).get(code)
    first, last = asked.span()
    context = {
        "title": MembersTable.caption,
        "sub": f"{SIDES[side]} · {words}" if words else _t("Served in the period") if side == "any" else "",
        "first": first,
        "last": last,
        "table": table,
        "back_url": f"{reverse('desk:fourfold')}?{address_of(asked)}",
        "export_url": f"{reverse('desk:fourfold_customers_export')}?{request.GET.urlencode()}"
        if actor.may(EXPORT_CUSTOMERS)
        else "",
    }
    return render(request, "desk/fourfold_list.html", context)


def fourfold_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET /fourfold/export/?… asks what for; POST sends the view as a file."""
    actor = need(request, EXPORT_FOURFOLD)
    need(request, VIEW_CUSTOMERS)
    asked = asked_in(request.GET)
    return _sent(
        request,
        lambda purpose: as_file(export_fourfold(asked, actor=actor, purpose=purpose)),
        title=_t("Export customers, products, services and channels"),
        back_url=f"{reverse('desk:fourfold')}?{address_of(asked)}",
        actor=actor,
    )


def fourfold_customers_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET /fourfold/customers/export/?… asks what for; POST sends the customers behind a number as a file."""
    actor = need(request, EXPORT_CUSTOMERS)
    need(request, VIEW_FOURFOLD)

    def leaving(purpose: str) -> Any:
        _asked, rows = _behind(actor, request)
        reach = Customer.objects.visible_to(actor, EXPORT_CUSTOMERS)
        allowed = export_customers(actor=actor, rows=reach.filter(pk__in=rows.order_by().values("pk")), purpose=purpose)
        return customers_file(actor, allowed)

    return _sent(
        request,
        leaving,
        title=_t("Export customers"),
        back_url=f"{reverse('desk:fourfold_customers')}?{request.GET.urlencode()}",
        actor=actor,
    )


def _sent(request: HttpRequest, leaving: Any, *, title: str, back_url: str, actor: Actor) -> Any:
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            file = leaving(form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], file, actor)
    context = {"title": title, "form": form, "back_url": back_url, "submit_label": _t("Export")}
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
