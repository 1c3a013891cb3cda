"""客户告知 on the screen: the list, one notice with its words and who was told, telling the holders of an alert."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
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
from kexin.products.alerts.queries import alert
from kexin.products.alerts.work import told as alert_told
from kexin.sales.models import CustomerNotice, Notice
from kexin.sales.notices.choices import NoticeMatter, NoticeState, TellingState
from kexin.sales.notices.exporting import EXPORT_TOLD, export_told, told_file
from kexin.sales.notices.making import TELL, tell_holders
from kexin.sales.notices.queries import (
    OPENED,
    UNOPENED,
    VIEW_TOLD,
    narrowed,
    notice_line,
    notices,
    notices_of,
    told_customers,
)

LEVEL = {NoticeState.WAITING: "warn", NoticeState.SENDING: "calm", NoticeState.SENT: "good"}
TOLD_LEVEL = {
    TellingState.WRITTEN: "calm",
    TellingState.PROMPTED: "good",
    TellingState.FAILED: "warn",
    TellingState.UNTOLD: "bad",
}


class NoticeFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Product code"), field_name="product__code", lookup_expr="istartswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=NoticeState.choices)
    matter = django_filters.ChoiceFilter(label=_("Matter"), choices=NoticeMatter.choices)


def _state(row: Notice) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVEL[NoticeState(row.state)], row.get_state_display())


class NoticeTable(Table):
    """客户告知."""

    name = "sales.notices"
    caption = _("Notices to customers")
    search = "q"
    search_hint = _("Product code")
    default_sort = "-made"
    empty_title = _("No notices")
    empty_text = _("When a product is re-rated, changes, falls or matures, its holders are told, and it stands here.")
    empty_icon = "mail"
    columns = (
        Column("product", _("Product"), value="product.shown_name", phone="title", always=True),
        Column("matter", _("Matter"), value=lambda row: row.get_matter_display(), phone="sub"),
        Column("state", _("State"), value=_state),
        Column("made", _("Made"), value=lambda row: moment(row.made_at), sort=("made_at", "pk"), first="desc"),
    )

    def row_url(self, row: Notice) -> str:
        return reverse("notices:one", args=[row.pk])


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /notices-to-customers/: the newest first."""
    rows = notices(actor_of(request))
    table = NoticeTable(request, rows, filters=NoticeFilterSet(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Notices to customers"), "table": table})


class ToldFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Customer number"), field_name="customer__customer_no", lookup_expr="startswith"
    )
    which = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        choices=[
            (OPENED, pgettext_lazy("notice", "Opened")),
            (UNOPENED, pgettext_lazy("notice", "Not opened")),
            *TellingState.choices,
        ],
    )

    def by_state(self, rows: QuerySet[CustomerNotice], name: str, value: str) -> QuerySet[CustomerNotice]:
        return narrowed(rows, value)


def _telling(row: CustomerNotice) -> str:
    level = TOLD_LEVEL[TellingState(row.state)]
    words = row.get_state_display()
    if row.channel and row.state != TellingState.UNTOLD:
        words = f"{words} · {row.get_channel_display()}"
    return format_html('<span class="chip {}">{}</span>', level, words)


class ToldTable(Table):
    """Who was told."""

    name = "sales.told_customers"
    caption = _("Who was told")
    search = "q"
    search_hint = _("Customer number")
    default_sort = "-told"
    empty_title = _("Nobody within your reach")
    empty_text = _("Customers of yours who hold the product stand here once they are told.")
    empty_icon = "users"
    views = (
        View("all", _("All")),
        View("unopened", pgettext_lazy("notice", "Not opened"), f"which={UNOPENED}"),
        View("untold", _("Not reached"), f"which={TellingState.UNTOLD.value}"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="title",
                   always=True),
            Column("number", _("Customer number"), value="customer.customer_no", phone="sub"),
            Column("unit", _("Unit"), value="customer.unit.shown_name"),
            Column("state", _("Prompt"), value=_telling),
            Column("opened", _("Opened on the portal"),
                   value=lambda row: moment(row.opened_at) if row.opened_at else "–"),
            Column("told", _("In the portal since"), value=lambda row: moment(row.told_at), sort=("told_at", "pk"),
                   first="desc"),
        )  # fmt: skip

    def row_url(self, row: CustomerNotice) -> str:
        return reverse("party:customer", args=[row.customer_id])


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the words as they were sent, the figures, and who was told, opened or not."""
    actor = actor_of(request)
    line = notice_line(actor, pk)
    table = None
    if actor.may(VIEW_TOLD):
        rows = told_customers(actor, pk)
        table = ToldTable(request, rows, filters=ToldFilterSet(request.GET, queryset=rows, request=request))
        if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
            return HttpResponse(table.render())
    row = line.notice
    context = {
        "title": row.product.shown_name,
        "sub": row.get_matter_display(),
        "line": line,
        "row": row,
        "level": LEVEL[NoticeState(row.state)],
        "table": table,
        "may_export": actor.may(EXPORT_TOLD),
    }
    return render(request, "sales/notice.html", context)


def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET asks what for; POST sends who was told as a file."""
    actor = need(request, EXPORT_TOLD)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        which = request.GET.get("which", "")
        try:
            rows = export_told(pk, actor=actor, purpose=form.cleaned_data["purpose"], which=which)
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], told_file(rows, actor), actor)
    context = {
        "title": _t("Export who was told"),
        "form": form,
        "back_url": reverse("notices:one", args=[pk]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the alert, to be confirmed. POST: all holders are told of it in the reviewed words."""
    actor = need(request, TELL)
    row = alert(actor, pk)
    return form_page(
        request,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda _data: tell_holders(pk, actor=actor),
        title=_("Tell the holders"),
        sub=f"{row.product.shown_name} · {alert_told(row.kind, row.day, row.facts)}",
        back_url=reverse("product_alerts:one", args=[pk]),
        go=lambda made: reverse("notices:one", args=[made.pk]),
        done=_("The notice goes out within minutes."),
        submit_label=_("Tell the holders"),
        template="sales/notice_tell.html",
    )


def notices_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Section on the product: who was told, who opened."""
    lines = [(each, LEVEL[NoticeState(each.notice.state)]) for each in notices_of(actor_of(request), pk)]
    return "sales/panel_notices.html", {"lines": lines}
