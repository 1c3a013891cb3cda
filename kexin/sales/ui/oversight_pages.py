"""Inspection items on the screen: the list, one item with its facts, settling it."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.naming import shown_name
from kexin.people.queries import names_of
from kexin.sales.models import InspectionItem
from kexin.sales.oversight.choices import ItemSource, ItemState
from kexin.sales.oversight.queries import inspection_item, inspection_items
from kexin.sales.oversight.raising import SETTLE
from kexin.sales.oversight.rules import LONGEST_REASON
from kexin.sales.oversight.settling import reported_by, settle_inspection_item
from kexin.sales.oversight.words import facts_told

LEVEL = {ItemState.OPEN: "warn", ItemState.CLEARED: "quiet", ItemState.CONFIRMED: "bad"}


class ItemFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Sale number"), field_name="sale__sale_no", lookup_expr="startswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=ItemState.choices)
    source = django_filters.MultipleChoiceFilter(label=_("Source of the item"), choices=ItemSource.choices)
    found_on = django_filters.DateFromToRangeFilter(label=_("Found on"))


def _chip(row: InspectionItem) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVEL[ItemState(row.state)], row.get_state_display())


def _source(row: InspectionItem) -> str:
    return str(row.get_source_display())


class ItemTable(Table):
    """检查事项."""

    name = "sales.inspection_items"
    caption = _("Inspection items")
    search = "q"
    search_hint = _("Sale number")
    default_sort = "-found"
    empty_title = _("No inspection items")
    empty_text = _("Where a rule, a return call or the portal finds something wrong about a sale, it stands here.")
    empty_icon = "eye-check"
    views = (View("open", _("To be looked at"), "state=open"), View("all", _("All")))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("source", _("What was found"), value=_source, phone="title", always=True),
            Column("customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="sub"),
            Column("sale_no", _("Sale number"), value=lambda row: row.sale.sale_no if row.sale else "–"),
            Column("seller", _("Seller"), value=lambda row: row.seller.shown_name if row.seller else "–"),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column("state", _("State"), value=_chip),
            Column("found", _("Found"), value=lambda row: moment(row.found_at), sort=("found_at", "pk"), first="desc"),
        )

    def row_url(self, row: InspectionItem) -> str:
        return reverse("oversight:item", args=[row.pk])


@require_GET
def items(request: HttpRequest) -> HttpResponse:
    """GET /inspection-items/: within reach, the newest first."""
    rows = inspection_items(actor_of(request))
    table = ItemTable(request, rows, filters=ItemFilterSet(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Inspection items"), "table": table})


class SettleItemForm(forms.Form):
    """What was found, in words."""

    outcome = forms.ChoiceField(
        label=_("What was found"),
        widget=forms.RadioSelect,
        choices=[
            (ItemState.CLEARED.value, _("Cleared: nothing was wrong")),
            (ItemState.CONFIRMED.value, _("Confirmed: something was wrong")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whom you asked, what was found."),
    )


def item(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the item with its facts. POST outcome, reason: settle it."""
    actor = actor_of(request)
    row = inspection_item(actor, pk)
    own = row.seller is not None and actor.user_id is not None and row.seller.user_id == actor.user_id
    own = own or reported_by(row, actor)
    form = SettleItemForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        lambda data: settle_inspection_item(pk, actor=actor, **data),
        title=_("Inspection item"),
        sub=str(row.get_source_display()),
        back_url=reverse("oversight:items"),
        done=_("The item is settled."),
        submit_label=_("Settle"),
        template="sales/inspection_item.html",
        context={
            "row": row,
            "level": LEVEL[ItemState(row.state)],
            "facts": facts_told(row),
            "customer_name": shown_name(actor, row.customer),
            "settled_by": names_of({row.settled_by}).get(row.settled_by, row.settled_by),
            "may_settle": row.state == ItemState.OPEN and actor.may(SETTLE) and not own,
        },
    )
