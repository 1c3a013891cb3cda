"""Documents, contacts and addresses of a customer's file."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.workflow import close_work
from kexin.party import rules
from kexin.party.choices import CustomerStatus, FactKind, FactSource
from kexin.party.data import AddressData, ContactData, DocumentData, PartyData
from kexin.party.events import CustomerChanged, DocumentRecorded
from kexin.party.models import Address, ContactPoint, Customer, IdentityDocument, Party
from kexin.party.operations.customers import touch
from kexin.party.operations.expiry import close_renewed
from kexin.party.operations.facts import note_confirmed
from kexin.party.operations.rows import store_address, store_contact, store_document


def _open_file(customer: Customer, actor: Actor) -> tuple[Customer, Party]:
    row = Customer.objects.lock(customer, actor)
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    return row, Party.objects.select_for_update().get(pk=row.pk)


@operation("party.record_document", label=_("Record an identity document"))
def record_document(
    customer: Customer, *, actor: Actor, data: DocumentData, replaces: IdentityDocument | None = None
) -> IdentityDocument:
    """Add an identity document, retiring the one it replaces. A number in use elsewhere raises Conflict."""
    row, party = _open_file(customer, actor)
    known = PartyData(kind=party.kind, sex=party.sex, born_on=party.born_on or None)
    (rules.may_hold_document(data, business_date()) & rules.may_agree(known, data)).enforce()
    if replaces is not None:
        _retire(row, replaces.pk, actor)
    try:
        with transaction.atomic():
            document = store_document(party, data)
    except IntegrityError as error:
        raise Conflict(
            _("A customer with this document exists already."),
            fields={"number": _("This number is in use already.")},
        ) from error
    close_renewed(row, actor)
    touch(row, party)
    note_confirmed(row, [FactKind.IDENTITY], actor)
    emit(DocumentRecorded(row.pk, row.customer_no, data.type))
    return document


def _retire(customer: Customer, document_id: int, actor: Actor) -> None:
    found = IdentityDocument.objects.filter(pk=document_id, party_id=customer.pk, retired_at=None)
    if not found.update(retired_at=timezone.now()):
        raise NotFound
    close_work("party.document_expiring", "party.IdentityDocument", document_id, outcome="replaced", by=actor.name)


@operation("party.retire_document", label=_("Retire an identity document"), plain=("reason",))
def retire_document(customer: Customer, *, actor: Actor, document_id: int, reason: str) -> Customer:
    """Take a document out of use; its number becomes free again."""
    row, party = _open_file(customer, actor)
    _retire(row, document_id, actor)
    touch(row, party)
    emit(CustomerChanged(row.pk, row.customer_no, ("documents",)))
    return row


@operation("party.record_contact", label=_("Record a contact point"))
def record_contact(customer: Customer, *, actor: Actor, data: ContactData) -> ContactPoint:
    """Add a telephone number, an e-mail address or a WeCom contact."""
    row, party = _open_file(customer, actor)
    rules.may_reach(data).enforce()
    try:
        with transaction.atomic():
            contact = store_contact(party, data)
    except IntegrityError as error:
        raise Conflict(fields={"value": _("This contact is in the file already.")}) from error
    touch(row, party)
    note_confirmed(row, [FactKind.CONTACTS], actor)
    emit(CustomerChanged(row.pk, row.customer_no, ("contacts",)))
    return contact


@operation("party.change_contact", label=_("Change a contact point"))
def change_contact(
    customer: Customer,
    *,
    actor: Actor,
    contact_id: int,
    preferred: bool | None = None,
    do_not_use: bool | None = None,
    verified: bool | None = None,
) -> ContactPoint:
    """Mark a contact as preferred, not to be used, or verified."""
    row, party = _open_file(customer, actor)
    contact = ContactPoint.objects.select_for_update().filter(pk=contact_id, party_id=row.pk).first()
    if contact is None:
        raise NotFound
    if do_not_use is not None:
        contact.do_not_use = do_not_use
    if preferred is not None:
        if preferred:
            ContactPoint.objects.filter(party_id=row.pk, kind=contact.kind, preferred=True).update(preferred=False)
        contact.preferred = preferred
    if verified is not None:
        contact.verified_at = timezone.now() if verified else None
    if contact.preferred and contact.do_not_use:
        raise RuleViolation(_("A contact that must not be used cannot be the preferred one."))
    contact.save(update_fields=["do_not_use", "preferred", "verified_at"])
    touch(row, party)
    if verified:
        note_confirmed(row, [FactKind.CONTACTS], actor, FactSource.SAID)
    emit(CustomerChanged(row.pk, row.customer_no, ("contacts",)))
    return contact


@operation("party.remove_contact", label=_("Remove a contact point"))
def remove_contact(customer: Customer, *, actor: Actor, contact_id: int) -> Customer:
    """Take a contact out of the file; the history keeps that it was there."""
    row, party = _open_file(customer, actor)
    deleted, _details = ContactPoint.objects.filter(pk=contact_id, party_id=row.pk).delete()
    if not deleted:
        raise NotFound
    touch(row, party)
    note_confirmed(row, [FactKind.CONTACTS], actor)
    emit(CustomerChanged(row.pk, row.customer_no, ("contacts",)))
    return row


@operation("party.record_address", label=_("Record an address"))
def record_address(customer: Customer, *, actor: Actor, data: AddressData) -> Address:
    """Add an address."""
    row, party = _open_file(customer, actor)
    if not rules.clean_text(data.area) and not rules.clean_text(data.detail):
        raise RuleViolation(fields={"area": _("An address is needed.")})
    address = store_address(party, data)
    touch(row, party)
    note_confirmed(row, [FactKind.ADDRESS], actor)
    emit(CustomerChanged(row.pk, row.customer_no, ("addresses",)))
    return address


@operation("party.remove_address", label=_("Remove an address"))
def remove_address(customer: Customer, *, actor: Actor, address_id: int) -> Customer:
    """Take an address out of the file."""
    row, party = _open_file(customer, actor)
    deleted, _details = Address.objects.filter(pk=address_id, party_id=row.pk).delete()
    if not deleted:
        raise NotFound
    touch(row, party)
    note_confirmed(row, [FactKind.ADDRESS], actor)
    emit(CustomerChanged(row.pk, row.customer_no, ("addresses",)))
    return row
