"""Callers who are not on file: opening a request, saying which customer it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.errors import NotFound
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need
from kexin.party import names
from kexin.service.models import ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.requests.callers import (
    IDENTIFIES,
    LONGEST,
    OPENS,
    identify_caller,
    open_caller_request,
    perhaps_customers,
    whose,
)
from kexin.service.ui.phone_acts import call_began
from kexin.service.ui.request_forms import RequestForm


class CallerForm(RequestForm):
    """Who calls, and what is asked."""

    name = forms.CharField(label=_("Name of the caller"), max_length=LONGEST["name"])
    phone = forms.CharField(
        label=pgettext_lazy("caller", "Telephone"),
        max_length=LONGEST["phone"],
        required=False,
        help_text=_("This or the e-mail address is needed, so that the caller is found again."),
    )
    email = forms.EmailField(label=_("E-mail"), max_length=LONGEST["email"], required=False)
    field_order = ("name", "phone", "email")


class CustomerForm(forms.Form):
    """Which customer it is."""

    customer = forms.IntegerField(label=_("Customer"), widget=forms.Select())

    def __init__(self, *args: Any, pick: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].widget = pick


def new_caller_request(request: HttpRequest) -> HttpResponse:
    """GET, POST /requests/new/."""
    actor = need(request, OPENS)
    first = {"channel": "phone", "received_at": call_began(actor, request.GET.get("call", ""))}

    def act(data: dict[str, Any]) -> ServiceRequest:
        received: dt.datetime | None = data.pop("received_at")
        return open_caller_request(actor=actor, received_at=received, **data)

    return form_page(
        request,
        CallerForm(request.POST or None, initial=first),
        act,
        title=_("Request of a caller not on file"),
        back_url=reverse("service:requests"),
        go=lambda row: reverse("service:request", args=[row.pk]),
        done=_("You are responsible until somebody else accepts it."),
        submit_label=_("Open the request"),
    )


def identify(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/customer/."""
    actor = need(request, IDENTIFIES)
    row = ServiceRequest.objects.visible_to(actor, VIEW).select_related("customer__party").filter(pk=pk).first()
    if row is None:
        raise NotFound
    asked = request.POST.get("customer", "")
    chosen = names.called(actor, [int(asked)]) if asked.isdigit() and len(asked) < 18 else {}
    known = dict(perhaps_customers(actor, row)) | chosen
    pick = SearchSelect(
        choices=[("", "—"), *((str(key), name) for key, name in known.items())], url=reverse("party:pick")
    )
    return form_page(
        request,
        CustomerForm(request.POST or None, pick=pick),
        lambda data: identify_caller(pk, actor=actor, customer_id=data["customer"]),
        title=_("Which customer is the caller?"),
        sub=f"{row.request_no} · {whose(actor, row)}",
        back_url=reverse("service:request", args=[pk]),
        submit_label=_("It is this customer"),
        done=_("The request stands with the customer now."),
    )
