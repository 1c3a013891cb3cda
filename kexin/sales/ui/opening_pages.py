"""Opening a sale on the screen: what and how much, the matching opinion with every reason, then the sale itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import need, put_errors
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.products.models import Product
from kexin.products.queries import for_public, saleable
from kexin.sales.choices import SaleChannel
from kexin.sales.matching import ASKED
from kexin.sales.operations.opening import open_sale
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.gather import is_qualified
from kexin.suitability.matching.operations import match
from kexin.suitability.models import SuitabilityDecision


class SaleForm(forms.Form):
    """One product, one amount, and how the sale happens."""

    product = forms.TypedChoiceField(label=_("Product"), coerce=int, widget=SearchSelect())
    amount = forms.DecimalField(label=_("Amount"), max_digits=20, decimal_places=2, min_value=0)
    channel = forms.ChoiceField(label=_("Channel"), choices=SaleChannel.choices)
    staff_took_part = forms.BooleanField(
        label=_("Staff took part"),
        required=False,
        initial=True,
        help_text=_("Decides on the premises whether the sale is recorded, whichever device is used."),
    )
    payment_years = forms.IntegerField(
        label=_("Years of payment"),
        required=False,
        min_value=1,
        max_value=60,
        help_text=_("Insurance only: over how many years the premium is paid; 1 is a single premium."),
    )
    insists = forms.BooleanField(
        label=_("The customer insists"),
        required=False,
        help_text=_("Only where the rules of the product leave room for it; what follows is told with the opinion."),
    )

    def __init__(self, *args: Any, products: QuerySet[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = products.order_by("name")
        english = (get_language() or "").startswith("en")
        named = [(row.pk, f"{(row.name_en if english and row.name_en else row.name)} · {row.code}") for row in rows]
        self.fields["product"].choices = [("", ""), *named]  # type: ignore[attr-defined]


def new_for(request: HttpRequest, pk: int) -> HttpResponse:
    """``?product=`` fills the form. A refusing opinion is shown with its reasons; nothing is opened then."""
    actor = need(request, "sales.open_sale")
    customer = customer_in_reach(actor, pk)
    offered = saleable(actor) if is_qualified(pk) else for_public(saleable(actor))
    form = SaleForm(request.POST or None, products=offered, initial={"product": request.GET.get("product", "")})
    status, opinion = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            product = Product.objects.get(pk=data["product"])
            channel = SaleChannel(data["channel"])
            try:
                opinion = match(
                    customer,
                    product,
                    actor=actor,
                    channel=ASKED[channel],
                    amount=data["amount"],
                    insists=data["insists"],
                    payment_years=data["payment_years"],
                )
                if opinion.outcome != MatchOutcome.REFUSE:
                    sale = open_sale(
                        customer,
                        product,
                        actor=actor,
                        amount=data["amount"],
                        channel=channel,
                        staff_took_part=data["staff_took_part"],
                        decision_no=opinion.pk,
                    )
                    return redirect("sales:sale", pk=sale.pk)
            except RuleViolation as refusal:
                put_errors(form, refusal)
    context = {
        "form": form,
        "title": _("Open a sale"),
        "sub": shown_name(actor, customer),
        "back_url": reverse("party:customer", args=[pk]),
        "submit_label": _("Ask for the matching opinion"),
        "opinion": opinion,
        "reasons": told_reasons(opinion) if opinion is not None else [],
    }
    return render(request, "sales/open_sale.html", context, status=status)


def told_reasons(opinion: SuitabilityDecision) -> list[dict[str, str]]:
    """Each reason against, or condition, in the reader's language, with its legal basis."""
    key = "en" if (get_language() or "").startswith("en") else "zh"
    return [
        {"text": each["words"][key], "basis": str(each["basis"]), "code": each["code"]}
        for each in [*opinion.refusals, *opinion.conditions]
    ]
