"""An account's transactions as a file: first what for and in which format, then the file."""

from __future__ import annotations

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation
from kexin.core.masking import mask_account
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.holdings.operations.export import as_file, export_transactions
from kexin.holdings.queries import account_in_reach
from kexin.holdings.ui.tables import TransactionForm


class ExportForm(forms.Form):
    """Purpose and format."""

    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("xlsx", "XLSX"), ("csv", "CSV"), ("parquet", "Parquet")],
        initial="xlsx",
        widget=forms.RadioSelect,
    )


def export(request: HttpRequest, pk: int) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET with the list's filters asks; POST sends the file. The filters travel in the address."""
    actor = actor_of(request)
    account = account_in_reach(actor, pk, "holdings.export_transactions").account
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_transactions(
                pk, actor=actor, wanted=TransactionForm(request.GET).wanted(), purpose=form.cleaned_data["purpose"]
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return sent(form.cleaned_data["format"], as_file(pk, rows), actor)
    context = {
        "title": _t("Export transactions"),
        "sub": f"{account.get_kind_display()} {mask_account(account.number)}",
        "form": form,
        "back_url": reverse("holdings:account", args=[pk]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
