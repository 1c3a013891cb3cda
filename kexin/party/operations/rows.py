"""Storing the rows of a party: used by several operations, a door for nobody."""

from __future__ import annotations

from kexin.core.identifiers import check as check_identifier
from kexin.party.choices import ContactKind
from kexin.party.data import AddressData, ContactData, DocumentData
from kexin.party.models import Address, ContactPoint, IdentityDocument, Party
from kexin.party.rules import clean_text
from kexin.party.tokens import contact_token, contact_token_next, identity_token, identity_token_next, last4_token


def store_document(party: Party, data: DocumentData) -> IdentityDocument:
    """Insert an identity document; a document in use raises IntegrityError."""
    number = check_identifier(data.type, data.number).normalised
    return IdentityDocument.objects.create(
        party=party,
        key_id=party.key_id,
        type=data.type,
        country=data.country,
        number=number,
        token=identity_token(data.type, data.country, number),
        token_next=identity_token_next(data.type, data.country, number),
        last4_token=last4_token(number),
        issued_on=data.issued_on,
        expires_on=None if data.long_term else data.expires_on,
        long_term=data.long_term,
    )


def store_contact(party: Party, data: ContactData) -> ContactPoint:
    """Insert a contact point; a preferred one takes the preference from its sisters."""
    checked = data.kind in (ContactKind.MOBILE, ContactKind.PHONE, ContactKind.EMAIL)
    value = check_identifier(data.kind, data.value).normalised if checked else clean_text(data.value)
    if data.preferred:
        ContactPoint.objects.filter(party=party, kind=data.kind, preferred=True).update(preferred=False)
    return ContactPoint.objects.create(
        party=party,
        key_id=party.key_id,
        kind=data.kind,
        value=value,
        token=contact_token(data.kind, value),
        token_next=contact_token_next(data.kind, value),
        last4_token=None if data.kind == ContactKind.EMAIL else last4_token(value),
        preferred=data.preferred,
        do_not_use=data.do_not_use,
        note=clean_text(data.note),
    )


def store_address(party: Party, data: AddressData) -> Address:
    """Insert an address."""
    return Address.objects.create(
        party=party,
        key_id=party.key_id,
        kind=data.kind,
        country=data.country,
        area=clean_text(data.area),
        detail=clean_text(data.detail) or None,
        postcode=clean_text(data.postcode),
    )
