"""销售监督 on the screen: the figures of a unit and a period, the list behind each number, the file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation, SecondFactorNeeded
from kexin.core.models import Role
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import day, moment, money
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.holdings.ui.export import ExportForm
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.people.queries import units_in_reach
from kexin.sales.models import Sale
from kexin.sales.oversight.choices import ItemSource
from kexin.sales.oversight.compliance import (
    VIEW_OVERSIGHT,
    Asked,
    Line,
    asked_for,
    exceptional_sales,
    judged_sales,
    oversight,
    refused_opinions,
)
from kexin.sales.oversight.exporting import EXPORT_OVERSIGHT, export_oversight, oversight_file
from kexin.sales.oversight.policies import RiskRegisterPolicy
from kexin.sales.oversight.queries import VIEW_ITEMS
from kexin.sales.oversight.verdicts import Fault
from kexin.sales.queries import VIEW as VIEW_SALES
from kexin.sales.recordings.queries import VIEW_RECORDINGS, recordings
from kexin.sales.ui.conduct_pages import acknowledgement_lines
from kexin.suitability.assessments.lists import DUE, EXPIRED, OFTEN, StandingFilter, narrowed, standings
from kexin.suitability.assessments.queries import VIEW as VIEW_STANDINGS

MOST = 500
EXCEPTIONS = {
    "approved": _("Approved by a second person"),
    "refused": _("Refused after the opening"),
    "insisted": _("The customer insisted"),
    "unrecorded": _("Waiting for a recording"),
}
ASSESSMENTS = {
    DUE: _("Assessments ending soon"),
    EXPIRED: _("Assessments run out"),
    OFTEN: _("Customers near the limit of assessments"),
}
RECORDINGS = {
    "awaited": _("Recordings chosen, not inspected yet"),
    "faulty": _("Recordings with a fault"),
    "uncorrected": _("Correction owed"),
    "passed": _("Recordings passed"),
}


class DayInput(forms.DateInput):
    input_type = "date"


class OversightForm(forms.Form):
    """Unit and period, and the day at whose end it was known."""

    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)
    first = forms.DateField(label=_("From"), required=False, widget=DayInput())
    last = forms.DateField(label=_("Until"), required=False, widget=DayInput())
    as_of = forms.DateField(label=_("As known at the end of"), required=False, widget=DayInput())

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__(data)
        units = units_in_reach(actor, VIEW_OVERSIGHT)[:MOST]
        named = [(str(unit.pk), "　" * max(unit.path.count("/") - 2, 0) + unit.shown_name) for unit in units]
        self.fields["unit"].choices = [("", _t("All")), *named]  # type: ignore[attr-defined]


def _asked(form: OversightForm) -> Asked:
    """The question of an address. RuleViolation for days that make no period, NotFound for a unit out of reach."""
    if not form.is_valid():
        if "unit" in form.errors:
            raise NotFound
        raise RuleViolation(_("Enter a valid day."))
    data = form.cleaned_data
    return asked_for(data["first"], data["last"], data["unit"], data["as_of"])


def _query(asked: Asked, **more: str) -> str:
    pairs = {"unit": asked.unit_id or "", "first": asked.first, "last": asked.last, "as_of": asked.as_of, **more}
    return urlencode({name: value for name, value in pairs.items() if value != ""})


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """GET /oversight/?unit=&first=&last=&as_of=."""
    actor = need(request, VIEW_OVERSIGHT)
    form = OversightForm(request.GET.copy(), actor=actor)
    context: dict[str, Any] = {"title": _("Oversight of sales"), "form": form}
    try:
        asked = _asked(form)
    except RuleViolation as refusal:
        put_errors(form, refusal)
        context["refused"] = [*refusal.fields.values()] or [refusal.message]
        return render(request, "sales/oversight.html", context, status=422)
    found = oversight(actor, asked)
    form.data = {
        "unit": str(asked.unit_id or ""),
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "as_of": asked.as_of.isoformat(),
    }
    key = "en" if (get_language() or "").startswith("en") else "zh"
    lists = reverse("oversight:list") if actor.may(VIEW_SALES) else ""

    def url(**more: str) -> str:
        return f"{lists}?{_query(asked, **more)}" if lists else ""

    def unit_url(line: Line) -> str:
        return f"?{_query(Asked(asked.first, asked.last, asked.as_of, line.key))}"

    def both(**more: int) -> tuple[str, str]:
        """The addresses of the executed sales, and of those in order, of one unit or seller."""
        text = {name: str(value) for name, value in more.items()}
        return url(**text), url(**text, fault="none")

    exceptions = {"approved": found.approved, "refused": found.turned_down, "insisted": found.insisted}
    exceptions["unrecorded"] = found.unrecorded
    context |= {
        "found": found,
        "executed_url": url(),
        "compliant_url": url(fault="none"),
        "faults": [(fault.label, count, url(fault=fault.value)) for fault, count in found.faults],
        "units": [(line, unit_url(line), *both(own_unit_id=line.key)) for line in found.units],
        "sellers": [(line, *both(seller_id=line.key)) for line in found.sellers[:50]],
        "refused_url": url(what="opinions"),
        "refusals": [(row.words[key], row.count, url(what="opinions", code=row.code)) for row in found.refusals],
        "exceptions": [(EXCEPTIONS[code], count, url(what=code)) for code, count in exceptions.items()],
        "items": [(source.label, count, sure, _items_url(actor, asked, source)) for source, count, sure in found.items],
        "assessments": _assessments(actor, asked),
        "recordings": _recordings(actor, asked),
        "conduct": acknowledgement_lines(actor, asked.unit_id),
        "sellers_url": reverse("people_sellers") if actor.may("people.view_qualifications") else "",
        "risks": _risks(key),
        "export_url": f"{reverse('oversight:export')}?{_query(asked)}" if actor.may(EXPORT_OVERSIGHT) else "",
    }
    return render(request, "sales/oversight.html", context)


def _items_url(actor: Actor, asked: Asked, source: ItemSource) -> str:
    if not actor.may(VIEW_ITEMS):
        return ""
    pairs = {"source": source.value, "found_on_after": asked.first, "found_on_before": asked.last}
    return f"{reverse('oversight:items')}?{urlencode(pairs)}"


def _assessments(actor: Actor, asked: Asked) -> list[tuple[Any, int, str]]:
    """As of today, whatever the period: who must be assessed soon."""
    if not actor.may(VIEW_STANDINGS):
        return []
    wanted = {code: StandingFilter(code, unit_id=asked.unit_id) for code in ASSESSMENTS}
    base = reverse("suitability:assessments")
    unit = {"unit": str(asked.unit_id)} if asked.unit_id else {}
    return [
        (ASSESSMENTS[code], narrowed(standings(actor), each).count(), f"{base}?{urlencode({'what': code, **unit})}")
        for code, each in wanted.items()
    ]


def _recordings(actor: Actor, asked: Asked) -> list[tuple[Any, int, str]]:
    if not actor.may(VIEW_RECORDINGS):
        return []
    base = reverse("recordings:list")
    return [(RECORDINGS[code], recordings(actor, code).count(), f"{base}?which={code}") for code in RECORDINGS]


def _risks(key: str) -> list[dict[str, Any]]:
    today = business_date()
    roles = {row.code: row.name_en if key == "en" else row.name for row in Role.objects.all()}
    return [
        {
            "source": each.source.label,
            "name": each.words[key],
            "cause": each.cause[key],
            "control": each.control[key],
            "owner": roles.get(each.owner, each.owner),
            "review_on": each.review_on,
            "late": each.review_on < today,
        }
        for each in in_force(RiskRegisterPolicy).register
    ]


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /oversight/list/?…&fault= or &what=: the sales, or the opinions, that make up a number."""
    actor = actor_of(request)
    refusals = [actor.refusal(each) for each in (VIEW_OVERSIGHT, VIEW_SALES) if not actor.may(each)]
    if refusals:  # a right that is missing counts before a second factor that is
        raise min(refusals, key=lambda each: isinstance(each, SecondFactorNeeded))
    asked = _asked(OversightForm(request.GET, actor=actor))
    what, fault, code = (request.GET.get(name, "") for name in ("what", "fault", "code"))
    if what == "opinions":
        title, heads, rows, total = _opinion_rows(actor, asked, code)
    elif what in EXCEPTIONS:
        found = exceptional_sales(actor, asked, what)
        title, total = EXCEPTIONS[what], found.count()
        heads, rows = _sale_rows(actor, [(row, moment(row.opened_at), str(row.reason)) for row in found[:MOST]])
    else:
        narrowed_to = {name: _number(request, name) for name in ("seller_id", "own_unit_id")}
        judged = judged_sales(actor, asked, fault, most=MOST, **narrowed_to)
        known = fault in Fault.values
        title = Fault(fault).label if known else _("Sales in order") if fault == "none" else _("Executed sales")
        total = judged.total
        told = [
            (each.sale, moment(each.executed_at), " · ".join(str(fault.label) for fault in each.faults))
            for each in judged
        ]
        heads, rows = _sale_rows(actor, told)
    context = {
        "title": title,
        "heads": heads,
        "lines": [(row, list(zip(heads[1:], row["cells"], strict=True))) for row in rows],
        "rows": rows,
        "total": total,
        "most": MOST,
        "asked": asked,
        "back_url": f"{reverse('oversight:page')}?{_query(asked)}",
    }
    return render(request, "sales/oversight_list.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    """A key in the address; what is none narrows nothing."""
    said = request.GET.get(name, "")
    return int(said) if said.isdigit() and len(said) < 18 else None


def _sale_rows(actor: Actor, told: list[tuple[Sale, str, str]]) -> tuple[list[Any], list[dict[str, Any]]]:
    open_names([row.customer for row, _when, _words in told])
    heads = [_("Customer"), _("Product"), _("Amount"), _("Seller"), _("Unit"), _("When"), _("Remark")]
    rows = [
        {
            "url": reverse("sales:sale", args=[row.pk]),
            "name": row.sale_no,
            "cells": [
                shown_name(actor, row.customer), row.product.shown_name, f"{money(row.amount)} {row.currency}",
                row.seller.shown_name, row.unit.shown_name, when, words,
            ],
        }
        for row, when, words in told
    ]  # fmt: skip
    return [_("Sale number"), *heads], rows


def _opinion_rows(actor: Actor, asked: Asked, code: str) -> tuple[Any, list[Any], list[dict[str, Any]], int]:
    found = refused_opinions(actor, asked, code)
    rows = list(found[:MOST])
    open_names([row.customer for row in rows])
    key = "en" if (get_language() or "").startswith("en") else "zh"
    heads = [_("Matching opinion"), _("Customer"), _("Product"), _("Seller"), _("When"), _("Reasons")]
    lines = [
        {
            "url": reverse("suitability:decision", args=[row.pk]),
            "name": f"{row.pk}",
            "cells": [
                shown_name(actor, row.customer), row.product.shown_name, row.seller.shown_name if row.seller else "–",
                day(row.decided_on), " ".join(each["words"][key] for each in row.refusals),
            ],
        }
        for row in rows
    ]  # fmt: skip
    return _("Opinions that speak against a sale"), heads, lines, found.count()


def export(request: HttpRequest) -> HttpResponseBase:
    """GET asks what for; POST sends the executed sales of the period as a file."""
    actor = need(request, EXPORT_OVERSIGHT)
    asked = _asked(OversightForm(request.GET, actor=actor))
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_oversight(asked, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], oversight_file(rows), actor)
    context = {
        "title": _t("Export the oversight of sales"),
        "sub": f"{day(asked.first)} – {day(asked.last)}",
        "form": form,
        "back_url": f"{reverse('oversight:page')}?{_query(asked)}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
