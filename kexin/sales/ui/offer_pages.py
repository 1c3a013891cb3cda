"""Sending a customer information about a product, from the customer's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need
from kexin.party.models import Customer
from kexin.products.choices import ProductClass, ProductState
from kexin.products.models import Product
from kexin.sales.notices.choices import TellingState
from kexin.sales.notices.offering import SEND, Offered, send_product

NOT_OFFERED = (ProductClass.CURRENT, ProductClass.CARD, ProductClass.LOAN)
MOST = 2_000


class OfferForm(forms.Form):
    product = forms.TypedChoiceField(label=_("Product"), coerce=int, widget=SearchSelect())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sold = Product.objects.filter(state=ProductState.ADMITTED).exclude(product_class__in=NOT_OFFERED)
        rows = [(each.pk, f"{each.shown_name} {each.code}") for each in sold.order_by("code")[:MOST]]
        self.fields["product"].choices = [("", ""), *rows]  # type: ignore[attr-defined]


def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks which product; POST sends it, or shows the opinion that refuses."""
    actor = need(request, SEND)
    customer = Customer.objects.visible_to(actor, SEND).fetch(pk, actor, SEND)
    home = reverse("party:customer", args=[pk])
    return form_page(
        request,
        OfferForm(request.POST or None, initial={"product": request.GET.get("product", "")}),
        lambda data: send_product(customer, Product(pk=data["product"]), actor=actor),
        title=_("Send product information"),
        sub=_("An opinion is given first and kept. Only reviewed words are sent, to the portal's messages."),
        back_url=f"{home}?tab=fits",
        go=lambda made: reverse("suitability:decision", args=[made.decision.pk]) if made.telling is None else home,
        done=_done,
        submit_label=_("Send product information"),
    )


def _done(made: Offered) -> str:
    if made.telling is None:
        return _t("Nothing was sent: the opinion refuses.")
    if made.telling.state == TellingState.UNTOLD:
        return _t("It lies in the portal's messages; the customer agreed to no channel for a prompt.")
    return _t("It lies in the portal's messages, and the customer is prompted.")
