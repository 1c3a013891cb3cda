"""Referrals on the screen: the list, one referral with its clock and outcome, giving and answering."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.engagement.colleagues import colleagues_of
from kexin.party.choices import ProductLine
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.models import Post
from kexin.people.queries import names_of, post_labels
from kexin.sales.models import Referral
from kexin.sales.referrals.choices import BusinessLine, ReferralOutcome, ReferralState
from kexin.sales.referrals.policies import ReferralPolicy
from kexin.sales.referrals.queries import referral_file, referrals, referrals_of
from kexin.sales.referrals.referring import (
    answer_referral,
    attribute_referral,
    close_referral,
    make_referral,
    withdraw_referral,
)
from kexin.sales.referrals.rules import LONGEST_NEED

LEVEL = {
    ReferralState.WAITING.value: "calm",
    ReferralState.ACCEPTED.value: "good",
    ReferralState.DECLINED.value: "warn",
    ReferralState.CLOSED.value: "good",
    ReferralState.WITHDRAWN.value: "quiet",
}


class ReferralForm(forms.Form):
    """From where to where, the need, and what the giver keeps."""

    from_line = forms.ChoiceField(label=_("You refer from"), choices=BusinessLine.choices)
    to_line = forms.ChoiceField(
        label=pgettext_lazy("referral", "To"), choices=BusinessLine.choices, initial=BusinessLine.PRIVATE
    )
    unit_id = forms.TypedChoiceField(label=_("Receiving unit"), coerce=int, widget=SearchSelect())
    receiver_post_id = forms.TypedChoiceField(
        label=pgettext_lazy("referral", "Receiver"),
        coerce=int,
        required=False,
        empty_value=None,
        widget=SearchSelect(),
        help_text=_("Empty: whoever of the unit takes it first."),
    )
    need = forms.CharField(
        label=_("What the customer needs"), max_length=LONGEST_NEED, widget=forms.Textarea(attrs={"rows": 4})
    )
    product_line = forms.ChoiceField(label=_("Product line of the figures"), choices=ProductLine.choices)
    share = forms.DecimalField(label=_("Your share of the figures (%)"), max_digits=5, decimal_places=2)

    def __init__(self, *args: Any, units: list[tuple[int, str]], posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]
        self.fields["receiver_post_id"].choices = [("", ""), *posts]  # type: ignore[attr-defined]


class ReferralFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Referral number"), field_name="referral_no", lookup_expr="startswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=ReferralState.choices)
    to_line = django_filters.ChoiceFilter(label=pgettext_lazy("referral", "To"), choices=BusinessLine.choices)

    class Meta:
        model = Referral
        fields: list[str] = []


class ReferralTable(Table):
    """转介."""

    name = "sales.referrals"
    caption = _("Referrals")
    default_sort = "-given"
    search = "q"
    search_hint = _("Referral number")
    empty_title = _("No referrals")
    empty_text = _("A customer is referred on the customer's page, under needs and plans.")
    empty_icon = "arrows-exchange"
    views = (
        View("all", _("All")),
        View("waiting", pgettext_lazy("referral", "Awaits an answer"), "state=waiting"),
        View("accepted", pgettext_lazy("referral", "Accepted"), "state=accepted"),
        View("closed", pgettext_lazy("referral", "Closed with an outcome"), "state=closed"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)

        def who(row: Referral) -> str:
            return shown_name(actor, row.customer)

        self.columns = (
            Column("referral_no", _("Referral number"), value="referral_no", phone="title", always=True),
            Column("customer", _("Customer"), value=who, phone="sub"),
            Column("lines", _("From and to"), value=_lines),
            Column("unit", _("Receiving unit"), value="unit.shown_name"),
            Column("state", _("State"), value=_state),
            Column("due", _("To be answered by"), value=lambda row: moment(row.due_at)),
            Column("given", _("Given"), value=lambda row: moment(row.given_at), sort=("given_at", "pk"), first="desc"),
        )

    def row_url(self, row: Referral) -> str:
        return reverse("referrals:referral", args=[row.pk])


def _lines(row: Referral) -> str:
    return f"{row.get_from_line_display()} → {row.get_to_line_display()}"


def is_late(row: Referral) -> bool:
    """Is an answer owed since longer than the clock allows?"""
    return row.state == ReferralState.WAITING and row.due_at < timezone.now()


def _state(row: Referral) -> str:
    level = "bad" if is_late(row) else LEVEL[row.state]
    words = _("late") if is_late(row) else row.get_state_display()
    return format_html('<span class="chip {}">{}</span>', level, words)


@require_GET
def referral_list(request: HttpRequest) -> HttpResponse:
    """Referrals given or received within reach."""
    rows = referrals(actor_of(request))
    filters = ReferralFilter(request.GET, queryset=rows, request=request)
    table = ReferralTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Referrals"), "table": table})


@require_GET
def referral_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One referral, for its giver, its receiver and their heads."""
    actor = actor_of(request)
    row = referral_file(actor, pk)
    posts = post_labels([each for each in (row.giver_post_id, row.receiver_post_id) if each])
    mine = row.giver_post_id in actor.post_ids
    reachable = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=row.customer_id).exists()
    agreed = row.state in (ReferralState.ACCEPTED, ReferralState.CLOSED)
    context = {
        "title": row.referral_no,
        "row": row,
        "late": is_late(row),
        "level": LEVEL[row.state],
        "customer_name": shown_name(actor, row.customer),
        "customer_url": reverse("party:customer", args=[row.customer_id]) if reachable else "",
        "giver": posts.get(row.giver_post_id, names_of({row.given_by}).get(row.given_by, row.given_by)),
        "receiver": posts.get(row.receiver_post_id or 0, ""),
        "receiver_share": 100 - row.share,
        "outcomes": ReferralOutcome.choices,
        "may_answer": row.state == ReferralState.WAITING and not mine and actor.may("sales.answer_referral"),
        "may_close": row.state == ReferralState.ACCEPTED and not mine and actor.may("sales.close_referral"),
        "may_withdraw": row.state == ReferralState.WAITING and mine and actor.may("sales.withdraw_referral"),
        "may_attribute": agreed
        and row.attributed_at is None
        and reachable
        and actor.may("sales.attribute_referral")
        and actor.may("party.set_shares"),
        "back_url": reverse("referrals:referrals"),
    }
    return render(request, "sales/referral.html", context)


