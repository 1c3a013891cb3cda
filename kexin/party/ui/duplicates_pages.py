"""Possible duplicates: the queue, the comparison side by side, the proposal, and undoing a merge."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.listing import listed
from kexin.core.masking import mask_contact, mask_identity
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table, View
from kexin.party.duplicates import REASONS
from kexin.party.models import Customer, DuplicateCandidate, MergeRecord
from kexin.party.naming import in_charge, shown_name
from kexin.party.operations import dismiss_duplicate, propose_merge, undo_merge
from kexin.party.operations.customers import PARTY_FIELDS
from kexin.party.queries import customer_file, duplicate, duplicates, open_names
from kexin.party.ui.forms import BasicsForm


class DuplicateTable(Table):
    """疑似重复."""

    name = "party.duplicates"
    caption = gettext_lazy("Possible duplicates")
    default_sort = "-found"
    empty_title = gettext_lazy("No possible duplicates")
    empty_text = gettext_lazy("Pairs found when files are opened or imported will stand here.")
    empty_icon = "users"
    views = (
        View("open", gettext_lazy("To be reviewed")),
        View("merged", gettext_lazy("Merged"), "status=merged"),
        View("dismissed", gettext_lazy("Different persons"), "status=dismissed"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("first", gettext_lazy("File"), value=lambda row: shown_name(actor, row.first), phone="title"),
            Column("second", gettext_lazy("Looks like"), value=lambda row: shown_name(actor, row.second)),
            Column("numbers", gettext_lazy("Customer numbers"), value=_numbers, phone="sub"),
            Column("why", gettext_lazy("Why"), value=_why),
            Column("status", gettext_lazy("State"), value=lambda row: row.get_status_display()),
            Column(
                "found", gettext_lazy("Found"), value=lambda row: moment(row.found_at), sort="found_at", first="desc"
            ),
        )

    def row_url(self, row: DuplicateCandidate) -> str:
        return reverse("party:duplicate", args=[row.pk])


def _why(row: DuplicateCandidate) -> str:
    return listed(str(REASONS.get(code, code)) for code in row.reasons)


def _found(row: DuplicateCandidate) -> str:
    return moment(row.found_at)


def _numbers(row: DuplicateCandidate) -> str:
    return f"{row.first.customer_no} · {row.second.customer_no}"


def duplicate_list(request: HttpRequest) -> HttpResponse:
    """GET: the queue."""
    actor = actor_of(request)
    status = request.GET.get("status", "")
    table = DuplicateTable(request, duplicates(actor, status if status in ("merged", "dismissed") else ""))
    open_names([each for row in table.page.rows for each in (row.first, row.second)])
    return render(request, "core/page_list.html", {"title": _("Possible duplicates"), "table": table})


def _side(actor: Actor, customer: Customer) -> dict[str, Any]:
    file = customer_file(actor, customer)
    return {
        "customer": customer,
        "name": shown_name(actor, customer),
        "whole": in_charge(actor, customer),
        "documents": [(each.get_type_display(), mask_identity(each.number)) for each in file.documents],
        "contacts": [(each.get_kind_display(), mask_contact(each.value)) for each in file.contacts],
        "addresses": [each.area for each in file.addresses],
    }


def duplicate_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The two files side by side; propose which one stays and whose values, or say that they differ."""
    actor = actor_of(request)
    pair = duplicate(actor, pk)
    sides = [_side(actor, pair.first), _side(actor, pair.second)]
    error = ""
    if request.method == "POST":
        try:
            if "dismiss" in request.POST:
                dismiss_duplicate(pair, actor=actor, note=request.POST.get("note", ""))
                messages.success(request, _("Noted: different persons."))
            else:
                keep = pair.first if request.POST.get("keep") == str(pair.first_id) else pair.second
                choices = {
                    name: "absorbed" if value != str(keep.pk) else "kept"
                    for name in (*PARTY_FIELDS, "name", "born_on")
                    if (value := request.POST.get(f"of-{name}", ""))
                }
                propose_merge(pair, actor=actor, keep=keep, choices=choices, reason=request.POST.get("note", ""))
                messages.success(request, _("The merge is proposed; another person decides."))
            return redirect("party:duplicates")
        except (RuleViolation, Conflict) as refusal:
            error = " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)
    lines = []
    for name in ("name", "born_on", *PARTY_FIELDS):
        values = [_shown(actor, each, name) for each in (pair.first, pair.second)]
        if any(values):
            label = BasicsForm.base_fields[name].label if name in BasicsForm.base_fields else name
            lines.append({"name": name, "label": label, "values": values, "differ": values[0] != values[1]})
    context = {"title": _("Compare files"), "pair": pair, "sides": sides, "lines": lines, "error": error}
    context |= {
        "why": [REASONS.get(code, code) for code in pair.reasons],
        "may_propose": actor.may("party.propose_merge") and pair.status == "open",
        "may_dismiss": actor.may("party.dismiss_duplicate") and pair.status == "open",
        "back_url": reverse("party:duplicates"),
    }
    return render(request, "party/duplicate.html", context)


def _shown(actor: Actor, customer: Customer, name: str) -> str:
    if name == "name":
        return shown_name(actor, customer)
    value = getattr(customer.party, name)
    if name == "born_on":
        return str(value) if value and in_charge(actor, customer) else str(customer.born_year or "")
    display = getattr(customer.party, f"get_{name}_display", None)
    words = dict(BasicsForm.base_fields[name].choices) if name == "language" else {}  # type: ignore[attr-defined]
    return str(display()) if display else str(words.get(value, value) or "")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: take a merge back."""
    record = MergeRecord.objects.filter(pk=pk).first()
    if record is None:
        raise Http404
    try:
        restored = undo_merge(record, actor=actor_of(request), reason=request.POST.get("reason", ""))
    except RuleViolation as refusal:
        messages.error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message))
        return redirect("party:customer", pk=record.kept_id)
    messages.success(request, _("The merge is undone; both files stand again."))
    return redirect("party:customer", pk=restored.pk)
