"""How customers are shown: masked exactly as on the pages (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.conditional import tell_version
from kexin.core.api.endpoints import ApiRequest
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Shown, Version
from kexin.core.calendar import business_date
from kexin.core.masking import mask_address, mask_contact, mask_identity, mask_name
from kexin.party.models import Address, ContactPoint, Customer, IdentityDocument, PartyAttribute, PartyName
from kexin.party.naming import in_charge, shown_name
from kexin.party.queries import CustomerFile

_NAME = Field(
    description="Whole to who is in charge, else masked; the customer number where there is no name",
    examples=["陈秀兰"],
)


class CustomerLine(Shown):
    """A customer in a list."""

    id: Id
    customer_no: str = Field(examples=["C00000001042"])
    name: str = _NAME
    kind: str = Field(examples=["individual"])
    status: str = Field(examples=["active"])
    age: int | None = Field(description="Full or begun years", examples=[67])
    assets: Amount | None = Field(description="Only to who may see holdings", examples=["1284500.00"])
    average: Amount | None = Field(description="Daily average of this month so far", examples=["1279300.00"])
    tier: str | None = Field(description="Code of the tier", examples=["gold"])
    unit_id: Id
    unit: str = Field(examples=["城东支行"])
    lead_post_id: Id | None
    lead: str | None = Field(examples=["林晓雯 · 理财经理"])
    customer_since: Day | None
    changed_at: Moment


class CustomerPage(Page[CustomerLine]):
    """Customers, part of a list."""


class CustomerState(Shown):
    """Where a customer stands after an act. ``version`` is its ETag."""

    id: Id
    version: Version
    customer_no: str = Field(examples=["C00000001042"])
    status: str = Field(examples=["active"])
    unit_id: Id
    lead_post_id: Id | None
    customer_since: Day | None
    closed_on: Day | None


class DocumentShown(Shown):
    """An identity document in use."""

    id: Id
    type: str = Field(examples=["CN-RIC"])
    country: str = Field(examples=["CN"])
    number: str = Field(description="Masked; reveal it for a purpose", examples=["310***********9964"])
    issued_on: Day | None
    expires_on: Day | None
    long_term: bool
    verified: bool


class ContactShown(Shown):
    """A contact point."""

    id: Id
    kind: str = Field(examples=["mobile"])
    value: str = Field(description="Masked; reveal it for a purpose", examples=["138****5678"])
    preferred: bool
    do_not_use: bool
    verified: bool
    note: str = Field(examples=["工作日晚上"])


class AddressShown(Shown):
    """An address; the area stands plain, the rest is masked."""

    id: Id
    kind: str = Field(examples=["home"])
    country: str = Field(examples=["CN"])
    area: str = Field(examples=["江澜市 城东区"])
    detail: str = Field(examples=["***"])
    postcode: str = Field(examples=["310000"])


class OtherName(Shown):
    """A name in another script, a former or another name."""

    kind: str = Field(examples=["latin"])
    name: str = _NAME


class Attribute(Shown):
    """What a source system knows and Kexin does not interpret."""

    id: Id
    code: str = Field(examples=["birth_number"])
    value: str = Field(description="Masked; reveal it for a purpose", examples=["706***13"])


class CustomerFileShown(Shown):
    """One customer's file. ``version`` is its ETag."""

    id: Id
    version: Version
    customer_no: str = Field(examples=["C00000001042"])
    name: str = _NAME
    kind: str = Field(examples=["individual"])
    status: str = Field(examples=["active"])
    sex: str = Field(examples=["F"])
    born_on: Day | None = Field(description="Only to who is in charge; others see the age", examples=["1959-04-12"])
    age: int | None = Field(examples=[67])
    nationality: str = Field(examples=["CN"])
    tax_residence: str = Field(examples=["CN"])
    language: str = Field(examples=["zh"])
    occupation: str = Field(examples=["退休教师"])
    income_band: str = Field(examples=["10-30"])
    scale: str = Field(description="Size of an enterprise", examples=["small"])
    preferred_channel: str = Field(examples=["phone"])
    lunar_birthday: str = Field(examples=["03-05"])
    unit_id: Id
    unit: str = Field(examples=["城东支行"])
    lead_post_id: Id | None
    lead: str | None = Field(examples=["林晓雯 · 理财经理"])
    customer_since: Day | None
    closed_on: Day | None
    merged_into: Id | None
    assets: Amount | None = Field(description="Only to who may see holdings", examples=["1284500.00"])
    average: Amount | None = Field(description="Daily average of this month so far", examples=["1279300.00"])
    tier: str | None = Field(description="Code of the tier", examples=["gold"])
    documents: list[DocumentShown]
    contacts: list[ContactShown]
    addresses: list[AddressShown]
    other_names: list[OtherName]
    attributes: list[Attribute]


