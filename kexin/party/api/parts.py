"""Identity documents, contacts and addresses of a file; revealing a masked value."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Reason, Shown, Taken
from kexin.party.api.shown import (
    AddressShown,
    ContactShown,
    DocumentShown,
    address_of,
    contact_of,
    document_of,
)
from kexin.party.api.taken import AddressTaken, ContactTaken, DocumentTaken
from kexin.party.models import Customer, IdentityDocument
from kexin.party.operations import (
    change_contact,
    record_address,
    record_contact,
    record_document,
    remove_address,
    remove_contact,
    retire_document,
    reveal,
)
from kexin.party.operations.reveal import PURPOSES

router = Endpoints("customer parts", _("Documents and contacts"))


class NewDocument(DocumentTaken):
    """An identity document, perhaps instead of an older one."""

    replaces: Id | None = Field(default=None, description="The document it takes the place of", examples=[None])


class WhyRetired(Taken):
    """Why a document is taken out of use."""

    reason: Reason


class ContactChanges(Taken):
    """What a contact is from now on; what is left out stays."""

    preferred: bool | None = Field(default=None, examples=[True])
    do_not_use: bool | None = None
    verified: bool | None = Field(default=None, examples=[True])


class RevealTaken(Taken):
    """Which masked value, and what for."""

    what: str = Field(pattern="^(document|contact|address|attribute)$", examples=["contact"])
    row_id: Id
    purpose: str = Field(json_schema_extra={"enum": list(PURPOSES)}, max_length=40, examples=["contact"])


class RevealedShown(Shown):
    """The value in clear, and for how many seconds it should be shown."""

    value: str = Field(examples=["13800005678"])
    seconds: int = Field(examples=[30])


@router.write("POST", "/customers/{customer_id}/identity-documents", "party.record_document", status=201)
def add_identity_document(request: ApiRequest, customer_id: Id, data: NewDocument) -> DocumentShown:
    """Add an identity document. A number in use elsewhere answers 409."""
    replaced = IdentityDocument(pk=data.replaces, party_id=customer_id) if data.replaces else None
    taken = DocumentTaken(**data.model_dump(exclude={"replaces"})).data()
    return document_of(record_document(Customer(pk=customer_id), actor=request.actor, data=taken, replaces=replaced))


@router.write("POST", "/customers/{customer_id}/identity-documents/{document_id}/retirement", "party.retire_document")
def retire_identity_document(request: ApiRequest, customer_id: Id, document_id: Id, data: WhyRetired) -> None:
    """Take an identity document out of use; its number becomes free again."""
    retire_document(Customer(pk=customer_id), actor=request.actor, document_id=document_id, reason=data.reason)


@router.write("POST", "/customers/{customer_id}/contacts", "party.record_contact", status=201)
def add_contact(request: ApiRequest, customer_id: Id, data: ContactTaken) -> ContactShown:
    """Add a telephone number, an e-mail address or a WeCom contact."""
    return contact_of(record_contact(Customer(pk=customer_id), actor=request.actor, data=data.data()))


@router.write("PATCH", "/customers/{customer_id}/contacts/{contact_id}", "party.change_contact")
def mark_contact(request: ApiRequest, customer_id: Id, contact_id: Id, data: ContactChanges) -> ContactShown:
    """Mark a contact as preferred, not to be used, or verified."""
    changed = change_contact(
        Customer(pk=customer_id),
        actor=request.actor,
        contact_id=contact_id,
        preferred=data.preferred,
        do_not_use=data.do_not_use,
        verified=data.verified,
    )
    return contact_of(changed)


@router.write("DELETE", "/customers/{customer_id}/contacts/{contact_id}", "party.remove_contact")
def delete_contact(request: ApiRequest, customer_id: Id, contact_id: Id) -> None:
    """Take a contact out of the file; the history keeps that it was there."""
    remove_contact(Customer(pk=customer_id), actor=request.actor, contact_id=contact_id)


@router.write("POST", "/customers/{customer_id}/addresses", "party.record_address", status=201)
def add_address(request: ApiRequest, customer_id: Id, data: AddressTaken) -> AddressShown:
    """Add an address."""
    return address_of(record_address(Customer(pk=customer_id), actor=request.actor, data=data.data()))


@router.write("DELETE", "/customers/{customer_id}/addresses/{address_id}", "party.remove_address")
def delete_address(request: ApiRequest, customer_id: Id, address_id: Id) -> None:
    """Take an address out of the file."""
    remove_address(Customer(pk=customer_id), actor=request.actor, address_id=address_id)


@router.write("POST", "/customers/{customer_id}/reveal", "party.reveal", once=False)
def reveal_value(request: ApiRequest, customer_id: Id, data: RevealTaken) -> RevealedShown:
    """One masked value in clear, for a purpose. Limited per hour, always recorded, never kept for a repetition."""
    shown = reveal(
        Customer(pk=customer_id),
        actor=request.actor,
        what=data.what,
        row_id=data.row_id,
        purpose=data.purpose,
    )
    return RevealedShown(value=shown.value, seconds=shown.seconds)
