"""Who is near the next tier, and who is about to drop out of the own one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.errors import RuleViolation
from kexin.core.export import FORMATS
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.core.ui.columns import Selection
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.core.ui.table import BulkAction, Column, Table, View
from kexin.holdings.aum.queries import next_rung, tier_moves, tier_name
from kexin.holdings.operations.tiers import export_tiers, tiers_file
from kexin.holdings.policies import TierPolicy
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.people.queries import post_labels


class MovesForm(forms.Form):
    """Which list, and which tier."""

    which = forms.ChoiceField(
        label=_("List"),
        required=False,
        choices=[("", _("Near the next tier")), ("drop", _("About to drop"))],
    )
    tier = forms.ChoiceField(label=_("Tier now"), required=False, choices=lambda: [("", "—"), *tier_choices()])


def tier_choices() -> list[tuple[str, str]]:
    """Codes and names of the ladder in force, from the bottom."""
    rungs = in_force(TierPolicy).rungs()
    return [(rung.code, tier_name(rungs, rung.code)) for rung in rungs]


class MovesFilter:
    """The bound form and the rows it leaves; the list itself is chosen by the query."""

    def __init__(
        self, data: QueryDict | None, queryset: QuerySet[Customer], request: HttpRequest | None = None
    ) -> None:
        self.base, self.form = queryset, MovesForm(data)

    @cached_property
    def which(self) -> str:
        return "drop" if self.form.is_valid() and self.form.cleaned_data["which"] == "drop" else "near"

    @cached_property
    def qs(self) -> QuerySet[Customer]:
        tier = self.form.cleaned_data["tier"] if self.form.is_valid() else ""
        return self.base.filter(tier=tier) if tier else self.base


class MovesTable(Table):
    """升降级名单."""

    name = "holdings.tiers"
    caption = _("Customers between tiers")
    default_sort = "missing"
    empty_title = _("Nobody here")
    empty_text = _("By this month's daily average nobody within your reach stands close to the edge of a tier.")
    empty_icon = "stairs"
    views = (View("near", _("Near the next tier")), View("drop", _("About to drop"), "which=drop"))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        rungs = in_force(TierPolicy).rungs()
        drop = request.GET.get("which") == "drop"
        pool = _t("Pool")
        self.columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row), phone="title", always=True),
            Column("number", _("Customer number"), value="customer_no", sort="customer_no", phone="sub"),
            Column("tier", _("Tier now"), value=lambda row: tier_name(rungs, row.tier)),
            Column("next", _("Next tier"), value=lambda row: tier_name(rungs, next_rung(rungs, row.tier)), hidden=drop),
            Column(
                "missing",
                _("Below the tier by") if drop else _("Missing"),
                value=lambda row: numbers.exact(row.missing),
                sort="missing",
                align="end",
            ),
            Column(
                "average",
                _("Daily average this month"),
                value=lambda row: numbers.exact(row.average),
                sort="average",
                first="desc",
                align="end",
            ),
            Column("assets", _("AUM now"), value=lambda row: numbers.exact(row.assets), align="end"),
            Column("lead", _("Lead manager"), value=lambda row: self.leads.get(row.lead_post_id, pool)),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
        )

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.lead_post_id for row in self.page.rows])

    def row_url(self, row: Customer) -> str:
        return f"{reverse('party:customer', args=[row.pk])}?tab=assets"

    def peek_url(self, row: Customer) -> str:
        return reverse("party:peek", args=[row.pk])


@require_GET
def tier_list(request: HttpRequest) -> HttpResponse:
    """GET /holdings/tiers/: within reach, the smallest missing amount first."""
    actor = actor_of(request)
    filters = MovesFilter(request.GET, Customer.objects.none())
    filters.base = tier_moves(actor, filters.which).select_related("party", "unit")
    export = BulkAction(
        "export", _("Export"), reverse("holdings:tiers_export"), operation="holdings.export_tiers", icon="download"
    )
    table = MovesTable(request, filters.base, filters=filters, actions=[export])
    open_names(table.page.rows)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Customer tiers"), "table": table})


@require_POST
def tiers_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """POST the selection: first ask for purpose and format, then send the file."""
    actor = actor_of(request)
    selection = Selection.of(request)
    which = MovesFilter(QueryDict(selection.query), Customer.objects.none()).which
    reach = tier_moves(actor, which).order_by("missing", "pk")  # type: ignore[misc]
    rows = selection.rows(reach, MovesFilter, request)
    form = request.POST.get("format", "")
    context = {
        "title": _("Export customers between tiers"),
        "selection": selection,
        "count": rows[:100_001].count(),
        "back_url": f"{reverse('holdings:tiers')}?which={which}",
        "action_url": reverse("holdings:tiers_export"),
    }
    if form not in FORMATS:
        return render(request, "party/export.html", context)
    try:
        allowed = export_tiers(actor=actor, rows=rows, purpose=request.POST.get("purpose", ""))
    except RuleViolation:
        return render(request, "party/export.html", context, status=422)
    return sent(form, tiers_file(actor, allowed), actor)
