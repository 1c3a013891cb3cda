"""售后跟踪 on the screen: the list, one matter with what was seen, settling it, the file, the customer's panel."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.errors import RuleViolation
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.core.ui.table import Table
from kexin.holdings.ui.export import ExportForm
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of
from kexin.sales.aftercare.choices import CareMatter, CareOutcome, CareState
from kexin.sales.aftercare.exporting import EXPORT_CARE, aftercare_file, export_aftercare
from kexin.sales.aftercare.queries import CareFilter, aftercare_item, aftercare_items, aftercare_of
from kexin.sales.aftercare.rules import LONGEST_REASON
from kexin.sales.aftercare.settling import SETTLE, settle_aftercare
from kexin.sales.aftercare.words import told
from kexin.sales.models import AftercareItem

LEVEL = {CareState.OPEN: "warn", CareState.SETTLED: "good"}


class CareFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Product code"), field_name="product__code", lookup_expr="istartswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=CareState.choices)
    matter = django_filters.ChoiceFilter(label=_("Matter"), choices=CareMatter.choices)
    found_on = django_filters.DateFromToRangeFilter(label=_("Found on"))

    @property
    def wanted(self) -> CareFilter:
        """The same question as the operations take it."""
        if not self.is_valid():
            return CareFilter()
        said = self.form.cleaned_data
        days = said.get("found_on")
        first, last = (days.start, days.stop) if days else (None, None)
        return CareFilter(
            said.get("state") or "",
            said.get("matter") or "",
            None,
            first.date() if first else None,
            last.date() if last else None,
            said.get("q") or "",
        )


def _chip(row: AftercareItem) -> str:
    words = row.get_outcome_display() if row.outcome else row.get_state_display()
    return format_html('<span class="chip {}">{}</span>', LEVEL[CareState(row.state)], words)


class CareTable(Table):
    """售后跟踪."""

    name = "sales.aftercare"
    caption = _("Care after a sale")
    search = "q"
    search_hint = _("Product code")
    default_sort = "-found"
    empty_title = _("Nothing to follow up")
    empty_text = _("When something sold matures, falls or changes, or a visit is due, it stands here.")
    empty_icon = "heart-handshake"
    views = (View("open", _("To be done"), "state=open"), View("all", _("All")))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("matter", _("Matter"), value=lambda row: row.get_matter_display(), phone="title", always=True),
            Column("customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="sub"),
            Column("product", _("Product"), value="product.shown_name"),
            Column("facts", _("What was seen"), value=lambda row: told(row.matter, row.facts) or "–"),
            Column("unit", _("Unit"), value="customer.unit.shown_name", hidden=True),
            Column("due", _("Due"), value=lambda row: moment(row.due_at)),
            Column("state", _("State"), value=_chip),
            Column("found", _("Found"), value=lambda row: moment(row.found_at), sort=("found_at", "pk"), first="desc"),
        )

    def row_url(self, row: AftercareItem) -> str:
        return reverse("aftercare:item", args=[row.pk])


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /aftercare/: within reach, the newest first."""
    actor = actor_of(request)
    rows = aftercare_items(actor)
    table = CareTable(request, rows, filters=CareFilterSet(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Care after a sale"), "table": table, "may_export": actor.may(EXPORT_CARE)}
    return render(request, "sales/aftercare.html", context)


class SettleCareForm(forms.Form):
    """What was done."""

    outcome = forms.ChoiceField(label=_("What was done"), widget=forms.RadioSelect, choices=CareOutcome.choices)
    reason = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the customer said; where nothing was needed, why."),
    )


def item(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the matter. POST outcome, reason: settle it."""
    actor = actor_of(request)
    row = aftercare_item(actor, pk)
    form = SettleCareForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        lambda data: settle_aftercare(pk, actor=actor, **data),
        title=str(row.get_matter_display()),
        sub=row.product.shown_name,
        back_url=reverse("aftercare:list"),
        done=_("The matter is settled."),
        submit_label=_("Settle"),
        template="sales/aftercare_item.html",
        context={
            "row": row,
            "level": LEVEL[CareState(row.state)],
            "facts": told(row.matter, row.facts),
            "customer_name": shown_name(actor, row.customer),
            "settled_by": names_of({row.settled_by}).get(row.settled_by, row.settled_by),
            "may_settle": row.state == CareState.OPEN and actor.may(SETTLE),
        },
    )


def export(request: HttpRequest) -> HttpResponseBase:
    """GET asks what for; POST sends the matters of the list as a file. The filters travel in the address."""
    actor = need(request, EXPORT_CARE)
    wanted = CareFilterSet(request.GET, queryset=AftercareItem.objects.none(), request=request).wanted
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_aftercare(wanted, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], aftercare_file(rows, actor), actor)
    context = {
        "title": _t("Export matters after sales"),
        "form": form,
        "back_url": f"{reverse('aftercare:list')}?{request.GET.urlencode()}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def aftercare_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: what is to be talked over, what was."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    rows = [(row, LEVEL[CareState(row.state)], told(row.matter, row.facts)) for row in aftercare_of(actor, customer.pk)]
    return "sales/panel_aftercare.html", {"rows": rows}
