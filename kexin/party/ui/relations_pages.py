"""Relationships: the tab with its graph and table, recording one, ending one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.ui.fields import DayInput, SearchSelect
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.party.choices import RelationshipKind
from kexin.party.models import Customer, Party
from kexin.party.naming import shown_name
from kexin.party.operations import end_relationship, record_relationship
from kexin.party.queries import customer_in_reach, neighbourhood, search
from kexin.party.rules import ORGANISATIONS


class RelationshipForm(forms.Form):
    other = forms.CharField(label=gettext_lazy("Other party"), widget=SearchSelect(url="/customers/pick/"))
    kind = forms.ChoiceField(label=gettext_lazy("The other is this customer's"), choices=RelationshipKind.choices)
    outward = forms.BooleanField(label=gettext_lazy("The reverse: this customer is that of the other"), required=False)
    share = forms.DecimalField(label=gettext_lazy("Share in %"), required=False, max_digits=6, decimal_places=3)
    starts_on = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput())
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)


def pick(request: HttpRequest) -> JsonResponse:
    """GET ?q=: customers within reach, for a picker."""
    actor = actor_of(request)
    found = search(actor, request.GET.get("q", ""), 10)
    return JsonResponse(
        [{"value": str(row.pk), "text": f"{shown_name(actor, row)} · {row.customer_no}"} for row in found], safe=False
    )


def relations_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """The graph of two steps around the customer, and the same as a table."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    rows, reach = neighbourhood(actor, customer)

    def name(party: Party) -> str:
        if party.pk in reach:
            return shown_name(actor, party.customer)
        return _("Outside your reach")

    nodes: dict[int, dict[str, Any]] = {}
    for row in rows:
        for party in (row.from_party, row.to_party):
            nodes.setdefault(
                party.pk,
                {
                    "id": str(party.pk),
                    "name": name(party),
                    "group": 1 if party.kind in ORGANISATIONS else 0,
                    "main": party.pk == customer.pk,
                    "note": str(party.get_kind_display()),
                    "url": reverse("party:customer", args=[party.pk]) if party.pk in reach else "",
                },
            )
    links = [
        {"source": str(row.from_party_id), "target": str(row.to_party_id), "label": str(row.get_kind_display())}
        for row in rows
    ]
    lines = [
        {
            "row": row,
            "from": nodes[row.from_party_id],
            "to": nodes[row.to_party_id],
            "own": customer.pk in (row.from_party_id, row.to_party_id),
        }
        for row in rows
    ]
    spec = {"type": "graph", "nodes": list(nodes.values()), "links": links}
    context = {"customer": customer, "lines": lines, "spec": spec if rows else None}
    context["may_change"] = actor.may("party.record_relationship")
    return "party/panel_graph.html", context


def add_relationship(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that another customer is related to this one."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    form = RelationshipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        other = data.pop("other")
        try:
            if not other.isdigit():
                raise NotFound
            record_relationship(customer, actor=actor, other=Customer(pk=int(other)), **data)
        except NotFound:
            form.add_error("other", _("Choose a customer within your reach."))
        except (RuleViolation, Conflict) as refusal:
            for field, text in refusal.fields.items():
                form.add_error(field if field in form.fields else None, str(text))
            if not refusal.fields:
                form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("The relationship is recorded."))
            return redirect(f"{reverse('party:customer', args=[pk])}?tab=relations")
    context = {"title": _("Relationship"), "form": form, "back_url": reverse("party:customer", args=[pk])}
    return render(request, "core/form.html", context)


class EndForm(forms.Form):
    """The first day that no longer belongs to the relationship."""

    ends_on = forms.DateField(label=gettext_lazy("Ended on"), widget=DayInput())


def end(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Ask for the day on which the relationship ended (a divorce, a sale), then end it."""
    actor = need(request, "party.end_relationship")
    customer = customer_in_reach(actor, pk)
    return form_page(
        request,
        EndForm(request.POST or None, initial={"ends_on": business_date()}),
        lambda data: end_relationship(customer, actor=actor, relationship_id=row, ends_on=data["ends_on"]),
        title=_("End a relationship"),
        sub=_("It stays in the history; what the household had until then stays, too."),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=relations",
        done=_("The relationship has ended."),
        submit_label=_("End"),
    )
