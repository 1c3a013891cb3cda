"""What is done to a request: each page is one form or one button."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import post_labels
from kexin.service.models import ServiceRequest
from kexin.service.queries import VIEW, request_file
from kexin.service.requests.callers import whose
from kexin.service.requests.closing import (
    confirm_request,
    join_requests,
    reopen_request,
    tell_result,
    withdraw_request,
)
from kexin.service.requests.handling import grade_request, move_request, note_request, record_contact
from kexin.service.requests.opening import open_request
from kexin.service.requests.pausing import pause_clock, resume_clock
from kexin.service.requests.responsibility import (
    answer_offer,
    assign_request,
    offer_request,
    recall_offer,
    takers,
)
from kexin.service.ui.phone_acts import call_began
from kexin.service.ui.request_forms import (
    HandForm,
    JoinForm,
    PauseForm,
    ReopenForm,
    RequestForm,
    ResultForm,
    WithdrawForm,
)
from kexin.service.ui.request_pages import draw

Text = str | Promise


def _url(pk: int) -> str:
    return reverse("service:request", args=[pk])


def new_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/PK/requests/new/."""
    actor = need(request, "service.open_request")
    customer = customer_in_reach(actor, pk)
    first = {
        "channel": request.GET.get("channel", "phone"),
        "received_at": call_began(actor, request.GET.get("call", "")),
    }
    form = RequestForm(request.POST or None, initial=first)

    def act(data: dict[str, Any]) -> ServiceRequest:
        received: dt.datetime | None = data.pop("received_at")
        return open_request(customer, actor=actor, received_at=received, **data)

    return form_page(
        request,
        form,
        act,
        title=_("New request"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=service",
        go=lambda row: _url(row.pk),
        done=_("You are responsible until somebody else accepts it."),
        submit_label=_("Open the request"),
    )


@require_POST
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """POST outward=1|0, channel, text, reaction."""
    actor, said = actor_of(request), request.POST

    def act() -> Any:
        return record_contact(
            pk,
            actor=actor,
            channel=said.get("channel", ""),
            text=said.get("text", ""),
            outward=said.get("outward") == "1",
            reaction=said.get("reaction", ""),
        )

    return _typed(request, pk, act, "contact")


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """POST text, ask (posts)."""
    actor = actor_of(request)
    ask = [int(each) for each in request.POST.getlist("ask") if each.isdigit()]
    return _typed(
        request, pk, lambda: note_request(pk, actor=actor, text=request.POST.get("text", ""), ask=ask), "note"
    )


def _typed(request: HttpRequest, pk: int, act: Callable[[], Any], form: str) -> HttpResponse:
    """Back to the page; where a rule refuses, the page again with what was typed."""
    try:
        act()
    except RuleViolation as refusal:
        words = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
        file = request_file(actor_of(request), pk)
        return draw(request, file, status=422, wrong={form: words}, said=request.POST)
    return redirect(f"{_url(pk)}#record")


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """POST accept=1|0, reason: what was offered to me."""
    actor, yes = actor_of(request), request.POST.get("accept") == "1"
    return post_only(
        request,
        lambda: answer_offer(pk, actor=actor, accept=yes, reason=request.POST.get("reason", "")),
        back_url=_url(pk) if yes else reverse("service:requests"),
        done=_("You are responsible now.") if yes else _("It stays with whoever offered it."),
    )


@require_POST
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the offer is taken back."""
    actor = actor_of(request)
    return post_only(request, lambda: recall_offer(pk, actor=actor), back_url=_url(pk), done=_("You keep it."))


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """POST stage."""
    actor = actor_of(request)
    stage = request.POST.get("stage", "")
    return post_only(
        request, lambda: move_request(pk, actor=actor, stage=stage), back_url=_url(pk), done=_("Stage changed.")
    )


@require_POST
def grade(request: HttpRequest, pk: int) -> HttpResponse:
    """POST urgency."""
    actor = actor_of(request)
    wanted = request.POST.get("urgency", "")
    return post_only(
        request, lambda: grade_request(pk, actor=actor, urgency=wanted), back_url=_url(pk), done=_("Grade changed.")
    )


@require_POST
def resume(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """POST: a clock goes on."""
    actor = actor_of(request)
    return post_only(
        request, lambda: resume_clock(pk, actor=actor, code=code), back_url=_url(pk), done=_("The clock goes on.")
    )


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agreed=1|0, channel, note: the customer's word on the result."""
    actor, said = actor_of(request), request.POST
    agreed = said.get("agreed") == "1"

    def act() -> Any:
        return confirm_request(
            pk, actor=actor, agreed=agreed, channel=said.get("channel", ""), note=said.get("note", "")
        )

    return _typed(request, pk, act, "confirm")


def _form(
    request: HttpRequest,
    pk: int,
    operation: str,
    make: Callable[[ServiceRequest, Actor], forms.Form],
    act: Callable[[Actor, dict[str, Any]], Any],
    title: Text,
    done: Text,
    label: Text,
) -> HttpResponse:
    """A page of one form about a request within reach."""
    actor = need(request, operation)
    row = ServiceRequest.objects.visible_to(actor, VIEW).select_related("customer__party").filter(pk=pk).first()
    if row is None:
        request_file(actor, pk)  # refuses, and records that it was asked for
    assert row is not None
    return form_page(
        request,
        make(row, actor),
        lambda data: act(actor, data),
        title=title,
        sub=f"{row.request_no} · {whose(actor, row)}",
        back_url=_url(pk),
        done=done,
        submit_label=label,
    )


def _posts(row: ServiceRequest, actor: Actor) -> list[tuple[int, str]]:
    labels = post_labels(takers(row))
    return sorted(labels.items(), key=lambda each: each[1])


def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/offer/."""
    return _form(
        request, pk, "service.offer_request",
        lambda row, actor: HandForm(request.POST or None, posts=_posts(row, actor)),
        lambda actor, data: offer_request(pk, actor=actor, **data),
        _("Offer a request to a colleague"), _("You stay responsible until it is accepted."), _("Offer"),
    )  # fmt: skip


def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/assign/."""
    return _form(
        request, pk, "service.assign_request",
        lambda row, actor: HandForm(request.POST or None, posts=_posts(row, actor)),
        lambda actor, data: assign_request(pk, actor=actor, **data),
        _("Assign a request"), _("The colleague is responsible now."), pgettext_lazy("request", "Assign"),
    )  # fmt: skip


def pause(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """GET, POST /requests/PK/clocks/CODE/pause/."""
    return _form(
        request, pk, "service.pause_clock",
        lambda row, actor: PauseForm(request.POST or None),
        lambda actor, data: pause_clock(pk, actor=actor, code=code, **data),
        _("Pause a clock"), _("The clock stands still."), _("Pause"),
    )  # fmt: skip


def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/result/."""
    return _form(
        request, pk, "service.tell_result",
        lambda row, actor: ResultForm(request.POST or None),
        lambda actor, data: tell_result(pk, actor=actor, **data),
        _("Tell the result"), _("The customer's word is awaited."), _("The customer was told this"),
    )  # fmt: skip


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/withdraw/."""
    return _form(
        request, pk, "service.withdraw_request",
        lambda row, actor: WithdrawForm(request.POST or None),
        lambda actor, data: withdraw_request(pk, actor=actor, **data),
        _("The customer withdraws"), _("The request ends."), _("End the request"),
    )  # fmt: skip


def join(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/join/."""
    return _form(
        request, pk, "service.join_requests",
        lambda row, actor: JoinForm(request.POST or None),
        lambda actor, data: join_requests(pk, actor=actor, **data),
        _("Join with another request"), _("It goes on in the other request."), _("Join"),
    )  # fmt: skip


def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/reopen/."""
    return _form(
        request, pk, "service.reopen_request",
        lambda row, actor: ReopenForm(request.POST or None),
        lambda actor, data: reopen_request(pk, actor=actor, **data),
        _("Open again"), _("The request is open again, with new clocks."), _("Open again"),
    )  # fmt: skip
