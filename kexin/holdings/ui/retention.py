"""承接率: what matured and where it went, by month, unit, manager, kind or customer; each number opens its list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput
from kexin.core.ui.request import actor_of
from kexin.holdings.aum.queries import months_before
from kexin.holdings.choices import MaturityKind
from kexin.holdings.maturities.queries import PARTS, periods
from kexin.holdings.policies import RetentionPolicy
from kexin.holdings.retention.queries import BY, RetentionLine, retention
from kexin.holdings.ui.maturity_table import PART_LABELS, POOL
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.people.models import OrgUnit
from kexin.people.queries import post_labels

LABELS = {
    "month": _("By month"),
    "unit": _("By unit"),
    "post": _("By lead manager"),
    "kind": _("By kind"),
    "customer": _("By customer"),
}
MONTHS = 12


class SpanForm(forms.Form):
    """The days of maturity."""

    first = forms.DateField(label=_("From day"), required=False, widget=DayInput())
    last = forms.DateField(label=_("To day"), required=False, widget=DayInput())


def retention_page(request: HttpRequest) -> HttpResponse:
    """GET /maturities/retention/: two reads and the names of the lines."""
    actor, today = actor_of(request), business_date()
    form = SpanForm(request.GET)
    form.is_valid()
    last = form.cleaned_data.get("last") or today
    first = form.cleaned_data.get("first") or months_before(last.replace(day=1), MONTHS - 1)
    by = request.GET.get("by", "")
    by = by if by in BY else BY[0]
    lines = retention(actor, by, first, last) if first <= last else []
    names = _names(actor, by, lines)
    shown = [_row(each, by, names.get(each.key, str(each.key)), first, last) for each in lines]
    total = _total(lines)
    context = {
        "title": _t("Retention after maturity"),
        "form": SpanForm({"first": first, "last": last}),
        "by": by,
        "tabs": [(code, label, _here(code, first, last)) for code, label in LABELS.items()],
        "head": LABELS[by],
        "parts": [(part, PART_LABELS[part]) for part in PARTS],
        "lines": shown,
        "total": _row(total, "", _t("Total"), first, last) if lines and by != "customer" else None,
        "chart": _chart(shown) if by == "month" and lines else None,
        "first": first,
        "last": last,
        "window": in_force(RetentionPolicy).window_days,
    }
    return render(request, "holdings/retention.html", context)


def _here(by: str, first: dt.date, last: dt.date) -> str:
    return "?" + urlencode({"by": by, "first": first.isoformat(), "last": last.isoformat()})


def _names(actor: Actor, by: str, lines: Sequence[RetentionLine]) -> dict[Any, str]:
    """What the lines are called."""
    keys = [each.key for each in lines]
    if by == "month":
        return {key: key.strftime("%Y-%m") for key in keys}
    if by == "unit":
        return {unit.pk: unit.shown_name for unit in OrgUnit.objects.filter(pk__in=keys)}
    if by == "post":
        return {None: _t("Pool")} | post_labels([key for key in keys if key])
    if by == "kind":
        return {key: str(MaturityKind(key).label) for key in keys}
    customers = list(Customer.objects.filter(pk__in=keys).select_related("party"))
    open_names(customers)
    return {row.pk: shown_name(actor, row) for row in customers}


def _row(line: RetentionLine, by: str, name: str, first: dt.date, last: dt.date) -> dict[str, Any]:
    """A line with the addresses of its lists."""
    query = {"first": first.isoformat(), "last": last.isoformat(), "followed": "on"}
    if by == "month":
        spans = {start.replace(day=1): (start, end) for start, end in periods(first, last, "month")}
        start, end = spans[line.key]
        query |= {"first": start.isoformat(), "last": end.isoformat()}
    elif by == "post":
        query["post"] = str(line.key) if line.key else POOL
    elif by in ("unit", "kind"):
        query[by] = str(line.key)
    listed = reverse("holdings:maturities")
    url = f"{reverse('party:customer', args=[line.key])}?tab=assets" if by == "customer" else ""
    parts = [
        (label, getattr(line, part), url or f"{listed}?{urlencode(query | {'part': part})}")
        for part, label in PART_LABELS.items()
    ]
    return {"line": line, "name": name, "url": url or f"{listed}?{urlencode(query)}", "parts": parts}


def _total(lines: Sequence[RetentionLine]) -> RetentionLine:
    def added(name: str) -> Any:
        return sum((getattr(each, name) for each in lines), Decimal(0))

    return RetentionLine(None, int(added("count")), added("matured"), *(added(part) for part in PARTS))


def _chart(shown: list[dict[str, Any]]) -> dict[str, Any]:
    """The four parts stacked by month; a click opens the month's list."""
    return {
        "type": "stacked",
        "unit": "",
        "x": [each["name"] for each in shown],
        "series": [
            {"name": str(label), "data": [getattr(each["line"], part) for each in shown]}
            for part, label in PART_LABELS.items()
        ],
        "hrefs": [each["url"] for each in shown],
    }