def state_of(request: ApiRequest, row: Customer) -> CustomerState:
    """Where a customer stands after an act, for whoever may act but perhaps not read; the version goes into ETag."""
    tell_version(request, row.version)
    return CustomerState(
        id=row.pk,
        version=row.version,
        customer_no=row.customer_no,
        status=row.status,
        unit_id=row.unit_id,
        lead_post_id=row.lead_post_id,
        customer_since=row.admitted_on,
        closed_on=row.closed_on,
    )


def line_of(actor: Actor, row: Customer, leads: Mapping[int, str]) -> CustomerLine:
    """A customer with its name opened, as one line."""
    return CustomerLine(
        id=row.pk,
        customer_no=row.customer_no,
        name=shown_name(actor, row),
        kind=row.kind,
        status=row.status,
        age=business_date().year - row.born_year if row.born_year else None,
        assets=row.assets if actor.may("holdings.view_accounts") else None,
        average=row.average if actor.may("holdings.view_accounts") else None,
        tier=row.tier if actor.may("holdings.view_accounts") else None,
        unit_id=row.unit_id,
        unit=row.unit.shown_name,
        lead_post_id=row.lead_post_id,
        lead=leads.get(row.lead_post_id or 0),
        customer_since=row.admitted_on,
        changed_at=row.updated_at,
    )


def document_of(row: IdentityDocument) -> DocumentShown:
    """An identity document, its number masked."""
    return DocumentShown(
        id=row.pk,
        type=row.type,
        country=row.country,
        number=mask_identity(row.number),
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        long_term=row.long_term,
        verified=row.verified_at is not None,
    )


def contact_of(row: ContactPoint) -> ContactShown:
    """A contact point, its value masked."""
    return ContactShown(
        id=row.pk,
        kind=row.kind,
        value=mask_contact(row.value),
        preferred=row.preferred,
        do_not_use=row.do_not_use,
        verified=row.verified_at is not None,
        note=row.note,
    )


def address_of(row: Address) -> AddressShown:
    """An address, to the district."""
    return AddressShown(
        id=row.pk,
        kind=row.kind,
        country=row.country,
        area=row.area,
        detail=mask_address(row.detail) if row.detail else "",
        postcode=row.postcode,
    )


def name_of(actor: Actor, customer: Customer, row: PartyName) -> OtherName:
    """Another name, masked like the first."""
    return OtherName(kind=row.kind, name=str(row.name) if in_charge(actor, customer) else mask_name(row.name))


def attribute_of(row: PartyAttribute) -> Attribute:
    """An attribute, masked."""
    return Attribute(id=row.pk, code=row.code, value=mask_identity(row.value))


def file_of(actor: Actor, file: CustomerFile, lead: str | None) -> CustomerFileShown:
    """A whole file as this actor may read it."""
    row, party = file.customer, file.party
    whole = in_charge(actor, row)
    return CustomerFileShown(
        id=row.pk,
        version=row.version,
        customer_no=row.customer_no,
        name=shown_name(actor, row, party),
        kind=row.kind,
        status=row.status,
        sex=party.sex,
        born_on=(party.born_on or None) if whole else None,
        age=file.age,
        nationality=party.nationality,
        tax_residence=party.tax_residence,
        language=party.language,
        occupation=party.occupation,
        income_band=party.income_band,
        scale=party.scale,
        preferred_channel=party.preferred_channel,
        lunar_birthday=party.lunar_birthday if whole else "",
        unit_id=row.unit_id,
        unit=row.unit.shown_name,
        lead_post_id=row.lead_post_id,
        lead=lead,
        customer_since=row.admitted_on,
        closed_on=row.closed_on,
        merged_into=row.merged_into_id,
        assets=row.assets if actor.may("holdings.view_accounts") else None,
        average=row.average if actor.may("holdings.view_accounts") else None,
        tier=row.tier if actor.may("holdings.view_accounts") else None,
        documents=[document_of(each) for each in file.documents],
        contacts=[contact_of(each) for each in file.contacts],
        addresses=[address_of(each) for each in file.addresses],
        other_names=[name_of(actor, row, each) for each in file.names],
        attributes=[attribute_of(each) for each in file.attributes],
    )
