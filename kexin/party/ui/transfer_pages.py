"""Portfolio transfer on the screen: list, preparing with a preview, signing, the hand-over list for paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.templatetags.kexin import moment
from kexin.core.ui import numbers
from kexin.core.ui.columns import Selection
from kexin.core.ui.fields import SearchSelect, SearchSelectMultiple
from kexin.core.ui.form_page import need, post_only, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table, View
from kexin.party.choices import SignatureRole, SplitRule, TransferReason, TransferState
from kexin.party.models import Customer, CustomerTransfer
from kexin.party.naming import shown_name
from kexin.party.operations import (
    approve_transfer,
    propose_transfer,
    return_transfer,
    sign_transfer,
    withdraw_transfer,
)
from kexin.party.planning import MOST, PROPOSE, Plan, giver_in_reach, receivers_for, transfer_plan
from kexin.party.transfers import VIEW, handover_list, transfer_file, transfers
from kexin.party.ui.lists import CustomerFilterSet
from kexin.party.ui.ownership_pages import manager_choices
from kexin.people.models import Post
from kexin.people.queries import names_of, post_labels, posts_in_reach

LEVEL = {
    TransferState.SIGNING: "calm",
    TransferState.DONE: "good",
    TransferState.REFUSED: "warn",
    TransferState.WITHDRAWN: "quiet",
}


class TransferTable(Table):
    """管户移交."""

    name = "party.transfers"
    caption = _("Portfolio transfers")
    default_sort = "-made"
    empty_title = _("No transfers")
    empty_text = _("Hand-overs of customers from one manager to others will stand here with their signatures.")
    empty_icon = "arrows-exchange"
    views = (
        View("all", _("All")),
        View("signing", _("Being signed"), "state=signing"),
        View("done", _("Handed over"), "state=done"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.columns = (
            Column("giver", _("Giver"), value=lambda row: self.givers.get(row.giver_id, row.giver), phone="title"),
            Column("unit", _("Unit"), value="unit.shown_name", phone="sub"),
            Column("customers", _("Customers"), value="customers", align="end"),
            Column("assets", _("Assets"), value=lambda row: numbers.exact(row.assets), align="end"),
            Column("reason", _("Reason"), value=lambda row: row.get_reason_display()),
            Column("state", _("State"), value=lambda row: row.get_state_display()),
            Column("made", _("Prepared"), value=lambda row: moment(row.made_at), sort=("made_at", "pk"), first="desc"),
        )

    @property
    def givers(self) -> dict[int, str]:
        if not hasattr(self, "_givers"):
            self._givers = post_labels([row.giver_id for row in self.page.rows])
        return self._givers

    def row_url(self, row: CustomerTransfer) -> str:
        return reverse("party:transfer", args=[row.pk])


def transfer_list(request: HttpRequest) -> HttpResponse:
    """GET: transfers within reach, and those to be signed."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    table = TransferTable(request, transfers(actor, state if state in TransferState.values else ""))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Portfolio transfers"), "table": table, "may_prepare": actor.may(PROPOSE)}
    return render(request, "party/transfers.html", context)


class TransferForm(forms.Form):
    """To whom, by which rule, and why."""

    receivers = forms.TypedMultipleChoiceField(label=_("Receivers"), coerce=int, widget=SearchSelectMultiple())
    rule = forms.ChoiceField(
        label=_("Division among several receivers"), choices=SplitRule.choices, initial=SplitRule.EVEN
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *TransferReason.choices])
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, giver: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receivers"].choices = receivers_for(giver)  # type: ignore[attr-defined]
        usual = [(code, label) for code, label in TransferReason.choices if code != TransferReason.RETURN]
        self.fields["reason"].choices = [("", "—"), *usual]  # type: ignore[attr-defined]


class GiverForm(forms.Form):
    giver = forms.TypedChoiceField(label=_("Giver"), coerce=int, widget=SearchSelect())


def new_transfer(request: HttpRequest) -> HttpResponse:
    """Giver first (where one could hand over several portfolios), then receivers and rule, a preview, and preparing.

    POST from the customer list brings the chosen customers; without any the whole portfolio goes.
    """
    actor = need(request, PROPOSE)
    chosen = _chosen(request, actor)
    givers = list(posts_in_reach(actor, PROPOSE))
    wanted = request.POST.get("giver") or request.GET.get("giver") or ""
    if chosen is not None and not wanted:
        leads = {each.lead_post_id for each in chosen}
        if len(leads) != 1 or None in leads:
            text = _t("Choose customers of one manager; those of the pool are assigned.")
            return _ask_giver(request, givers, text)
        wanted = str(leads.pop())
    if not wanted and len(givers) == 1:
        wanted = str(givers[0].pk)
    if not wanted.isdigit():
        return _ask_giver(request, givers)
    giver = giver_in_reach(actor, int(wanted))
    ids = None if chosen is None else [each.pk for each in chosen]
    sent = request.POST if "reason" in request.POST else None
    form = TransferForm(sent, giver=giver)
    context: dict[str, Any] = {"ids": ids or [], "giver": giver, "title": _("Prepare a transfer")}
    status = 200
    if sent is not None:
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                if sent.get("do") == "prepare":
                    made = propose_transfer(giver, actor=actor, customers=ids, **data)
                    return redirect("party:transfer", pk=made.pk)
                context["plan"] = transfer_plan(actor, giver.pk, data["receivers"], data["rule"], ids)
                context["stays"] = _stays(actor, context["plan"])
                status = 200
            except RuleViolation as refusal:
                put_errors(form, refusal)
    label = post_labels([giver.pk]).get(giver.pk, giver.shown_name)
    context |= {"form": form, "sub": f"{label} · {giver.unit.shown_name}", "back_url": reverse("party:transfers")}
    context["submit_label"] = _("Preview")
    return render(request, "party/transfer_new.html", context, status=status)


