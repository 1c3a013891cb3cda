"""A sale's dossier and the evidence of a re-rating: first what for, then the signed file."""

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
from kexin.sales.operations.dossiers import LONGEST_PURPOSE, export_dossier, export_rerating
from kexin.suitability.matching.shelf import rematched

EXPORT, EXPORT_RERATING = "sales.export_dossier", "sales.export_rerating"


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
        "sub": f"{sale.sale_no} · {sale.product.shown_name} · {sale.customer.customer_no}",
        "form": form,
        "back_url": reverse("party:customer", args=[sale.customer_id]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def rerating(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /rematching/1/evidence/ asks what for; POST sends the signed file."""
    actor = actor_of(request)
    if not actor.may(EXPORT_RERATING):
        raise actor.refusal(EXPORT_RERATING)
    run, _lines = rematched(actor, pk)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            file = export_rerating(run, actor=actor, purpose=form.cleaned_data["purpose"])
        except (RuleViolation, CannotTypeset) as refusal:
            form.add_error(None, str(refusal.message) or " ".join(str(each) for each in refusal.fields.values()))
        else:
            answer = HttpResponse(file.content, content_type="application/pdf")
            answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
            return answer
    context = {
        "title": _t("Evidence of a re-rating"),
        "sub": f"{run.product.shown_name} · R{run.before} → R{run.after}",
        "form": form,
        "back_url": reverse("suitability:rematch", args=[pk]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
