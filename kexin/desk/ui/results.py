"""My figures 我的业绩: a manager's month with how it was made; the head's managers side by side; the file."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.sending import sent
from kexin.desk.results import EXPORT_RESULTS, VIEW_RESULTS, Result, export_results, results, results_file
from kexin.engagement.calls.queries import VIEW_CALLS
from kexin.holdings.aum.eras import last_day, months_before
from kexin.holdings.aum.queries import VIEW_AUM, VIEW_FIGURES
from kexin.holdings.maturities.queries import VIEW_MATURITIES
from kexin.holdings.ui.export import ExportForm
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names

MONTHS = 13


def _month(request: HttpRequest) -> dt.date:
    running = business_date().replace(day=1)
    try:
        asked = dt.date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return running
    return min(asked, running)


def results_page(request: HttpRequest) -> HttpResponse:
    """GET /figures/?month=2026-11&post=4: one's own post, or the posts within reach side by side."""
    actor = need(request, VIEW_RESULTS)
    need(request, VIEW_FIGURES)
    month, asked = _month(request), request.GET.get("post", "")
    if asked and not asked.isdigit():
        raise NotFound
    found = results(actor, month, int(asked) if asked else None)
    single = found.lines[0] if asked or [each.post_id for each in found.lines] == [actor.post_id] else None
    if single is not None and not asked:
        found = results(actor, month, single.post_id)
        single = found.lines[0]
    running = business_date().replace(day=1)
    context: dict[str, Any] = {
        "title": _("My figures") if single and single.post_id in actor.post_ids else _("Results of managers"),
        "month": month,
        "months": [months_before(running, n) for n in range(MONTHS)],
        "found": found,
        "single": single,
        "facts": _facts(actor, single, month) if single else [],
        "shares": _shares(actor, found.shares) if single else [],
        "sees_customers": actor.may("party.view_customer"),
        "back_url": f"{reverse('desk:results')}?month={month:%Y-%m}" if asked and len(actor.post_ids) else "",
        "export_url": f"{reverse('desk:results_export')}?month={month:%Y-%m}" if actor.may(EXPORT_RESULTS) else "",
    }
    return render(request, "desk/results.html", context)


def _facts(actor: Actor, each: Result, month: dt.date) -> list[dict[str, Any]]:
    """What the page says of one post: label, figure, its list."""

    def behind(by: str) -> str:
        if each.day is None or not actor.may(VIEW_AUM):
            return ""
        return f"{reverse('desk:board_list')}?{urlencode({'post': each.post_id, 'day': each.day, 'by': by})}"

    span = {"first": month, "last": last_day(month), "post": each.post_id, "followed": "on"}
    kept = f"{reverse('holdings:maturities')}?{urlencode(span)}" if actor.may(VIEW_MATURITIES) else ""
    talks = {"first": month, "last": min(last_day(month), business_date()), "post": each.post_id}
    said = f"{reverse('engagement:contacts')}?{urlencode(talks)}" if actor.may(VIEW_CALLS) else ""
    return [
        {"label": _("AUM, monthly daily average"), "money": each.aum_average, "target": each.aum_target, "url": ""},
        {
            "label": _("Deposits, monthly daily average"),
            "money": each.deposits_average,
            "target": each.deposits_target,
            "url": "",
        },
        {"label": _("AUM"), "money": each.aum, "url": behind("aum")},
        {"label": _("Deposits"), "money": each.deposits, "url": behind("deposits")},
        {"label": _("Net flow of the month"), "money": each.net_flow, "url": behind("flow")},
        {"label": _("Customers"), "count": each.customers, "url": behind("customers")},
        {"label": _("Retained after maturity"), "rate": each.retained, "url": kept},
        {"label": _("Contacts of the month"), "count": each.contacts, "reached": each.reached, "url": said},
    ]


def _shares(actor: Actor, rows: list[Any]) -> list[dict[str, Any]]:
    reach = Customer.objects.visible_to(actor, "party.view_customer").select_related("party", "unit")
    people = {each.pk: each for each in reach.filter(pk__in={row.customer_id for row in rows})}
    open_names(list(people.values()))
    return [
        {
            "row": row,
            "name": shown_name(actor, people[row.customer_id]) if row.customer_id in people else "",
            "url": reverse("party:customer", args=[row.customer_id]) if row.customer_id in people else "",
        }
        for row in rows
    ]


def results_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET /figures/export/?month=2026-11 asks what for; POST sends the file."""
    actor = need(request, EXPORT_RESULTS)
    month = _month(request)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = export_results(month, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], results_file(found), actor)
    context = {
        "title": _("Export results of managers"),
        "sub": f"{month:%Y-%m}",
        "form": form,
        "back_url": f"{reverse('desk:results')}?month={month:%Y-%m}",
        "submit_label": _("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
