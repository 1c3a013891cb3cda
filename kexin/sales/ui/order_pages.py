"""Pages of orders: the list, one order with every word of the core system, and the settling of differences."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.templatetags.kexin import day, moment, money
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.sales.models import Order, OrderDifference
from kexin.sales.orders.choices import DifferenceKind, OrderState, Settlement
from kexin.sales.orders.differences import SETTLE
from kexin.sales.orders.queries import core_pretended, order_difference, order_differences, order_file, orders
from kexin.sales.orders.rules import ways_to_settle
from kexin.sales.orders.settling import settle_order_difference

LEVELS = {
    "waiting": "calm", "taken": "calm", "unclear": "warn", "confirmed": "good", "refused": "bad", "failed": "bad",
    "cancelled": "quiet",
}  # fmt: skip


def _chip(row: Order) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVELS[row.state], row.get_state_display())


class OrderFilter(django_filters.FilterSet):
    """Narrowing by number and state."""

    q = django_filters.CharFilter(label=_("Search"), field_name="order_no", lookup_expr="startswith")
    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=OrderState.choices)


class OrderTable(Table):
    name = "sales.orders"
    caption = _("Orders")
    search = "q"
    search_hint = _("Order number")
    default_sort = "-made_at"
    empty_icon = "send"
    empty_title = _("No orders within your reach")
    views = (
        View("open", _("On their way"), "state=waiting&state=taken&state=unclear"),
        View("all", _("All")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = (
            Column("order_no", _("Order number"), phone="title", always=True, sort="order_no"),
            Column("customer", _("Customer"), value="customer.customer_no", phone="sub"),
            Column("product", _("Product"), value="sale.product.shown_name", width="wide"),
            Column("side", pgettext_lazy("order", "What is asked"), value=lambda row: row.get_side_display()),
            Column("amount", _("Amount"), value=lambda row: f"{money(row.amount)} {row.currency}", align="end"),
            Column("state", _("State"), value=_chip),
            Column("made_at", _("Made"), value=lambda row: moment(row.made_at), sort="made_at"),
            Column("expected_on", _("Confirmation expected"), value=lambda row: day(row.expected_on)),
            Column("attempts", _("Attempts to hand over"), align="end", hidden=True),
        )

    def row_url(self, row: Order) -> str:
        return reverse("orders:one", args=[row.pk])


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /orders/: orders within reach, the newest first."""
    rows = orders(actor_of(request))
    filters = OrderFilter(request.GET, queryset=rows, request=request)
    table = OrderTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    open_differences = order_differences(actor_of(request))[:100].count()
    context = {
        "title": _("Orders"),
        "table": table,
        "open_differences": open_differences,
        "pretended": core_pretended(),
    }
    return render(request, "sales/orders.html", context)


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the order, the words of the core system, and the differences."""
    file = order_file(actor_of(request), pk)
    order = file.order
    context = {
        "title": _t("Order %(number)s") % {"number": order.order_no},
        "file": file,
        "order": order,
        "level": LEVELS[order.state],
        "pretended": core_pretended(),
        "may_settle": actor_of(request).may(SETTLE),
    }
    return render(request, "sales/order.html", context)


@require_GET
def differences(request: HttpRequest) -> HttpResponse:
    """GET: open differences, the oldest first; ``?settled=1`` the settled ones, at most 200."""
    settled = request.GET.get("settled") == "1"
    context = {
        "title": _("Differences with the core system"),
        "rows": list(order_differences(actor_of(request), settled=settled)[:200]),
        "settled": settled,
        "may_settle": actor_of(request).may(SETTLE),
    }
    return render(request, "sales/order_differences.html", context)


class SettleForm(forms.Form):
    """How the difference ends, and why."""

    way = forms.ChoiceField(label=_("What to do"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whom you asked, what was found."),
    )

    def __init__(self, *args: Any, row: OrderDifference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state = OrderState(row.order.state) if row.order is not None else None
        ways = ways_to_settle(DifferenceKind(row.kind), state)
        self.fields["way"].choices = [(way.value, way.label) for way in map(Settlement, ways)]  # type: ignore[attr-defined]


def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what each side says. POST: settle it."""
    actor = actor_of(request)
    row = order_difference(actor, pk)
    form = SettleForm(request.POST if request.method == "POST" else None, row=row)
    return form_page(
        request,
        form,
        lambda data: settle_order_difference(pk, actor=actor, **data),
        title=_("Difference with the core system"),
        sub=f"{row.order_no} · {row.get_kind_display()}",
        back_url=reverse("orders:differences"),
        done=_("The difference is settled."),
        submit_label=_("Settle"),
        template="sales/order_difference.html",
        context={"row": row, "may_settle": actor.may(SETTLE)},
    )
