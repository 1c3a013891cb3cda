"""Forms of customer pages: they parse; rules decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from kexin.core.territories import territory_choices
from kexin.core.ui.fields import DayInput, SearchSelect
from kexin.party.choices import (
    AddressKind,
    Channel,
    ContactKind,
    DocumentType,
    EnterpriseScale,
    IncomeBand,
    PartyKind,
    Sex,
)
from kexin.party.data import AddressData, ContactData, DocumentData, PartyData
from kexin.people.models import OrgUnit, Post

LANGUAGES = [("", "—"), ("zh-hans", _("Chinese")), ("en", _("English")), ("ug", _("Uyghur")), ("bo", _("Tibetan"))]


def _blank(choices: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return [("", "—"), *choices]


class TerritoryField(forms.ChoiceField):
    """A country or region; a code that a load brought and nobody knows may stay."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=territory_choices, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        bound = super().get_bound_field(form, field_name)
        value, known = bound.value(), territory_choices()
        self.choices = known if value in dict(known) or not value else [*known, (value, value)]
        return bound

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) == 2 and str(value).isalpha() and str(value).isascii()

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).upper()


class BasicsForm(forms.Form):
    """What a file says of a person or organisation besides documents and contacts."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[("", "—"), *[c for c in Sex.choices if c[0]]])
    born_on = forms.DateField(label=_("Born on"), required=False, widget=DayInput())
    nationality = TerritoryField(label=_("Nationality"), required=False, widget=SearchSelect())
    tax_residence = forms.CharField(
        label=_("Tax residence"),
        max_length=40,
        required=False,
        help_text=_("Codes of two letters; several with commas: CN, US"),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=LANGUAGES)
    occupation = forms.CharField(label=_("Occupation"), max_length=60, required=False)
    scale = forms.ChoiceField(
        label=_("Size of enterprise"),
        required=False,
        choices=_blank(EnterpriseScale.choices),
        help_text=_("Enterprises only; it decides how much care a sale takes"),
    )
    income_band = forms.ChoiceField(label=_("Income"), required=False, choices=_blank(IncomeBand.choices))
    preferred_channel = forms.ChoiceField(label=_("Preferred channel"), required=False, choices=_blank(Channel.choices))


class EditForm(BasicsForm):
    """The same with the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput())


class NewCustomerForm(BasicsForm):
    """A new file: short, with one document, one mobile and one address; more is added on the page."""

    kind = forms.ChoiceField(label=_("Type"), choices=PartyKind.choices)
    document_type = forms.ChoiceField(label=_("Document type"), required=False, choices=_blank(DocumentType.choices))
    document_number = forms.CharField(label=_("Document number"), required=False, max_length=60)
    document_expires_on = forms.DateField(label=_("Valid until"), required=False, widget=DayInput())
    document_long_term = forms.BooleanField(label=_("Long-term validity"), required=False)
    mobile = forms.CharField(label=_("Mobile"), required=False, max_length=30)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=200)
    area = forms.CharField(label=_("Province, city, district"), required=False, max_length=120)
    detail = forms.CharField(label=_("Street and number"), required=False, max_length=300)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.none(), widget=SearchSelect())
    lead_post = forms.ModelChoiceField(
        label=_("Lead manager"), queryset=Post.objects.none(), required=False, widget=SearchSelect()
    )
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput())

    order = ("kind", "name", "document_type", "document_number")
    FIELD_OF = {  # where a rule's complaint about nested data belongs on this form
        "documents-0-number": "document_number",
        "documents-0-expires_on": "document_expires_on",
    }

    def __init__(self, *args: Any, units: Any, posts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["lead_post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["name"].required = True

    def data_of(self) -> PartyData:
        """The plain values, ready for the operation."""
        data = self.cleaned_data
        documents = []
        if data["document_type"] or data["document_number"]:
            documents.append(
                DocumentData(
                    type=data["document_type"] or "OTHER",
                    number=data["document_number"],
                    expires_on=data["document_expires_on"],
                    long_term=data["document_long_term"],
                )
            )
        contacts = []
        if data["mobile"]:
            contacts.append(ContactData(kind="mobile", value=data["mobile"], preferred=True))
        if data["email"]:
            contacts.append(ContactData(kind="email", value=data["email"]))
        addresses = []
        if data["area"] or data["detail"]:
            addresses.append(AddressData(kind="home", area=data["area"], detail=data["detail"]))
        plain = {name: data[name] for name in BasicsForm.base_fields}
        return PartyData(
            kind=data["kind"],
            documents=tuple(documents),
            contacts=tuple(contacts),
            addresses=tuple(addresses),
            **plain,
        )

    def complain(self, fields: dict[str, Any]) -> None:
        """Put a rule's sentences at the fields they concern."""
        contacts = [name for name in ("mobile", "email") if self.cleaned_data.get(name)]
        for name, text in fields.items():
            target = self.FIELD_OF.get(name, name)
            if name.startswith("contacts-"):
                index = int(name.split("-")[1])
                target = contacts[index] if index < len(contacts) else "mobile"
            self.add_error(target if target in self.fields else None, str(text))


class DocumentForm(forms.Form):
    type = forms.ChoiceField(label=_("Document type"), choices=DocumentType.choices)
    number = forms.CharField(label=_("Number"), max_length=60)
    country = forms.CharField(label=_("Issuing country"), max_length=2, initial="CN")
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=DayInput())
    expires_on = forms.DateField(label=_("Valid until"), required=False, widget=DayInput())
    long_term = forms.BooleanField(label=_("Long-term validity"), required=False)


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ContactKind.choices)
    value = forms.CharField(label=_("Number or address"), max_length=200)
    preferred = forms.BooleanField(label=_("Preferred"), required=False)
    note = forms.CharField(label=_("When to call"), max_length=60, required=False)


class ContactMarksForm(forms.Form):
    preferred = forms.BooleanField(label=_("Preferred"), required=False)
    do_not_use = forms.BooleanField(label=_("Do not use"), required=False)
    verified = forms.BooleanField(label=_("Verified"), required=False)


class AddressForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=AddressKind.choices)
    country = forms.CharField(label=_("Country"), max_length=2, initial="CN")
    area = forms.CharField(label=_("Province, city, district"), max_length=120, required=False)
    detail = forms.CharField(label=_("Street and number"), max_length=300, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)


class AssignForm(forms.Form):
    post = forms.ModelChoiceField(
        label=_("Lead manager"),
        queryset=Post.objects.none(),
        required=False,
        widget=SearchSelect(),
        empty_label=_("Unassigned pool"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, posts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
