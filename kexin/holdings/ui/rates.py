"""Exchange rates: the list, what is left out for want of one, and entering one."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import day
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table
from kexin.holdings.aum.entered import rates, unrated
from kexin.holdings.aum.steps import base_currency
from kexin.holdings.models import ExchangeRate
from kexin.holdings.operations.rates import enter_rate
from kexin.holdings.policies import AumPolicy


class RatesTable(Table):
    """汇率."""

    name = "holdings.rates"
    caption = _("Exchange rates")
    default_sort = "-day"
    empty_title = _("No exchange rates")
    empty_text = _("Without a rate foreign currency is left out of every figure.")
    empty_icon = "arrows-exchange"
    columns = (
        Column("currency", _("Currency"), sort=("currency", "day"), phone="title", always=True),
        Column("day", _("From"), value=lambda row: day(row.day), sort=("day", "currency"), first="desc", phone="sub"),
        Column("rate", _("Rate"), value=lambda row: f"{row.rate.normalize():f} {row.base}", align="end"),
        Column("source", _("Source")),
        Column("by", _("Entered by"), value="entered_by"),
    )

    def row_url(self, row: ExchangeRate) -> str:
        return ""


class RateForm(forms.Form):
    """One rate."""

    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3, help_text=_("Three letters: USD"))
    day = forms.DateField(label=_("From"))
    rate = forms.DecimalField(
        label=_("Rate"), min_value=0, max_digits=18, decimal_places=8, help_text=_("In base currency for one unit")
    )
    source = forms.CharField(label=_("Source"), max_length=40, required=False)


@require_GET
def rate_list(request: HttpRequest) -> HttpResponse:
    """GET /holdings/rates/: newest first; what has no rate at all stands above."""
    actor = actor_of(request)
    table = RatesTable(request, rates(actor))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {
        "title": _("Exchange rates"),
        "sub": _t("in %(currency)s") % {"currency": base_currency(in_force(AumPolicy))},
        "table": table,
        "missing": unrated(actor),
        "may_enter": actor.may("holdings.enter_rate"),
        "may_load": actor.may("core.start_import"),
    }
    return render(request, "holdings/rates.html", context)


def rate_new(request: HttpRequest) -> HttpResponse:
    """A form: currency, day, rate."""
    actor = need(request, "holdings.enter_rate")
    form = RateForm(request.POST if request.method == "POST" else None, initial={"day": business_date()})
    return form_page(
        request,
        form,
        lambda data: enter_rate(actor=actor, **data),
        title=_("Enter an exchange rate"),
        back_url=reverse("holdings:rates"),
        done=_("The rate holds from that day on; figures follow."),
        submit_label=_("Enter"),
    )
