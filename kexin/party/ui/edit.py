"""Changing a customer's file in the browser: the form, single fields in place, parts of the file, revealing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, KexinError, RuleViolation
from kexin.core.masking import mask_address, mask_contact, mask_identity
from kexin.core.territories import territory_names
from kexin.core.ui.request import actor_of
from kexin.party.choices import PartyKind
from kexin.party.data import AddressData, ContactData, DocumentData
from kexin.party.models import Address, ContactPoint, Customer, IdentityDocument, PartyAttribute
from kexin.party.operations import (
    assign_portfolio,
    change_customer,
    create_customer,
    record_address,
    record_contact,
    record_document,
    remove_address,
    remove_contact,
    retire_document,
    reveal,
)
from kexin.party.operations.customers import CHANGEABLE, DuplicateSuspected
from kexin.party.operations.parts import change_contact
from kexin.party.operations.reveal import PURPOSES
from kexin.party.queries import customer_in_reach
from kexin.party.ui.forms import (
    AddressForm,
    AssignForm,
    BasicsForm,
    ContactForm,
    ContactMarksForm,
    DocumentForm,
    EditForm,
    NewCustomerForm,
)
from kexin.people.models import Post
from kexin.people.queries import posts_in_reach, units_in_reach

INLINE_FIELDS = (
    ("sex", gettext_lazy("Sex")),
    ("nationality", gettext_lazy("Nationality")),
    ("tax_residence", gettext_lazy("Tax residence")),
    ("language", gettext_lazy("Language")),
    ("occupation", gettext_lazy("Occupation")),
    ("income_band", gettext_lazy("Income")),
    ("scale", gettext_lazy("Size of enterprise")),
    ("preferred_channel", gettext_lazy("Preferred channel")),
)


def _actor(request: HttpRequest) -> Actor:
    return actor_of(request)


def _done(request: HttpRequest, customer_id: int, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("party:customer", pk=customer_id)


def _try(form: forms.Form, act: Callable[[], Any], fields: dict[str, str] | None = None) -> bool:
    """Run an operation; put its refusal at the fields of the form. Out of reach and not permitted pass through."""
    try:
        act()
    except (RuleViolation, Conflict) as refusal:
        for name, text in refusal.fields.items():
            target = (fields or {}).get(name, name)
            form.add_error(target if target in form.fields else None, str(text))
        if not refusal.fields:
            form.add_error(None, str(refusal.message))
        return False
    return True


def new_customer(request: HttpRequest) -> HttpResponse:
    """The short form; files that look alike are shown with “open it” or “create anyway”, values kept."""
    actor = _actor(request)
    units, posts = units_in_reach(actor, "party.create_customer"), posts_in_reach(actor, "party.create_customer")
    initial = {"kind": "individual", "nationality": "CN", "unit": actor.unit_id, "lead_post": actor.post_id}
    form = NewCustomerForm(request.POST or None, units=units, posts=posts, initial=initial)
    matches: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            customer = create_customer(
                actor=actor,
                data=form.data_of(),
                unit=form.cleaned_data["unit"],
                lead_post=form.cleaned_data["lead_post"],
                anyway=form.cleaned_data["anyway"],
            )
        except DuplicateSuspected as suspected:
            matches = suspected.matches
        except (RuleViolation, Conflict) as refusal:
            form.complain(refusal.fields)
            if not refusal.fields:
                form.add_error(None, str(refusal.message))
        else:
            return _done(request, customer.pk, _("The file is open."))
    sections = [
        (_("Who"), [form[n] for n in ("kind", "name", "sex", "born_on", "nationality", "tax_residence")]),
        (
            _("Identity document"),
            [form[n] for n in ("document_type", "document_number", "document_expires_on", "document_long_term")],
        ),
        (_("How to reach"), [form[n] for n in ("mobile", "email", "area", "detail", "language", "preferred_channel")]),
        (_("Work and income"), [form[n] for n in ("occupation", "income_band", "scale")]),
        (_("In charge"), [form[n] for n in ("unit", "lead_post")]),
    ]
    context = {"title": _("New customer"), "form": form, "sections": sections, "matches": matches}
    context |= {"back_url": reverse("party:customers"), "submit_label": _("Open the file")}
    return render(request, "party/new_customer.html", context)


def shown_fields(customer: Customer) -> list[tuple[str, Any]]:
    """The plain facts of a file with their labels; only enterprises have a size."""
    return [each for each in INLINE_FIELDS if each[0] != "scale" or customer.kind == PartyKind.ENTERPRISE]


def _edit_form(customer: Customer, data: Any, **more: Any) -> EditForm:
    form = EditForm(data, **more)
    if customer.kind != PartyKind.ENTERPRISE:
        del form.fields["scale"]
    return form


def edit_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole form with the version seen; a second person is told what changed meanwhile."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    initial = {name: getattr(customer.party, name) or "" for name in BasicsForm.base_fields}
    initial["born_on"] = customer.party.born_on or None
    form = _edit_form(customer, request.POST or None, initial=initial | {"version": customer.version})
    conflict: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        changes = {name: value for name, value in data.items() if name in form.changed_data}
        try:
            change_customer(customer, actor=actor, version=version, changes=changes)
        except Conflict as other:
            conflict = {
                "lines": [
                    {"label": form.fields[name].label, "mine": changes[name], "now": value}
                    for name, value in other.current.items()
                    if name in changes
                ]
            }
            again = request.POST.copy()
            again["version"] = str(customer.version)
            form = _edit_form(customer, again, initial=initial)
        except RuleViolation as refusal:
            for name, text in refusal.fields.items():
                form.add_error(name if name in form.fields else None, str(text))
            if not refusal.fields:
                form.add_error(None, str(refusal.message))
        else:
            return _done(request, pk, _("Saved."))
    context = {"title": _("Edit customer"), "form": form, "customer": customer, "conflict": conflict}
    context["back_url"] = reverse("party:customer", args=[pk])
    status = 409 if conflict else 200
    return render(request, "party/edit_customer.html", context, status=status)


def inline_value(request: HttpRequest, customer: Customer, name: str) -> str:
    """One plain fact in words."""
    party = customer.party
    display = getattr(party, f"get_{name}_display", None)
    if display is not None:
        return str(display())
    value = getattr(party, name)
    if name in ("nationality", "tax_residence"):
        return territory_names(value or "")
    field = BasicsForm.base_fields[name]
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value or "")


def field(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One field changed in place."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    label = dict(shown_fields(customer)).get(name)
    if label is None or name not in CHANGEABLE:
        raise Http404
    shown = {"customer": customer, "name": name, "label": label, "may_change": actor.may("party.change_customer")}

    class OneField(forms.Form):
        pass

    OneField.base_fields = {name: BasicsForm.base_fields[name]}
    form = OneField(request.POST if request.method == "POST" else None, initial={name: getattr(customer.party, name)})
    if request.GET.get("cancel"):
        return render(request, "party/inline_value.html", shown | {"value": inline_value(request, customer, name)})
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        try:
            change_customer(
                customer,
                actor=actor,
                version=int(version) if version.isdigit() else -1,
                changes={name: form.cleaned_data[name]},
            )
        except RuleViolation as refusal:
            form.add_error(name, " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message))
        else:
            fresh = customer_in_reach(actor, pk)
            value = inline_value(request, fresh, name)
            return render(request, "party/inline_value.html", shown | {"customer": fresh, "value": value})
    return render(request, "party/inline_form.html", shown | {"bound": form[name]})


_REVEALABLE: dict[str, tuple[Any, str, Callable[[object], str]]] = {
    "document": (IdentityDocument, "number", mask_identity),
    "contact": (ContactPoint, "value", mask_contact),
    "address": (Address, "detail", mask_address),
    "attribute": (PartyAttribute, "value", mask_identity),
}


def reveal_value(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: ask what for. POST: show it for a while. ``masked=1`` gives back the masked value."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    what, row = request.GET.get("what", ""), request.GET.get("row", "")
    if what not in _REVEALABLE or not row.isdigit():
        raise Http404
    action = f"{reverse('party:reveal', args=[pk])}?what={what}&row={row}"
    context: dict[str, Any] = {"customer": customer, "what": what, "row": row, "action": action, "may_reveal": True}
    fragment = "party/reveal_form.html"
    if request.GET.get("masked"):
        model, name, mask = _REVEALABLE[what]
        found = model.objects.filter(pk=int(row), party_id=customer.pk).first()
        if found is None:
            raise Http404
        context["masked"] = mask(getattr(found, name))
        fragment = "party/reveal_button.html"
    elif request.method == "POST":
        try:
            context["revealed"] = reveal(
                customer, actor=actor, what=what, row_id=int(row), purpose=request.POST.get("purpose", "")
            )
            fragment = "party/revealed.html"
        except RuleViolation as refusal:
            context["error"] = " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)
    context["purposes"] = PURPOSES.items()
    if request.headers.get("HX-Request"):
        return render(request, fragment, context)
    return render(request, "party/reveal_page.html", context | {"fragment": fragment})


def _form_page(request: HttpRequest, form: forms.Form, customer_id: int, title: str, **more: Any) -> HttpResponse:
    context = {"title": title, "form": form, "back_url": reverse("party:customer", args=[customer_id]), **more}
    return render(request, "core/form.html", context)


def add_document(request: HttpRequest, pk: int) -> HttpResponse:
    """A new identity document, or one that replaces another."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    number = request.GET.get("replaces", "")
    old = IdentityDocument.objects.filter(pk=number, party_id=pk, retired_at=None).first() if number.isdigit() else None
    form = DocumentForm(request.POST or None, initial={"type": old.type, "country": old.country} if old else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _try(
            form,
            lambda: record_document(customer, actor=actor, data=DocumentData(**form.cleaned_data), replaces=old),
        )
    ):
        return _done(request, pk, _("The document is recorded."))
    return _form_page(request, form, pk, _("Identity document"))


