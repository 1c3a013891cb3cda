"""Care plans on the screen: all of them, one with whom it would touch, the customer's panel and pause."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach, open_names
from kexin.party.tiers import tier_choices
from kexin.people.queries import units_in_reach
from kexin.service.care.choices import CareAct, CareState, Festival, Occasion, TouchState
from kexin.service.care.planning import DRAFT, PROPOSE, draft_care_plan, propose_care_plan, stop_care_plan
from kexin.service.care.queries import care_coming, care_of, care_plan, care_plans
from kexin.service.care.running import pause_care

LEVEL = {CareState.DRAFT.value: "", CareState.PROPOSED.value: "warn", CareState.RUNNING.value: "good",
         CareState.STOPPED.value: ""}  # fmt: skip
TOUCH_LEVEL = {TouchState.OWED.value: "calm", TouchState.SENT.value: "good", TouchState.HELD.value: ""}


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """GET /care/: plans within reach, with what came of them."""
    actor = actor_of(request)
    rows = [(each, LEVEL[each.row.state]) for each in care_plans(actor)]
    return render(
        request, "service/care_plans.html", {"title": _("Care plans"), "rows": rows, "may_draft": actor.may(DRAFT)}
    )


@require_GET
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /care/PK/: its words, whom it would touch within a month."""
    actor = actor_of(request)
    row = care_plan(actor, pk)
    coming = care_coming(actor, pk)
    open_names([each.customer for each in coming])
    festivals = dict(Festival.choices)
    tiers = dict(tier_choices())
    context = {
        "title": row.shown_name,
        "row": row,
        "level": LEVEL[row.state],
        "coming": [(each, shown_name(actor, each.customer)) for each in coming],
        "touched": sum(1 for each in coming if not each.held),
        "festivals": [festivals.get(each, each) for each in row.festivals],
        "tiers": [tiers.get(each, each) for each in row.tiers],
        "may_propose": row.state == CareState.DRAFT and actor.may(PROPOSE),
        "may_stop": row.state in (CareState.DRAFT, CareState.RUNNING) and actor.may("service.stop_care_plan"),
    }
    return render(request, "service/care_plan.html", context)


class PlanForm(forms.Form):
    """An occasion, for whom, how long before, what comes of it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60)
    unit_id = forms.TypedChoiceField(label=_("Unit and all below it"), coerce=int)
    tiers = forms.MultipleChoiceField(label=_("Tiers (none: all)"), required=False, widget=forms.CheckboxSelectMultiple)
    occasion = forms.ChoiceField(label=_("Occasion"), choices=Occasion.choices)
    festivals = forms.MultipleChoiceField(
        label=_("Festivals"), required=False, choices=Festival.choices, widget=forms.CheckboxSelectMultiple
    )
    every_months = forms.IntegerField(label=_("Months without a conversation"), min_value=0, max_value=60, initial=0)
    ahead_days = forms.IntegerField(label=_("Days before the occasion"), min_value=0, max_value=60, initial=0)
    act = forms.ChoiceField(label=_("What comes of it"), choices=CareAct.choices)
    text = forms.CharField(
        label=_("Words"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sent as they are, or shown to the manager with the work. No link."),
    )  # fmt: skip
    text_en = forms.CharField(label=_("English words"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]
        self.fields["tiers"].choices = tier_choices()  # type: ignore[attr-defined]


def new_page(request: HttpRequest) -> HttpResponse:
    """GET, POST /care/new/."""
    actor = need(request, DRAFT)
    units = [(each.pk, each.shown_name) for each in units_in_reach(actor, DRAFT).order_by("code")[:500]]
    return form_page(
        request,
        PlanForm(request.POST or None, units=units),
        lambda data: draft_care_plan(actor=actor, **data),
        title=_("New care plan"),
        back_url=reverse("service:care_plans"),
        go=lambda row: reverse("service:care_plan", args=[row.pk]),
        done=_("Look at whom it would touch, then propose it."),
    )


class CareProposalForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def propose_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /care/PK/propose/."""
    actor = need(request, PROPOSE)
    row = care_plan(actor, pk)
    return form_page(
        request,
        CareProposalForm(request.POST or None),
        lambda data: propose_care_plan(row, actor=actor, **data),
        title=_("Propose a care plan"),
        sub=row.shown_name,
        back_url=reverse("service:care_plan", args=[pk]),
        submit_label=_("Propose"),
        done=_("Proposed; somebody else decides."),
    )


@require_POST
def stop_page(request: HttpRequest, pk: int) -> HttpResponse:
    """POST."""
    actor = actor_of(request)
    return post_only(
        request, lambda: stop_care_plan(pk, actor=actor), back_url=reverse("service:care_plan", args=[pk]),
        done=_("Nobody is touched by it any more."),
    )  # fmt: skip


class PauseForm(forms.Form):
    """Until when, and why; without a day care goes on."""

    until = forms.DateField(label=_("Until (empty: care goes on)"), required=False, widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


def pause_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/PK/care/pause/."""
    actor = need(request, "service.pause_care")
    customer = customer_in_reach(actor, pk)
    return form_page(
        request,
        PauseForm(request.POST or None),
        lambda data: pause_care(customer, actor=actor, **data),
        title=_("Pause care for a customer"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=service",
        done=_("All care plans follow it at once."),
    )


def panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: care of late, and the pause."""
    actor = actor_of(request)
    touches, pause = care_of(actor, pk)
    return "service/panel_care.html", {
        "rows": [(each, TOUCH_LEVEL[each.state]) for each in touches],
        "pause": pause,
        "customer_pk": pk,
        "may_pause": actor.may("service.pause_care"),
    }
