"""The audit viewer: entries by filters in the address, one entry, who saw a customer, the seal, export."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from kexin.core import names
from kexin.core.audit_operations import start_examination
from kexin.core.audit_queries import (
    DEFAULT_DAYS,
    Place,
    Wanted,
    audit_entry,
    audit_file,
    audit_page,
    export_audit,
    seal_state,
    who_saw,
)
from kexin.core.calendar import zone
from kexin.core.choices import Outcome
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.export import FORMATS
from kexin.core.models import AuditEntry
from kexin.core.operation import doors
from kexin.core.ui.form_page import need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent

LEVELS = {Outcome.DONE: "good", Outcome.READ: "", Outcome.REFUSED: "bad"}


class AuditForm(forms.Form):
    """What is asked; dates default to the last seven days."""

    first = forms.DateField(label=_("From"), required=False)
    last = forms.DateField(label=_("Until"), required=False)
    actor = forms.CharField(label=_("Actor"), required=False, max_length=80)
    operation = forms.ChoiceField(label=_("Operation"), required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=[("", ""), *Outcome.choices])
    customer = forms.CharField(label=_("Customer number"), required=False, max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = sorted((name, f"{door.label} {name}") for name, door in doors.items())
        self.fields["operation"].choices = [("", ""), *known]  # type: ignore[attr-defined]
        self.fields["operation"].widget.attrs["data-search-select"] = "local"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number = data.get("customer", "").strip()
        data["customer_id"] = None
        if number:
            data["customer_id"] = names.customer_id(number)
            if data["customer_id"] is None:
                self.add_error("customer", _t("No customer has this number."))
        return data

    def wanted(self) -> Wanted:
        today = dt.datetime.now(zone()).date()
        data = self.cleaned_data
        last = data.get("last") or today
        first = data.get("first") or last - dt.timedelta(days=DEFAULT_DAYS - 1)
        return Wanted(
            first,
            last,
            data.get("actor", "").strip(),
            data.get("operation", ""),
            data.get("outcome", ""),
            data.get("customer_id"),
        )


def _shown(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    people = names.people([entry.actor_name for entry in entries])
    numbers = names.customers([entry.customer_id for entry in entries if entry.customer_id])
    return [
        {
            "entry": entry,
            "label": doors[entry.operation].label if entry.operation in doors else entry.operation,
            "who": people.get(entry.actor_name, entry.actor_name),
            "customer": numbers.get(entry.customer_id, "") if entry.customer_id else "",
            "level": LEVELS.get(Outcome(entry.outcome), ""),
            "url": reverse("core:audit_entry", args=[entry.id]) + "?" + urlencode({"at": entry.at.isoformat()}),
        }
        for entry in entries
    ]


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    actor = need(request, "core.view_audit")
    form = AuditForm({**_last_days(), **request.GET.dict()})
    lines: list[dict[str, Any]] = []
    following = ""
    status = 422
    wanted = None
    if form.is_valid():
        wanted = form.wanted()
        try:
            entries, place = audit_page(actor, wanted, Place.read(request.GET.get("at", "")))
        except RuleViolation as refusal:
            form.add_error("last", " ".join(str(text) for text in refusal.fields.values()))
        else:
            status = 200
            lines = _shown(entries)
            following = _address(request, at=str(place)) if place else ""
    context = {
        "form": form,
        "wanted": wanted,
        "lines": lines,
        "next_url": following,
        "first_url": _address(request) if "at" in request.GET else "",
        "query": _address(request),
        "seal": seal_state(actor),
        "who_url": f"{reverse('core:audit_who')}?{urlencode({'customer': request.GET['customer']})}"
        if request.GET.get("customer")
        else "",
    }
    return render(request, "core/audit.html", context, status=status)


def _last_days() -> dict[str, str]:
    """The period where none is asked for, shown in the form so that nobody takes it for everything."""
    today = dt.datetime.now(zone()).date()
    return {"first": str(today - dt.timedelta(days=DEFAULT_DAYS - 1)), "last": str(today)}


def _address(request: HttpRequest, **more: str) -> str:
    data = request.GET.copy()
    data.pop("at", None)
    for key, value in more.items():
        data[key] = value
    return f"?{data.urlencode()}"


@require_GET
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry, as a page or as the side panel."""
    try:
        at = dt.datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError as error:
        raise NotFound from error
    if at.tzinfo is None:
        raise NotFound
    found = audit_entry(actor_of(request), number, at)
    as_text = {
        name: json.dumps(getattr(found, name), ensure_ascii=False, indent=2)
        for name in ("arguments", "policies", "events", "inner_operations")
        if getattr(found, name)
    }
    template = "core/parts/audit_entry.html" if request.headers.get("HX-Request") else "core/audit_entry.html"
    return render(request, template, {**_shown([found])[0], **as_text})


@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """Who saw or changed one customer's data in a period."""
    actor = need(request, "core.view_audit")
    form = AuditForm(request.GET)
    rows: list[dict[str, Any]] = []
    if form.is_valid() and form.cleaned_data["customer_id"] is not None:
        asked = form.wanted()
        first = form.cleaned_data.get("first") or asked.last - dt.timedelta(days=89)
        rows = who_saw(actor, form.cleaned_data["customer_id"], first, asked.last)
        known = names.people([row["actor_name"] for row in rows])
        for row in rows:
            row["name"] = known.get(row["actor_name"], row["actor_name"])
    return render(
        request, "core/audit_who.html", {"form": form, "rows": rows, "number": request.GET.get("customer", "")}
    )


@require_POST
def examine(request: HttpRequest) -> HttpResponse:
    actor = need(request, "core.verify_audit")

    def act() -> None:
        try:
            start_examination(actor=actor)
        except AlreadyEnqueued as error:
            raise RuleViolation(_("An examination is waiting already.")) from error

    done = _("The seal is being examined; the result appears here.")
    return post_only(request, act, back_url=reverse("core:audit"), done=done)


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """The entries of the filters in the address, in the format of the button."""
    actor = need(request, "core.export_audit")
    form, wanted_format = AuditForm(request.GET), request.POST.get("format", "csv")
    if not form.is_valid() or wanted_format not in FORMATS:
        raise RuleViolation(_("Please look at the marked fields."))
    rows = export_audit(actor=actor, wanted=form.wanted())
    return sent(wanted_format, audit_file(rows), actor)