@require_POST
def retire(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take a document out of use."""
    retire_document(
        customer_in_reach(_actor(request), pk),
        actor=_actor(request),
        document_id=row,
        reason=request.POST.get("reason", ""),
    )
    return _done(request, pk, _("The document is no longer used."))


def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """A new contact point."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    form = ContactForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _try(form, lambda: record_contact(customer, actor=actor, data=ContactData(**form.cleaned_data)))
    ):
        return _done(request, pk, _("The contact is recorded."))
    return _form_page(request, form, pk, _("Contact"))


def contact(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Marks of a contact point, and taking it out of the file."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    found = ContactPoint.objects.filter(pk=row, party_id=pk).first()
    if found is None:
        raise Http404
    initial = {"preferred": found.preferred, "do_not_use": found.do_not_use, "verified": bool(found.verified_at)}
    form = ContactMarksForm(request.POST or None, initial=initial)
    if request.method == "POST" and "remove" in request.POST:
        remove_contact(customer, actor=actor, contact_id=row)
        return _done(request, pk, _("The contact was removed."))
    if (
        request.method == "POST"
        and form.is_valid()
        and _try(form, lambda: change_contact(customer, actor=actor, contact_id=row, **form.cleaned_data))
    ):
        return _done(request, pk, _("Saved."))
    context = {"title": mask_contact(found.value), "form": form, "customer": customer, "contact": found}
    context["back_url"] = reverse("party:customer", args=[pk])
    return render(request, "party/contact.html", context)


def add_address(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    form = AddressForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _try(form, lambda: record_address(customer, actor=actor, data=AddressData(**form.cleaned_data)))
    ):
        return _done(request, pk, _("The address is recorded."))
    return _form_page(request, form, pk, _("Address"))


@require_POST
def remove_address_row(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take an address out of the file."""
    remove_address(customer_in_reach(_actor(request), pk), actor=_actor(request), address_id=row)
    return _done(request, pk, _("The address was removed."))


def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the customer to another lead manager, or back to the pool."""
    actor = _actor(request)
    customer = customer_in_reach(actor, pk)
    if not actor.may("party.assign_portfolio"):
        raise Http404
    form = AssignForm(
        request.POST or None,
        posts=posts_in_reach(actor, "party.assign_portfolio"),
        initial={"post": customer.lead_post_id},
    )
    if request.method == "POST" and form.is_valid():
        post: Post | None = form.cleaned_data["post"]
        try:
            if _try(
                form,
                lambda: assign_portfolio(customer, actor=actor, post=post, reason=form.cleaned_data["reason"]),
            ):
                return _done(request, pk, _("The customer is assigned."))
        except KexinError as refusal:
            form.add_error(None, str(refusal.message))
    return _form_page(request, form, pk, _("Assign customer"))