def new_referral(request: HttpRequest, pk: int) -> HttpResponse:
    """Receivers are units; a person is chosen among colleagues, else whoever of the unit takes it first."""
    actor = need(request, "sales.make_referral")
    customer = customer_in_reach(actor, pk)
    posts = [each for each in colleagues_of(actor) if each[0] not in actor.post_ids]
    form = ReferralForm(
        request.POST or None,
        units=names.units(),
        posts=posts,
        initial={"unit_id": actor.unit_id, "share": in_force(ReferralPolicy).usual_share, "from_line": "retail"},
    )

    def act(data: dict[str, Any]) -> Referral:
        chosen = data["receiver_post_id"]
        if chosen:  # a person brings the unit along
            data = {**data, "unit_id": Post.objects.values_list("unit_id", flat=True).get(pk=chosen)}
        return make_referral(customer, actor=actor, **data)

    return form_page(
        request,
        form,
        act,
        title=_("Refer a customer"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=advice",
        go=lambda row: reverse("referrals:referral", args=[row.pk]),
        done=_("The receiver is told."),
        submit_label=pgettext_lazy("referral", "Refer"),
    )


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """POST accept=1|0, reason."""
    actor = actor_of(request)
    yes, reason = request.POST.get("accept") == "1", request.POST.get("reason", "")
    return post_only(
        request,
        lambda: answer_referral(pk, actor=actor, accept=yes, reason=reason),
        back_url=reverse("referrals:referral", args=[pk]) if yes else reverse("referrals:referrals"),
        done=_("The giver sees that you took it over.") if yes else _("The giver is told why."),
    )


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """POST outcome, note."""
    actor = actor_of(request)
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    return post_only(
        request,
        lambda: close_referral(pk, actor=actor, outcome=outcome, note=note),
        back_url=reverse("referrals:referral", args=[pk]),
        done=_("The giver is told the outcome."),
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the giver takes it back."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: withdraw_referral(pk, actor=actor),
        back_url=reverse("referrals:referral", args=[pk]),
        done=_("The referral is taken back."),
    )


@require_POST
def attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the agreed shares become those of the customer."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: attribute_referral(pk, actor=actor),
        back_url=reverse("referrals:referral", args=[pk]),
        done=_("The shares are entered from today on."),
    )


def referrals_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: referrals."""
    actor = actor_of(request)
    rows = referrals_of(actor, customer_in_reach(actor, pk))
    return "sales/panel_referrals.html", {
        "rows": [(row, "bad" if is_late(row) else LEVEL[row.state], _lines(row)) for row in rows],
        "customer_pk": pk,
        "may_refer": actor.may("sales.make_referral"),
    }
