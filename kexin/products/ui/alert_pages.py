"""净值预警 on the screen: today's and all, one with what was seen, settling it, the section on the product."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.templatetags.kexin import day, moment
from kexin.core.ui.form_page import form_page
from kexin.core.ui.panels import actions_for
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table, View
from kexin.products.alerts.choices import FALLS, AlertKind, AlertOutcome, AlertState
from kexin.products.alerts.queries import LATEST, TODAY, AlertFilter, alert, alerts
from kexin.products.alerts.rules import LONGEST_REASON
from kexin.products.alerts.settling import SETTLE, settle_alert
from kexin.products.alerts.work import told
from kexin.products.models import NetValueAlert

LEVEL = {AlertState.OPEN: "bad", AlertState.SETTLED: "good"}


class AlertFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Product code"), field_name="product__code", lookup_expr="istartswith")
    which = django_filters.ChoiceFilter(
        label=_("State"), method="by_state", choices=[(TODAY, _("Today's")), *AlertState.choices]
    )
    kind = django_filters.ChoiceFilter(label=_("Kind of alert"), choices=AlertKind.choices)

    def by_state(self, rows: QuerySet[NetValueAlert], name: str, value: str) -> QuerySet[NetValueAlert]:
        return rows.filter(found_on=business_date()) if value == TODAY else rows.filter(state=value)


def _chip(row: NetValueAlert) -> str:
    words = row.get_outcome_display() if row.outcome else row.get_state_display()
    return format_html('<span class="chip {}">{}</span>', LEVEL[AlertState(row.state)], words)


class AlertTable(Table):
    """净值预警."""

    name = "products.alerts"
    caption = _("Alerts on net values")
    search = "q"
    search_hint = _("Product code")
    default_sort = "-found"
    empty_title = _("No alerts")
    empty_text = _("When a net value falls, jumps or does not come, it stands here.")
    empty_icon = "trending-down"
    views = (
        View("today", _("Today's alerts"), f"which={TODAY}"),
        View("open", _("To be looked at"), "which=open"),
        View("all", _("All")),
    )
    columns = (
        Column("product", _("Product"), value="product.shown_name", phone="title", always=True),
        Column("kind", _("Kind of alert"), value=lambda row: row.get_kind_display(), phone="sub"),
        Column("facts", _("What was seen"), value=lambda row: told(row.kind, row.day, row.facts)),
        Column("day", _("Net value of"), value=lambda row: day(row.day)),
        Column("state", _("State"), value=_chip),
        Column("due", _("Due"), value=lambda row: moment(row.due_at), hidden=True),
        Column("found", _("Found"), value=lambda row: moment(row.found_at), sort=("found_at", "pk"), first="desc"),
    )

    def row_url(self, row: NetValueAlert) -> str:
        return reverse("product_alerts:one", args=[row.pk])


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /product-alerts/: the newest first."""
    rows = alerts(actor_of(request))
    table = AlertTable(request, rows, filters=AlertFilterSet(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Alerts on net values"), "table": table})


class SettleAlertForm(forms.Form):
    """What was done, and why."""

    outcome = forms.ChoiceField(label=_("What was done"), widget=forms.RadioSelect, choices=AlertOutcome.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you found, and why this was done."),
    )


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the alert. POST outcome, reason: settle it."""
    actor = actor_of(request)
    row = alert(actor, pk)
    form = SettleAlertForm(request.POST if request.method == "POST" else None)
    product_url = reverse("products:product", args=[row.product.pk])
    return form_page(
        request,
        form,
        lambda data: settle_alert(pk, actor=actor, **data),
        title=str(row.get_kind_display()),
        sub=row.product.shown_name,
        back_url=reverse("product_alerts:list"),
        done=_("The alert is settled."),
        submit_label=_("Settle"),
        template="products/alert.html",
        context={
            "row": row,
            "level": LEVEL[AlertState(row.state)],
            "facts": told(row.kind, row.day, row.facts),
            "product_url": product_url,
            "head_actions": actions_for(request, "alert", pk) if row.kind in FALLS else [],
            "rerate_url": reverse("products:rerate", args=[row.product.pk])
            if actor.may("products.propose_rerating")
            else "",
            "settled_by": names.people([row.settled_by]).get(row.settled_by, row.settled_by),
            "may_settle": row.state == AlertState.OPEN and actor.may(SETTLE),
        },
    )


def alerts_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Section on the product: its latest alerts."""
    found = list(alerts(actor_of(request), AlertFilter(product_id=pk))[:LATEST])
    rows = [(row, LEVEL[AlertState(row.state)], told(row.kind, row.day, row.facts)) for row in found]
    return "products/panel_alerts.html", {"rows": rows}
