"""A sale's dossier: first what for, then the signed file."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import NotFound, RuleViolation
from kexin.core.typeset import CannotTypeset
from kexin.core.ui.request import actor_of
from kexin.sales.models import Sale
from kexin.sales.operations.dossiers import LONGEST_PURPOSE, export_dossier

EXPORT = "sales.export_dossier"


class PurposeForm(forms.Form):
    """What the file is taken out for."""

    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=LONGEST_PURPOSE,
        help_text=_("The file carries your name and the time; what you export and why is recorded."),
    )


def dossier(request: HttpRequest, sale_no: str) -> HttpResponse:
    """GET /sales/S1/dossier/ asks what for; POST sends the file."""
    actor = actor_of(request)
    if not actor.may(EXPORT):
        raise actor.refusal(EXPORT)
    sale = Sale.objects.visible_to(actor, EXPORT).select_related("customer", "product").filter(sale_no=sale_no).first()
    if sale is None:
        raise NotFound
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            file = export_dossier(sale, actor=actor, purpose=form.cleaned_data["purpose"])
        except (RuleViolation, CannotTypeset) as refusal:
            form.add_error(None, str(refusal.message) or " ".join(str(each) for each in refusal.fields.values()))
        else:
            answer = HttpResponse(file.content, content_type="application/pdf")
            answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
            return answer
    context = {
        "title": _t("Dossier of a sale"),
        "sub": f"{sale.sale_no} · {sale.product.name} · {sale.customer.customer_no}",
        "form": form,
        "back_url": reverse("party:customer", args=[sale.customer_id]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
