"""The customer page: head, facts, tabs; panels load by themselves. And the side panel of lists (peek)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.masking import mask_contact, mask_identity, mask_name
from kexin.core.ui.panels import Fact, facts_for, record_context
from kexin.core.ui.request import actor_of
from kexin.party.choices import CustomerStatus
from kexin.party.models import ContactPoint, Customer, IdentityDocument
from kexin.party.naming import in_charge, shown_name
from kexin.party.queries import customer_file, customer_in_reach, open_customer, relationships
from kexin.party.rules import age_on
from kexin.party.ui.display import STATUS_LEVEL
from kexin.party.ui.edit import inline_value, shown_fields
from kexin.party.ui.lists import beside
from kexin.people.queries import post_labels


def head_context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What the head of the file says: name, chips, the line of identifiers, what may be done."""
    actor = actor_of(request)
    party = customer.party
    whole = in_charge(actor, customer)
    document = IdentityDocument.objects.filter(party=party, retired_at=None).order_by("pk").first()
    contact = ContactPoint.objects.filter(party=party, do_not_use=False).order_by("-preferred", "pk").first()
    born = party.born_on or None
    open_file = customer.status not in (CustomerStatus.MERGED, CustomerStatus.CLOSED)
    return {
        "customer": customer,
        "party": party,
        "title": shown_name(actor, customer),
        "status_level": STATUS_LEVEL[customer.status],
        "age": age_on(born, business_date()) if born else None,
        "born_on": born if whole else None,
        "document": document,
        "document_shown": mask_identity(document.number) if document else "",
        "contact": contact,
        "contact_shown": mask_contact(contact.value) if contact else "",
        "lead": post_labels([customer.lead_post_id]).get(customer.lead_post_id) if customer.lead_post_id else None,
        "may_change": open_file and actor.may("party.change_customer"),
        "may_reveal": actor.may("party.reveal"),
        "may_assign": open_file and actor.may("party.assign_portfolio"),
    }


def customer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /customers/1/: opening is recorded; panels follow."""
    actor = actor_of(request)
    customer = open_customer(actor, pk)
    context = head_context(request, customer) | record_context(request, "customer", customer)
    context |= beside(request, customer) | {"back_label": _("Customers")}
    return render(request, "party/customer.html", context)


def peek(request: HttpRequest, pk: int) -> HttpResponse:
    """The head of a file beside the list; recorded like opening it."""
    customer = open_customer(actor_of(request), pk)
    context = head_context(request, customer) | {"facts": facts_for(request, "customer", customer)}
    return render(request, "party/peek.html", context)


def profile_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: documents, contacts, addresses, other names, attributes; masked, each revealed for a purpose."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    file = customer_file(actor, customer)
    for document in file.documents:
        document.shown = mask_identity(document.number)  # type: ignore[attr-defined]
    for contact in file.contacts:
        contact.shown = mask_contact(contact.value)  # type: ignore[attr-defined]
    for name in file.names:
        name.shown = name.name if in_charge(actor, customer) else mask_name(name.name)  # type: ignore[attr-defined]
    for attribute in file.attributes:
        attribute.shown = mask_identity(attribute.value)  # type: ignore[attr-defined]
    open_file = customer.status not in (CustomerStatus.MERGED, CustomerStatus.CLOSED)
    return "party/panel_profile.html", {
        "customer": customer,
        "file": file,
        "today": business_date(),
        "may_change": open_file and actor.may("party.change_customer"),
        "may_change_contact": open_file and actor.may("party.record_contact"),
        "may_reveal": actor.may("party.reveal"),
    }


def basics_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: the plain facts, each changed in place."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    lines = [(name, label, inline_value(request, customer, name)) for name, label in shown_fields(customer)]
    open_file = customer.status not in (CustomerStatus.MERGED, CustomerStatus.CLOSED)
    may_change = open_file and actor.may("party.change_customer")
    return "party/panel_basics.html", {"customer": customer, "lines": lines, "may_change": may_change}


def relations_side_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: who belongs to this customer, on the overview."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    rows = relationships(actor, customer)
    reach = set(
        Customer.objects.visible_to(actor, "party.view_customer")
        .filter(pk__in={each for row in rows for each in (row.from_party_id, row.to_party_id)})
        .values_list("pk", flat=True)
    )
    lines = []
    for row in rows:
        outward = row.from_party_id == customer.pk
        other = row.to_party if outward else row.from_party
        mine = other.pk in reach
        name = shown_name(actor, other.customer) if mine and hasattr(other, "customer") else None
        lines.append(
            {
                "row": row,
                "name": name,
                "url": reverse("party:customer", args=[other.pk]) if mine else "",
                "label": row.get_kind_display(),
                "outward": outward,
                "kind": other.get_kind_display(),
            }
        )
    return "party/panel_relations.html", {"customer": customer, "lines": lines}


def assignment_fact(request: HttpRequest, customer: Customer) -> Fact:
    """Head slot: since when a customer, or since when a file."""
    label, since = _("Customer since"), customer.admitted_on
    if since is None:
        label, since = _("File opened on"), localtime(customer.created_at).date()
    return Fact(label, since.strftime("%Y-%m-%d"), customer.unit.shown_name)
