"""到期台账: the ladder as a chart, its periods, the list behind each, and the list as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.ui import icons
from kexin.core.ui.request import actor_of
from kexin.core.ui.saved_views import saved_views
from kexin.core.ui.sending import sent
from kexin.holdings.maturities.queries import MaturitySum, maturity_lines, maturity_sums
from kexin.holdings.operations.maturities import export_maturities, maturities_file
from kexin.holdings.ui.export import ExportForm
from kexin.holdings.ui.maturity_table import MaturityFilterSet, MaturityTable
from kexin.party.queries import open_names

EXPORT = "holdings.export_maturities"


def maturity_page(request: HttpRequest) -> HttpResponse:
    """GET /maturities/: six reads, and the names of one page."""
    actor = actor_of(request)
    filters = MaturityFilterSet(request.GET, actor)
    first, last = filters.listed
    filters.rows = maturity_lines(actor, first, last).select_related("customer__party", "product", "unit", "work")
    table = MaturityTable(
        request,
        filters.rows,
        filters=filters,
        views=saved_views(actor, MaturityTable.name),
        save_view_url=reverse("core:save_view", args=[MaturityTable.name]),
        tools=_tools(request, actor),
    )
    open_names([row.customer for row in table.page.rows])
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    sums = maturity_sums(actor, filters.by, *filters.span, filters.wanted)
    sums = [each for each in sums if each.last >= business_date()]
    rungs = [{"sum": each, "label": _label(each, filters.by), "url": _address(request, each)} for each in sums]
    context = {
        "title": _t("Maturities"),
        "table": table,
        "rungs": [each for each in rungs if each["sum"].count or each["sum"].owed_count],  # type: ignore[attr-defined]
        "chart": _chart(rungs) if any(each.count or each.owed_count for each in sums) else None,
        "owed": any(each.owed_count for each in sums),
        "unrated": sum(each.unrated for each in sums),
        "chosen": (first, last) if request.GET.get("first") else None,
    }
    return render(request, "holdings/maturities.html", context)


def _tools(request: HttpRequest, actor: Actor) -> str:
    if not actor.may(EXPORT):
        return ""
    query = request.GET.urlencode()
    address = reverse("holdings:maturities_export") + (f"?{query}" if query else "")
    return format_html('<a class="btn-quiet" href="{}">{}{}</a>', address, icons.draw("download", 16), _t("Export"))


def _label(each: MaturitySum, by: str) -> str:
    if by == "month":
        return each.first.strftime("%Y-%m")
    return each.first.strftime("%m-%d") if by == "day" else f"{each.first:%m-%d}–{each.last:%m-%d}"


def _address(request: HttpRequest, each: MaturitySum) -> str:
    """This page with the list of one period: the filters stay."""
    data = request.GET.copy()
    for name in ("at", "panel", "first", "last"):
        data.pop(name, None)
    span = {"first": each.first.isoformat(), "last": each.last.isoformat()}
    return f"?{data.urlencode()}&{urlencode(span)}" if data else f"?{urlencode(span)}"


def _chart(rungs: list[dict[str, Any]]) -> dict[str, Any]:
    """Two bars per period: what customers are paid, and what they pay; a click opens the period's list."""
    series = [{"name": _t("Paid to customers"), "data": [each["sum"].amount for each in rungs]}]
    if any(each["sum"].owed for each in rungs):
        series.append({"name": _t("Paid by customers"), "data": [each["sum"].owed for each in rungs]})
    return {
        "type": "bar",
        "unit": "",
        "x": [each["label"] for each in rungs],
        "series": series,
        "hrefs": [each["url"] for each in rungs],
    }


def maturity_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET with the list's filters asks what for; POST sends the file."""
    actor = actor_of(request)
    filters = MaturityFilterSet(request.GET, actor)
    first, last = filters.listed
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_maturities(
                first, last, actor=actor, wanted=filters.wanted, purpose=form.cleaned_data["purpose"]
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message) or " ".join(str(each) for each in refusal.fields.values()))
        else:
            return sent(form.cleaned_data["format"], maturities_file(actor, rows), actor)
    elif not actor.may(EXPORT):
        raise actor.refusal(EXPORT)
    context = {
        "title": _t("Export maturities"),
        "sub": f"{first.isoformat()} – {last.isoformat()}",
        "form": form,
        "back_url": reverse("holdings:maturities"),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
