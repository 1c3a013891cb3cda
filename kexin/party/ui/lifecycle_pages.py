"""Admission and exit on the page: the checklist, the steps, who led the customer, merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.ui.request import actor_of
from kexin.party import rules
from kexin.party.models import Customer
from kexin.party.operations import admit_customer, mark_dormant, propose_exit, readmit_customer, tick_check
from kexin.party.queries import assignments, checks, customer_in_reach, merges
from kexin.party.texts import CHECK_LABELS
from kexin.people.queries import post_labels


def lifecycle_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: the checklist that the present state asks for, and the step it leads to."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    acts = rules.STATES.acts(customer.status)
    process = "admission" if "admit" in acts else "exit" if "close" in acts else ""
    done = {each.item: each for each in checks(actor, customer) if each.process == process}
    items = {"admission": rules.ADMISSION_CHECKS, "exit": rules.EXIT_CHECKS}.get(process, ())
    lines = [(item, CHECK_LABELS[item], done.get(item)) for item in items]
    return "party/panel_lifecycle.html", {
        "customer": customer,
        "process": process,
        "lines": lines,
        "ready": bool(lines) and all(ticked for _item, _label, ticked in lines),
        "acts": acts,
        "may_tick": actor.may("party.tick_check"),
        "may_admit": actor.may("party.admit_customer"),
        "may_exit": actor.may("party.propose_exit"),
        "may_readmit": actor.may("party.readmit_customer"),
    }


def leads_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: who led the customer from when until when, and merges."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    rows = assignments(actor, customer)
    labels = post_labels([row.post_id for row in rows if row.post_id])
    lines = [(row, labels.get(row.post_id) if row.post_id else _("Unassigned pool")) for row in rows]
    context = {"customer": customer, "lines": lines, "merges": merges(actor, customer)}
    context["may_undo"] = actor.may("party.undo_merge")
    return "party/panel_leads.html", context


def _step(request: HttpRequest, pk: int, act: Callable[[Customer, Actor], object], text: str) -> HttpResponse:
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    try:
        act(customer, actor)
    except RuleViolation as refusal:
        messages.error(request, " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message))
    else:
        messages.success(request, text)
    return redirect(f"{reverse('party:customer', args=[pk])}?tab=profile")


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """POST process, item, done: tick or untick a line."""
    data = request.POST
    return _step(
        request,
        pk,
        lambda customer, actor: tick_check(
            customer,
            actor=actor,
            process=data.get("process", ""),
            item=data.get("item", ""),
            done=data.get("done") == "1",
        ),
        _("Saved."),
    )


@require_POST
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: make the prospect a customer."""
    return _step(
        request, pk, lambda customer, actor: admit_customer(customer, actor=actor), _("Admitted as a customer.")
    )


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: propose the exit."""
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        lambda customer, actor: propose_exit(customer, actor=actor, reason=reason),
        _("The exit is proposed; another person decides."),
    )


@require_POST
def readmit(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: open a closed file again."""
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        lambda customer, actor: readmit_customer(customer, actor=actor, reason=reason),
        _("The file is open again."),
    )


@require_POST
def dormant(request: HttpRequest, pk: int) -> HttpResponse:
    """POST dormant=0|1: mark dormant or awake."""
    wanted = request.POST.get("dormant") == "1"
    return _step(request, pk, lambda customer, actor: mark_dormant(customer, actor=actor, dormant=wanted), _("Saved."))
