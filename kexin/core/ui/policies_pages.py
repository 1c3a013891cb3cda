"""Policies: the list by floor, one policy, two versions compared, the next version proposed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import yaml
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.choices import PolicyStatus
from kexin.core.errors import NotFound
from kexin.core.models import PolicyVersion
from kexin.core.policy import PolicyType, Shape
from kexin.core.policy_operations import propose_policy
from kexin.core.policy_queries import as_text, difference, policies_by_floor, policy_file
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of

LEVELS = {PolicyStatus.APPROVED: "good", PolicyStatus.PROPOSED: "warn", PolicyStatus.REJECTED: "bad"}


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "core/policies.html", {"floors": policies_by_floor(actor_of(request))})


def _bounds(shape: Shape) -> str:
    low, high = shape.minimum, shape.maximum
    if low is None and high is None:
        return ""
    return f"{'' if low is None else low} – {'' if high is None else high}"


@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    declared, running, versions = policy_file(actor_of(request), code)
    values = running.values if running else {}
    context = {
        "declared": declared,
        "meaning": (declared.cls.__doc__ or "").strip().split("\n\n")[0],
        "running": running,
        "values": [
            (shape, as_text(shape, values.get(shape.name)), _bounds(shape), shape.kind in (list, dict))
            for shape in declared.shapes
        ],
        "previews": previews(declared, values),
        "versions": _with_names(versions),
        "waiting": any(version.status == PolicyStatus.PROPOSED for version in versions),
    }
    return render(request, "core/policy.html", context)


def previews(declared: PolicyType, values: Mapping[str, Any]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """What the lists and tables of a policy would do, where it can say so: (label, lines)."""
    found = []
    for shape in declared.shapes:
        if shape.explain is not None and values.get(shape.name) is not None:
            with suppress(ValueError, TypeError, KeyError, AttributeError):  # what makes no sense is told at its field
                found.append((shape.label, shape.explain(values[shape.name])))
    return found


def _with_names(versions: list[PolicyVersion]) -> list[dict[str, Any]]:
    known = names.people([each for v in versions for each in (v.drafted_by, v.approved_by)])
    return [
        {
            "version": v,
            "drafted": known.get(v.drafted_by, v.drafted_by),
            "approved": known.get(v.approved_by, v.approved_by),
            "level": LEVELS.get(PolicyStatus(v.status), ""),
        }
        for v in versions
    ]


@require_GET
def diff(request: HttpRequest, code: str) -> HttpResponse:
    """Version ``b`` against ``a`` (by default the version in force, else the one before)."""
    declared, running, versions = policy_file(actor_of(request), code)
    by_number = {str(version.number): version for version in versions}
    after = by_number.get(request.GET.get("b", ""))
    if after is None:
        raise NotFound
    earlier = [v for v in versions if v.number < after.number and v.status == PolicyStatus.APPROVED]
    default = earlier[0] if earlier else (running if running and running.number != after.number else None)
    before = by_number.get(request.GET.get("a", ""), default)
    context = {
        "declared": declared,
        "before": before,
        "after": after,
        "rows": difference(declared, before, after),
        "versions": versions,
    }
    return render(request, "core/policy_diff.html", context)


class YamlField(forms.CharField):
    """A list or table typed as YAML."""

    def __init__(self, *, kind: type, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(widget=forms.Textarea(attrs={"rows": 8, "class": "yaml", "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            parsed = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise forms.ValidationError(_("This is not YAML: line %(line)d."), params={"line": line}) from error
        if not isinstance(parsed, self.kind):
            wanted = _("A list is needed.") if self.kind is list else _("A table of names and values is needed.")
            raise forms.ValidationError(wanted)
        return parsed


def _field(shape: Shape) -> forms.Field:
    label = f"{shape.label} ({shape.unit})" if shape.unit else shape.label
    common = {"label": label, "help_text": _bounds(shape)}
    if shape.kind is bool:
        return forms.BooleanField(required=False, **common)  # type: ignore[arg-type]
    if shape.kind is int:
        return forms.IntegerField(min_value=shape.minimum, max_value=shape.maximum, **common)  # type: ignore[arg-type]
    if shape.kind is Decimal:
        return forms.DecimalField(min_value=shape.minimum, max_value=shape.maximum, **common)  # type: ignore[arg-type]
    if shape.kind in (list, dict):
        return YamlField(kind=shape.kind, **common)
    return forms.CharField(**common)  # type: ignore[arg-type]


class ProposalForm(forms.Form):
    """Made from the shape of the policy: one field per number, then period, legal basis and reason."""

    def __init__(self, *args: Any, declared: PolicyType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declared = declared
        for shape in declared.shapes:
            self.fields[shape.name] = _field(shape)
        self.fields["in_force_from"] = forms.DateField(label=_("In force from"))
        rows = {"rows": 2}
        self.fields["legal_basis"] = forms.CharField(
            label=_("Legal basis"), required=False, widget=forms.Textarea(attrs=rows)
        )
        self.fields["verified"] = forms.BooleanField(label=_("I have checked the legal basis"), required=False)
        self.fields["reason"] = forms.CharField(label=_("Reason for the change"), widget=forms.Textarea(attrs=rows))

    def proposal(self) -> dict[str, Any]:
        data = self.cleaned_data
        values = {shape.name: data[shape.name] for shape in self.declared.shapes}
        stored = {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
        return {
            "values": stored,
            **{name: data[name] for name in ("in_force_from", "legal_basis", "verified", "reason")},
        }


def propose(request: HttpRequest, code: str) -> HttpResponse:
    actor = need(request, "core.propose_policy")
    declared, running, _versions = policy_file(actor, code)
    start: dict[str, Any] = {"in_force_from": business_date(), "legal_basis": running.legal_basis if running else ""}
    for shape in declared.shapes:
        value = (running.values if running else {}).get(shape.name)
        start[shape.name] = as_text(shape, value) if shape.kind in (list, dict) else value
    form = ProposalForm(request.POST or None, declared=declared, initial=start)
    shown = {"explained": any(shape.explain for shape in declared.shapes), "previews": []}
    if request.method == "POST":
        form.is_valid()
        shown["previews"] = previews(declared, form.cleaned_data)
        if "preview" in request.POST:
            back = {"title": _("Propose a new version"), "sub": declared.label, "submit_label": _("Propose")}
            back["back_url"] = reverse("core:policy", args=[code])
            return render(request, "core/policy_propose.html", {"form": form, **back, **shown})
    return form_page(
        request,
        form,
        lambda _data: propose_policy(actor=actor, code=code, **form.proposal()),
        title=_("Propose a new version"),
        sub=declared.label,
        back_url=reverse("core:policy", args=[code]),
        submit_label=_("Propose"),
        done=_("Proposed. A second person decides."),
        go=lambda made: reverse("core:approval", args=[made.pk]),
        template="core/policy_propose.html",
        context=shown,
    )
