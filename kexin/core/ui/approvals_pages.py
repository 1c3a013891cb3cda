"""Proposals: the inbox, one proposal, deciding and withdrawing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.approval import approvables, decide_approval, may_decide, withdraw_approval
from kexin.core.approval_queries import approval_file, decided_by, proposed_by, to_decide
from kexin.core.choices import ApprovalStatus, Reach
from kexin.core.errors import RuleViolation
from kexin.core.listing import listed
from kexin.core.models import Approval
from kexin.core.operation import doors
from kexin.core.policy_queries import proposed_change
from kexin.core.ui.form_page import post_only, put_errors
from kexin.core.ui.request import actor_of

# What the keys of a summary are called; floors use these words or register their own with ``register_words``.
_WORDS: dict[str, Any] = {
    "role": _("Role"),
    "post": _("Post"),
    "unit": _("Unit"),
    "reach": _("Reach"),
    "added": _("Added"),
    "removed": _("Removed"),
    "policy": _("Policy"),
    "version": _("Version"),
    "in_force_from": _("In force from"),
    "customer": _("Customer number"),
    "kept": _("Customer that stays"),
    "absorbed": _("Customer that goes into it"),
    "why": _("Signs"),
}
LEVELS = {
    ApprovalStatus.OPEN: "warn",
    ApprovalStatus.APPROVED: "good",
    ApprovalStatus.REJECTED: "bad",
    ApprovalStatus.WITHDRAWN: "",
}


def register_words(**words: Any) -> None:
    """Names for further keys of summaries."""
    _WORDS.update(words)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return listed(_value(each) for each in value)
    text = str(value)
    if text in doors:
        return f"{doors[text].label}"
    return str(Reach(text).label) if text in Reach.values else text


def _label(row: Approval) -> Any:
    declared = approvables.get(row.operation)
    return declared.label if declared else row.operation


def _lines(rows: list[Approval]) -> list[dict[str, Any]]:
    known = names.people([each for row in rows for each in (row.maker_name, row.checker_name)])
    return [
        {
            "row": row,
            "label": _label(row),
            "summary": " · ".join(_value(value) for value in row.summary.values())[:160],
            "maker": known.get(row.maker_name, row.maker_name),
            "checker": known.get(row.checker_name, row.checker_name),
            "level": LEVELS[ApprovalStatus(row.status)],
        }
        for row in rows
    ]


_TABS = (
    ("decide", _("To decide"), to_decide),
    ("mine", _("Proposed by me"), proposed_by),
    ("decided", _("Decided by me"), decided_by),
)


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("tab", "decide")
    read = {name: query for name, _label_, query in _TABS}.get(chosen, to_decide)
    context = {
        "tabs": [(name, label, name == chosen) for name, label, _query in _TABS],
        "lines": _lines(read(actor_of(request))),
    }
    return render(request, "core/approvals.html", context)


class DecisionForm(forms.Form):
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the proposal; POST with ``decision`` approve or reject decides it."""
    actor = actor_of(request)
    row = approval_file(actor, pk)
    form = DecisionForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        approve = request.POST.get("decision") == "approve"
        try:
            decide_approval(row, actor=actor, approve=approve, note=form.cleaned_data["note"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
            status = 422
        else:
            from django.contrib import messages

            messages.success(request, str(_("Approved. The change is in force.") if approve else _("Rejected.")))
            return redirect(reverse("core:approval", args=[pk]))
    declared = approvables.get(row.operation)
    line = _lines([row])[0]
    context = {
        **line,
        "form": form,
        "facts": [(_WORDS.get(key, key), _value(value)) for key, value in row.summary.items()],
        "change": proposed_change(row.subject_id or 0) if row.subject_kind == "core.PolicyVersion" else None,
        "matter_url": declared.url(row) if declared and declared.url else "",
        "may_decide": row.status == ApprovalStatus.OPEN and may_decide(row, actor),
        "may_withdraw": row.status == ApprovalStatus.OPEN and row.maker_name == actor.name,
    }
    return render(request, "core/approval.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = approval_file(actor, pk)
    return post_only(
        request,
        lambda: withdraw_approval(row, actor=actor),
        back_url=reverse("core:approval", args=[pk]),
        done=_("Withdrawn."),
    )
