"""Pages for trading terms and the benchmark."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.models import Approval
from kexin.core.ui.fields import MoneyInput
from kexin.core.ui.form_page import form_page, need
from kexin.products.choices import DayCalendar, DividendChoice, ProductState, TradeKind
from kexin.products.data import BenchmarkData, TermsData
from kexin.products.operations import change_benchmark, set_terms
from kexin.products.queries import product_file
from kexin.products.ui.selling_pages import PROPOSED
from kexin.products.values.queries import benchmark_words

DATES = ("offer_from", "offer_until", "established_on", "value_on", "matures_on", "paid_on")
DEALING = ("trades", "calendar", "cut_off", "confirm_days", "payout_days", "open_every_days", "open_length_days")
MONEY = ("add_least", "add_step", "fast_limit", "quota", "quota_per_customer", "raise_least")
HOLDING = ("least_hold_days", "dividends", "large_share")


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=18, decimal_places=2, widget=MoneyInput
    )


def _days(label: Any, *, required: bool = False, most: int = 36_500) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=required, min_value=0, max_value=most)


class TermsForm(forms.Form):
    """Trading terms."""

    offer_from = forms.DateField(label=_("Offering from"), required=False)
    offer_until = forms.DateField(label=_("Offering until"), required=False)
    established_on = forms.DateField(label=_("Established on"), required=False)
    value_on = forms.DateField(label=_("Return counts from"), required=False)
    matures_on = forms.DateField(label=_("Matures on"), required=False)
    paid_on = forms.DateField(label=_("Paid out on"), required=False)
    trades = forms.MultipleChoiceField(
        label=_("What customers can do"), choices=TradeKind.choices, widget=forms.CheckboxSelectMultiple
    )
    calendar = forms.ChoiceField(label=_("Days counted"), choices=DayCalendar.choices)
    cut_off = forms.TimeField(
        label=_("End of the dealing day"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    confirm_days = _days(_("Confirmation (T+N)"), required=True, most=60)
    payout_days = _days(_("Payout after redemption (T+N)"), required=True, most=90)
    open_every_days = _days(_("Opens every so many days"))
    open_length_days = _days(_("Stays open for days"))
    add_least = _money(_("Least further amount"))
    add_step = _money(_("Amounts in steps of"))
    fast_limit = _money(_("Fast redemption a day and customer"))
    quota = _money(_("Quota of the institution"))
    quota_per_customer = _money(_("Quota of a customer"))
    raise_least = _money(_("Least amount for the product to be established"))
    least_hold_days = _days(_("Least holding in days"))
    dividends = forms.ChoiceField(label=_("Dividends"), choices=DividendChoice.choices, required=False)
    large_share = forms.DecimalField(
        label=_("Large redemption from % of all shares"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )

    def said(self) -> TermsData:
        """The values as the operation takes them."""
        data = dict(self.cleaned_data)
        data.pop("reason", None)
        data["least_hold_days"] = data["least_hold_days"] or 0
        return TermsData(**{**data, "trades": tuple(data["trades"])})

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields in groups."""
        found: list[tuple[Any, list[Any]]] = [
            (_("How it is dealt"), [self[name] for name in DEALING]),
            (_("Days of its life"), [self[name] for name in DATES]),
            (_("Amounts and quotas"), [self[name] for name in MONEY]),
            (_("Holding"), [self[name] for name in HOLDING]),
        ]
        return [*found, (_("Why?"), [self["reason"]])] if "reason" in self.fields else found


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """The terms of a draft at once; of a product that is or was on sale by a proposal."""
    actor = need(request, "products.set_terms")
    file = product_file(actor, pk)
    now = file.terms or TermsData(trades=(TradeKind.PURCHASE, TradeKind.REDEEM, TradeKind.CANCEL))
    initial = {each.name: getattr(now, each.name) for each in dataclasses.fields(TermsData)}
    form = TermsForm(request.POST or None, initial=initial)
    draft = file.product.state == ProductState.DRAFT
    if not draft:
        form.fields["reason"] = _reason(_("Why do the terms change?"))

    def act(data: dict[str, Any]) -> Any:
        return set_terms(pk, actor=actor, data=form.said(), reason=data.get("reason", ""))

    return form_page(
        request,
        form,
        act,
        title=_("Trading terms"),
        sub=file.product.shown_name,
        back_url=f"{reverse('products:product', args=[pk])}?tab=terms",
        done=lambda made: PROPOSED if isinstance(made, Approval) else _("The terms are stored."),
        submit_label="" if draft else _("Propose"),
        context={"sections": form.sections()},
    )


class BenchmarkForm(forms.Form):
    """A benchmark from a day on."""

    from_on = forms.DateField(label=_("From"))
    low = forms.DecimalField(
        label=_("Benchmark, or its lower end, in % a year"), required=False, max_digits=7, decimal_places=4
    )
    high = forms.DecimalField(label=_("Upper end in % a year"), required=False, max_digits=7, decimal_places=4)
    formula = forms.CharField(
        label=_("Benchmark in words"),
        required=False,
        max_length=200,
        help_text=_("For an index or a formula, or why the product has none"),
    )
    basis = _reason(_("How it was reckoned"))


def benchmark(request: HttpRequest, pk: int) -> HttpResponse:
    """Another benchmark: the earlier ones stay on the page."""
    actor = need(request, "products.change_benchmark")
    file = product_file(actor, pk)
    form = BenchmarkForm(request.POST or None, initial={"from_on": business_date()})
    draft = file.product.state == ProductState.DRAFT
    if not draft:
        form.fields["reason"] = _reason(_("Why does it change?"))
    return form_page(
        request,
        form,
        lambda data: change_benchmark(pk, actor=actor, data=BenchmarkData(**data)),
        title=_("Benchmark of performance"),
        sub=file.product.shown_name,
        back_url=reverse("products:product", args=[pk]),
        done=lambda made: PROPOSED if isinstance(made, Approval) else _("The benchmark is stored."),
        submit_label="" if draft else _("Propose"),
        template="products/reason.html",
        context={"hint": benchmark_words()},
    )
