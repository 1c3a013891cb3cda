"""Service accounts: the list, one account, proposing one (its token is shown once), revoking one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.choices import Reach
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.models import ServiceAccount, ServiceAccountStatus
from kexin.core.operation import doors
from kexin.core.policies import ApiPolicy
from kexin.core.policy import in_force
from kexin.core.service_accounts import (
    AccountData,
    grantable_operations,
    propose_service_account,
    revoke_service_account,
    service_account,
    service_accounts,
    staff,
)
from kexin.core.ui.form_page import form_page, need, put_errors
from kexin.core.ui.request import actor_of

_LEVELS = {
    ServiceAccountStatus.ACTIVE: "good",
    ServiceAccountStatus.PROPOSED: "warn",
    ServiceAccountStatus.REVOKED: "bad",
    ServiceAccountStatus.REJECTED: "",
}


def _line(row: ServiceAccount) -> dict[str, Any]:
    """One account as the pages show it; an active one past its day is shown as expired."""
    expired = row.status == ServiceAccountStatus.ACTIVE and row.expires_at <= timezone.now()
    return {
        "account": row,
        "level": "warn" if expired else _LEVELS[ServiceAccountStatus(row.status)],
        "state": _("Expired") if expired else row.get_status_display(),
    }


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    rows = service_accounts(actor_of(request)).order_by("-pk")[:500]
    return render(request, "core/tokens.html", {"lines": [_line(row) for row in rows]})


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "core/tokens_account.html", _account(service_account(actor_of(request), pk)))


def _account(row: ServiceAccount) -> dict[str, Any]:
    known = names.people([row.proposed_by, row.approved_by, row.revoked_by])
    operations = [(name, doors[name].label if name in doors else name) for name in row.operations]
    return _line(row) | {
        "operations": operations,
        "unit": dict(staff().units()).get(row.unit_id, row.unit_id),
        "post": dict(staff().posts()).get(row.post_id, row.post_id) if row.post_id else "",
        "reach": Reach(row.reach).label,
        "proposed": known.get(row.proposed_by, row.proposed_by),
        "approved": known.get(row.approved_by, row.approved_by),
        "revoked": known.get(row.revoked_by, row.revoked_by),
    }


class AccountForm(forms.Form):
    """What another system may do, how far, from where and until when."""

    name = forms.CharField(label=_("Account name"), max_length=80)
    operations = forms.MultipleChoiceField(
        label=_("Operations"), widget=forms.SelectMultiple(attrs={"data-search-select": ""})
    )
    reach = forms.ChoiceField(label=_("Reach"))
    unit_id = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    post_id = forms.TypedChoiceField(
        label=_("Post"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("Only for the reach of a portfolio: the account then reaches as far as the post's own roles."),
    )
    expires_on = forms.DateField(label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}))
    addresses = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        help_text=_("Addresses or networks, one per line; empty allows every address."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "operations": [(name, f"{doors[name].label} · {name}") for name in grantable_operations()],
            "reach": list(Reach.choices),
            "unit_id": list(staff().units()),
            "post_id": [("", "—"), *staff().posts()],
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = values

    def proposal(self) -> AccountData:
        data = self.cleaned_data
        end = dt.datetime.combine(data["expires_on"], dt.time(23, 59, 59))
        return AccountData(
            name=data["name"],
            operations=data["operations"],
            reach=data["reach"],
            unit_id=data["unit_id"],
            post_id=data["post_id"],
            expires_at=timezone.make_aware(end),
            addresses=data["addresses"].split(),
        )


@sensitive_variables("token")
def propose(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: propose; the answer shows the token, once, and is kept nowhere."""
    actor = need(request, "core.propose_service_account")
    form = AccountForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                account, approval, token = propose_service_account(
                    actor=actor, data=form.proposal(), reason=form.cleaned_data["reason"]
                )
            except (RuleViolation, Conflict) as refusal:
                put_errors(form, refusal)
            else:
                shown = _account(account) | {"token": token, "approval": approval}
                return render(request, "core/tokens_account.html", shown)
        status = 422
    days = in_force(ApiPolicy).token_days
    context = {
        "title": _("Propose a service account"),
        "sub": _("Another person approves it; a token lives at most %(days)s days.") % {"days": days},
        "form": form,
        "back_url": reverse("core:service_accounts"),
        "submit_label": _("Propose"),
    }
    return render(request, "core/form.html", context, status=status)


class RevokeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)


def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: ask why. POST: revoke at once."""
    actor = need(request, "core.revoke_service_account")
    account = service_account(actor, pk)
    return form_page(
        request,
        RevokeForm(request.POST if request.method == "POST" else None),
        lambda data: revoke_service_account(pk, actor=actor, reason=data["reason"]),
        title=_("Revoke a service account"),
        sub=account.name,
        back_url=reverse("core:service_account", args=[pk]),
        done=_("The account is revoked; its next request is refused."),
        submit_label=_("Revoke"),
    )
