"""Net values on pages: the list of a product's, entering one, correcting one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.templatetags.kexin import day
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table
from kexin.people.models import by_language
from kexin.products.models import NetValue, Product
from kexin.products.models.net_value import PLACES
from kexin.products.values.operations import correct_net_value, enter_net_value
from kexin.products.values.queries import corrections, net_value_of, net_values, valued_product

SOURCES = {"entered": _("entered by hand"), "corrected": _("corrected by hand")}


class NetValueTable(Table):
    """净值."""

    name = "products.net_values"
    caption = _("Net values")
    default_sort = "-day"
    empty_title = _("No net values")
    empty_text = _("They come by a file from the custodian or the issuer, or one by one by hand.")
    empty_icon = "chart-line"
    columns = (
        Column("day", _("Net value of"), value=lambda row: day(row.day), sort=("day",), first="desc", phone="title",
               always=True),
        Column("unit", _("Unit net value"), value=lambda row: plain(row.unit_value), align="end"),
        Column("accumulated", _("Accumulated net value"), value=lambda row: plain(row.accumulated), align="end"),
        Column("source", _("Source"), value=lambda row: SOURCES.get(row.source, row.source)),
        Column("version", _("Changes"), value=lambda row: row.version - 1 or "", align="end"),
        Column("tools", "", value=lambda row: row.tools),
    )  # fmt: skip

    def row_url(self, row: NetValue) -> str:
        return ""


def plain(value: Any) -> str:
    """At least four decimal places, more only where they say something."""
    text = f"{value:.{PLACES}f}".rstrip("0")
    whole, _point, rest = text.partition(".")
    return f"{whole}.{rest:<04}" if len(rest) < 4 else text


def name_of(product: Product) -> str:
    """In the reader's language."""
    return by_language(product.name, product.name_en)


class NetValueForm(forms.Form):
    """A day's net value."""

    day = forms.DateField(label=_("Net value of"))
    unit_value = forms.DecimalField(label=_("Unit net value"), max_digits=18, decimal_places=PLACES, min_value=0)
    accumulated = forms.DecimalField(
        label=_("Accumulated net value"),
        max_digits=18,
        decimal_places=PLACES,
        min_value=0,
        required=False,
        help_text=_("With everything ever paid out; empty: nothing was paid out"),
    )
    confirmed = forms.BooleanField(label=_("It is right though it moves far"), required=False)


class CorrectionForm(NetValueForm):
    """What was wrong, and what stands there from now on."""

    day = None  # type: ignore[assignment]
    accumulated = forms.DecimalField(
        label=_("Accumulated net value"), max_digits=18, decimal_places=PLACES, min_value=0
    )
    reason = forms.CharField(label=_("What was wrong"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(widget=forms.HiddenInput())


@require_GET
def value_list(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /products/1/net-values/: newest first, what was corrected below."""
    actor = actor_of(request)
    product = valued_product(actor, pk)
    table = NetValueTable(request, net_values(actor, pk))
    may_correct = actor.may("products.correct_net_value")
    for row in table.page.rows:
        row.tools = _correct(row) if may_correct else ""
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    changed = corrections(actor, pk)
    people = names.people([each.by for each in changed])
    context = {
        "title": _t("Net values of %(name)s") % {"name": name_of(product)},
        "sub": product.code,
        "product": product,
        "table": table,
        "changed": [(each, people.get(each.by, each.by), plain(each.before), plain(each.after)) for each in changed],
        "may_enter": actor.may("products.enter_net_value"),
        "may_load": actor.may("core.start_import"),
    }
    return render(request, "products/net_values.html", context)


def _correct(row: NetValue) -> str:
    address = reverse("net_values:correct", args=[row.pk])
    label = _t("Correct the net value of %(day)s") % {"day": row.day}
    return format_html('<a href="{}" aria-label="{}">{}</a>', address, label, _t("Correct"))


def value_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: day and net value."""
    actor = need(request, "products.enter_net_value")
    product = valued_product(actor, pk)
    return form_page(
        request,
        NetValueForm(request.POST if request.method == "POST" else None, initial={"day": business_date()}),
        lambda data: enter_net_value(pk, actor=actor, **data),
        title=_("Enter a net value"),
        sub=name_of(product),
        back_url=reverse("net_values:list", args=[pk]),
        done=_("The net value stands; the figures follow."),
        submit_label=_("Enter"),
    )


def value_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: what stands there from now on, and why."""
    actor = need(request, "products.correct_net_value")
    row = net_value_of(actor, pk)
    standing = {"unit_value": plain(row.unit_value), "accumulated": plain(row.accumulated), "version": row.version}
    return form_page(
        request,
        CorrectionForm(request.POST if request.method == "POST" else None, initial=standing),
        lambda data: correct_net_value(pk, actor=actor, **data),
        title=_t("Correct the net value of %(day)s") % {"day": row.day},
        sub=name_of(row.product),
        back_url=reverse("net_values:list", args=[row.product_id]),
        done=_("Corrected; what stood there stays in the history."),
        submit_label=_("Correct"),
    )
