"""Pages of the staff: invite a customer, show the QR code, see what became of it, withdraw it."""

from __future__ import annotations

import io
from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.form_page import need, post_only, put_errors
from kexin.core.ui.panels import Shown
from kexin.core.ui.request import actor_of
from kexin.engagement.messages.policies import MessagePolicy
from kexin.engagement.queries import customer_for
from kexin.portal.choices import Delivery
from kexin.portal.operations import Invitation, invite_customer, revoke_link
from kexin.portal.purposes import ASSESS, BUY, PLAN, kind_of, purposes
from kexin.portal.queries import VIEW_LINKS, LinkLine, link_in_reach, links_of
from kexin.sales.advice.queries import plan_file
from kexin.sales.queries import sale_file
from kexin.suitability.models import AssessmentSession

INVITE = "portal.invite_customer"
STATES = {
    "waiting": (_("not opened yet"), ""),
    "pending": (_("opened, waiting for the code"), "calm"),
    "open": (_("the customer is inside"), "good"),
    "done": (_("the customer has left"), "good"),
    "expired": (_("expired"), "warn"),
    "revoked": (_("taken back"), ""),
}


class InviteForm(forms.Form):
    """For what, and by which way."""

    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect())
    delivery = forms.ChoiceField(label=_("Which way"), widget=forms.RadioSelect(), initial=Delivery.QR)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [(value, label) for value, label in Delivery.choices if value != Delivery.SMS or _sms_links()]
        offered = [(each.code, each.label) for each in purposes.values() if not each.needs or actor.may(each.needs)]
        self.fields["purpose"].choices = offered  # type: ignore[attr-defined]
        self.fields["delivery"].choices = allowed  # type: ignore[attr-defined]


def _sms_links() -> bool:
    return in_force(MessagePolicy).link_in_sms


def qr(address: str) -> SafeString:
    """The address as a QR code: dark on white in every theme, or phones do not read it."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=7, border=3, light="white", xmldecl=False)
    return mark_safe(picture.getvalue().decode())  # noqa: S308  drawn by us, no text of anybody in it


def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the choices. POST: the link, whose QR code stands on the page that answers and nowhere else."""
    actor = need(request, INVITE)
    customer = customer_for(actor, pk, INVITE)
    back = names.customer_url(pk)
    form = InviteForm(request.POST or None, actor=actor, initial={"purpose": request.GET.get("purpose", "")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = invite_customer(customer, actor=actor, **form.cleaned_data)
            except (RuleViolation, Conflict) as refusal:
                put_errors(form, refusal)
            else:
                return _made(request, made, names.called(actor, [pk]).get(pk, ""), back)
    context = {
        "title": _("Invite the customer"),
        "sub": names.called(actor, [pk]).get(pk, ""),
        "form": form,
        "back_url": back,
        "submit_label": _("Invite"),
        "links": _shown(links_of(actor, pk)) if actor.may(VIEW_LINKS) else [],
    }
    return render(request, "invitations/invite.html", context, status=status)


def invite_to_buy(request: HttpRequest, pk: int) -> HttpResponse:
    """From a sale to the invitation of its customer, with the purpose chosen."""
    need(request, INVITE)
    customer = sale_file(actor_of(request), pk).sale.customer_id
    return redirect(f"{reverse('invitations:invite', args=[customer])}?purpose={BUY}")


def invite_to_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """From a plan to the invitation of its customer, with the purpose chosen."""
    need(request, INVITE)
    customer = plan_file(actor_of(request), pk).plan.customer_id
    return redirect(f"{reverse('invitations:invite', args=[customer])}?purpose={PLAN}")


def _made(request: HttpRequest, made: Invitation, called: str, back: str) -> HttpResponse:
    shown = made.link.delivery == Delivery.QR
    context = {
        "title": _("Invitation"),
        "sub": called,
        "link": made.link,
        "purpose": purposes[made.link.purpose].label,
        "qr": qr(made.address) if shown else "",
        "address": made.address if shown else "",
        "back_url": back,
        **_state(link_in_reach(actor_of(request), made.link.pk)),
    }
    return render(request, "invitations/made.html", context)


def _state(line: LinkLine) -> dict[str, Any]:
    words, level = STATES[line.state]
    waits = line.state in ("waiting", "pending", "open")
    return {"line": line, "words": words, "level": level, "waits": waits}


def _shown(lines: list[LinkLine]) -> list[dict[str, Any]]:
    known = {each.code: each.label for each in purposes.values()}
    return [{**_state(each), "purpose": known.get(each.link.purpose, each.link.purpose)} for each in lines]


@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the customer stands, asked again and again by the page with the QR code."""
    line = link_in_reach(need(request, VIEW_LINKS), pk)
    return render(request, "invitations/state.html", {"link": line.link, **_state(line)})


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    actor = need(request, "portal.revoke_link")
    line = link_in_reach(actor, pk)
    back = reverse("invitations:invite", args=[line.link.customer_id])
    return post_only(
        request, lambda: revoke_link(pk, actor=actor), back_url=back, done=_("The invitation is withdrawn.")
    )


def assessment_page(session: AssessmentSession) -> str:
    """Where staff show the link of an invitation to an assessment."""
    purpose = next((code for code in purposes if kind_of(code) == session.kind), ASSESS)
    return f"{reverse('invitations:invite', args=[session.customer_id])}?purpose={purpose}"


def links_panel(request: HttpRequest, pk: int) -> Shown:
    """Invitations on the customer's page."""
    actor = actor_of(request)
    lines = _shown(links_of(actor, pk))[:4]
    return "invitations/panel.html", {"links": lines, "may_invite": actor.may(INVITE), "customer_pk": pk}
