"""Consents and restrictions on the customer's page, and the forms that record them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.party.choices import ConsentChannel, ConsentSource, RestrictionCode
from kexin.party.consents.operations import lift_restriction, place_restriction, record_consent
from kexin.party.consents.queries import consents_of, restrictions_of, wording


def consents_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """By which channels the customer may be addressed with offers, and since when."""
    actor = actor_of(request)
    return "party/panel_consents.html", {
        "found": consents_of(actor, pk),
        "pk": pk,
        "may_record": actor.may("party.record_consent"),
    }


def restrictions_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """What stops sales to the customer; for those who may know."""
    actor = actor_of(request)
    found = restrictions_of(actor, pk)
    people = names.people({each for row in found for each in (row.placed_by, row.lifted_by) if each})
    return "party/panel_restrictions.html", {
        "found": [(row, people.get(row.placed_by, row.placed_by), people.get(row.lifted_by, "")) for row in found],
        "pk": pk,
        "may_place": actor.may("party.place_restriction"),
        "may_lift": actor.may("party.lift_restriction"),
    }


def _called(actor: Actor, pk: int) -> str:
    called = names.called(actor, [pk])
    if not called:
        raise NotFound
    return called[pk]


def _tab(pk: int) -> str:
    return f"{reverse('party:customer', args=[pk])}?tab=profile"


class ConsentForm(forms.Form):
    """What the customer said, where, and what shows it."""

    channel = forms.ChoiceField(label=_("Channel"), choices=ConsentChannel.choices)
    granted = forms.ChoiceField(
        label=pgettext_lazy("consent", "What the customer said"),
        choices=[("yes", _("Agrees to offers")), ("no", _("Wants no offers"))],
        widget=forms.RadioSelect,
        initial="no",
    )
    source = forms.ChoiceField(
        label=_("Said where"),
        choices=[(each.value, each.label) for each in (ConsentSource.COUNTER, ConsentSource.CALL)],
    )
    evidence = forms.CharField(
        label=_("Signed form or recording"),
        max_length=200,
        required=False,
        help_text=_("Needed where the customer agrees; withdrawing needs none."),
    )


def record_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET the form with the wording to read aloud; POST records the word."""
    actor = need(request, "party.record_consent")
    return form_page(
        request,
        ConsentForm(request.POST or None, initial={"channel": request.GET.get("channel", "")}),
        lambda data: record_consent(
            pk,
            actor=actor,
            channel=data["channel"],
            granted=data["granted"] == "yes",
            source=data["source"],
            evidence=data["evidence"],
        ),
        title=_("Consent to offers"),
        sub=f"{_called(actor, pk)} · {wording()}",
        back_url=_tab(pk),
        done=_("Recorded."),
    )


class RestrictionForm(forms.Form):
    code = forms.ChoiceField(label=_("Kind of restriction"), choices=RestrictionCode.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def place_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET the form; POST places it."""
    actor = need(request, "party.place_restriction")
    return form_page(
        request,
        RestrictionForm(request.POST or None),
        lambda data: place_restriction(pk, actor=actor, **data),
        title=_("Restrict dealings"),
        sub=_called(actor, pk),
        back_url=_tab(pk),
        done=_("The restriction stands. Who sells reads only that it cannot be done now."),
    )


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def lift_page(request: HttpRequest, pk: int, restriction: int) -> HttpResponse:
    """GET the form; POST lifts it."""
    actor = need(request, "party.lift_restriction")
    return form_page(
        request,
        LiftForm(request.POST or None),
        lambda data: lift_restriction(restriction, actor=actor, reason=data["reason"]),
        title=_("Lift the restriction"),
        sub=_called(actor, pk),
        back_url=_tab(pk),
        done=_("The restriction is lifted."),
    )
