"""What a re-rating changed: figures, by manager, the holders, the list as a file; the rounds on a product's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.ui.form_page import need
from kexin.core.ui.panels import actions_for
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.party.models import Party
from kexin.party.naming import shown_name
from kexin.people.models import by_language
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.rerated import (
    EXPORT,
    export_rematch,
    reasons_of,
    rematch_by_manager,
    rematch_file,
    rematches,
)
from kexin.suitability.matching.shelf import VIEW_DECISIONS, rematched

LEVELS = {MatchOutcome.ALLOW: "good", MatchOutcome.CONDITIONS: "warn", MatchOutcome.REFUSE: "bad"}
SHOWN = 200


class ExportForm(forms.Form):
    """Purpose and format."""

    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
    format = forms.ChoiceField(
        label=_("Format"), choices=[("xlsx", "XLSX"), ("csv", "CSV")], initial="xlsx", widget=forms.RadioSelect
    )


@require_GET
def rematch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures, managers and holders within reach."""
    actor = need(request, VIEW_DECISIONS)
    run, lines = rematched(actor, pk)
    managers = rematch_by_manager(actor, pk)
    found = list(lines[:SHOWN])
    decrypt_rows(Party, [line.customer.party for line in found], ("name",))
    rows = [
        {
            "line": line,
            "name": shown_name(actor, line.customer),
            "level": LEVELS[MatchOutcome(line.after)],
            "words": reasons_of(line),
        }
        for line in found
    ]
    customers = sum(each.customers for each in managers)
    context = {
        "run": run,
        "product_name": by_language(run.product.name, run.product.name_en),
        "rows": rows,
        "managers": managers,
        "customers": customers,
        "refused": sum(each.refused for each in managers),
        "held": sum((each.held for each in managers), Decimal(0)),
        "more": max(customers - SHOWN, 0),
        "may_export": actor.may(EXPORT),
        "head_actions": actions_for(request, "rematch", run.pk),
    }
    return render(request, "suitability/rematch.html", context)


def rematch_export(request: HttpRequest, pk: int) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET asks what for and in which format; POST sends the file."""
    actor = need(request, EXPORT)
    run, _lines = rematched(actor, pk)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_rematch(run, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return sent(form.cleaned_data["format"], rematch_file(run, rows, actor), actor)
    context = {
        "title": _t("Export the holders of a re-rating"),
        "sub": f"{by_language(run.product.name, run.product.name_en)} R{run.before} → R{run.after}",
        "form": form,
        "back_url": reverse("suitability:rematch", args=[pk]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def rematches_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """On the page of a product: each time its holders were matched anew."""
    return "suitability/panel_rematches.html", {"runs": list(rematches(actor_of(request), pk)[:12])}