def _chosen(request: HttpRequest, actor: Actor) -> list[Customer] | None:
    """The customers chosen in the list; None for a whole portfolio."""
    selection = Selection.of(request)
    if request.method != "POST" or not (selection.keys or selection.everything):
        return None
    reach = Customer.objects.visible_to(actor, PROPOSE).order_by("customer_no")
    return list(selection.rows(reach, CustomerFilterSet, request)[: MOST + 1])


def _stays(actor: Actor, plan: Plan) -> list[tuple[str, str]]:
    return [(row.customer_no, str(why)) for row, why in plan.stays[:50]]


def _ask_giver(request: HttpRequest, givers: list[Post], error: str = "") -> HttpResponse:
    form = GiverForm()
    form.fields["giver"].choices = [("", ""), *manager_choices(givers)]  # type: ignore[attr-defined]
    context = {"form": form, "error": error, "title": _("Prepare a transfer"), "none": not givers}
    return render(request, "party/transfer_giver.html", context, status=422 if error else 200)


def transfer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One transfer: sides, signatures, what each receiver gets, and what the reader may do."""
    actor = actor_of(request)
    file = transfer_file(actor, pk)
    row = file.transfer
    names = names_of([row.made_by, *(each.signed_by for each in file.signatures if each.signed_by)])
    own = row.made_by == actor.name
    reach = CustomerTransfer.objects
    return render(
        request,
        "party/transfer.html",
        {
            "title": _("Portfolio transfer #%(number)s") % {"number": row.pk},
            "file": file,
            "row": row,
            "level": LEVEL[TransferState(row.state)],
            "signatures": [
                (each, names.get(each.signed_by, each.signed_by), file.labels.get(each.post_id, ""))
                for each in file.signatures
            ],
            "made_by": names.get(row.made_by, row.made_by),
            "supervises": file.mine == SignatureRole.SUPERVISOR,
            "side": SignatureRole(file.mine).label if file.mine else "",
            "may_withdraw": row.state == TransferState.SIGNING
            and actor.may("party.withdraw_transfer")
            and (own or reach.visible_to(actor, "party.withdraw_transfer").filter(pk=pk).exists()),
            "may_return": row.state == TransferState.DONE
            and actor.may("party.return_transfer")
            and reach.visible_to(actor, "party.return_transfer").filter(pk=pk).exists(),
            "back_url": reverse("party:transfers"),
        },
    )


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agree=1|0, note: sign or refuse for one's own side, or supervise."""
    actor = actor_of(request)
    row = _existing(actor, pk)
    agree, note = request.POST.get("agree") == "1", request.POST.get("note", "")
    supervises = request.POST.get("side") == SignatureRole.SUPERVISOR

    def act() -> CustomerTransfer:
        if supervises:
            return approve_transfer(row, actor=actor, approve=agree, note=note)
        return sign_transfer(row, actor=actor, agree=agree, note=note)

    words = _("Signed; the customers have changed hands.") if supervises and agree else _("Signed.")
    return post_only(
        request, act, back_url=reverse("party:transfer", args=[pk]), done=words if agree else _("Refused.")
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: take it back while it is being signed."""
    actor = actor_of(request)
    row = _existing(actor, pk)
    return post_only(
        request,
        lambda: withdraw_transfer(row, actor=actor, reason=request.POST.get("reason", "")),
        back_url=reverse("party:transfer", args=[pk]),
        done=_("Withdrawn."),
    )


@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: prepare the counter-transfers."""
    actor = actor_of(request)
    row = _existing(actor, pk)
    return post_only(
        request,
        lambda: return_transfer(row, actor=actor, reason=request.POST.get("reason", "")),
        back_url=reverse("party:transfers"),
        done=_("The way back is prepared; it is signed like the way there."),
    )


def _existing(actor: Actor, pk: int) -> CustomerTransfer:
    if not actor.may(VIEW):
        raise actor.refusal(VIEW)
    row = transfers(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The hand-over list 移交清单, made for paper: every customer, and room for three signatures."""
    actor = actor_of(request)
    file = transfer_file(actor, pk)
    lines = [
        (line, shown_name(actor, line.customer), file.labels.get(line.receiver_id, ""))
        for line in handover_list(actor, file.transfer)
    ]
    names = names_of([each.signed_by for each in file.signatures if each.signed_by])
    context = {"title": _("Hand-over list"), "file": file, "row": file.transfer, "lines": lines}
    context["signatures"] = [
        (each, names.get(each.signed_by, each.signed_by), file.labels.get(each.post_id, "")) for each in file.signatures
    ]
    context["back_url"] = reverse("party:transfer", args=[pk])
    return render(request, "party/transfer_paper.html", context)
