"""Customers: list, search, open, create, change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Line, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.core.export import csv_lines
from kexin.core.ui.keyset import Direction
from kexin.party.api.shown import (
    CustomerFileShown,
    CustomerLine,
    CustomerPage,
    CustomerState,
    file_of,
    line_of,
    state_of,
)
from kexin.party.choices import (
    AddressKind,
    Channel,
    ContactKind,
    CustomerStatus,
    DocumentType,
    IncomeBand,
    PartyKind,
    Sex,
)
from kexin.party.data import AddressData, ContactData, DocumentData, PartyData
from kexin.party.models import Customer
from kexin.party.operations import change_customer, create_customer, export_customers
from kexin.party.operations.export import EXPORT_HEADS, export_rows
from kexin.party.queries import (
    CustomerFilter,
    customer_file,
    customers,
    narrowed,
    open_customer,
    open_names,
    search,
)
from kexin.people.models import OrgUnit, Post
from kexin.people.queries import post_labels

router = Endpoints("customers", _("Customers"))

_SORTS: dict[str, tuple[str, Direction]] = {
    "customer_no": ("customer_no", "asc"),
    "-customer_no": ("customer_no", "desc"),
    "assets": ("assets", "asc"),
    "-assets": ("assets", "desc"),
    "changed_at": ("updated_at", "asc"),
    "-changed_at": ("updated_at", "desc"),
}
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$", examples=["CN"])]


class DocumentTaken(Taken):
    """An identity document."""

    type: one_of(DocumentType)  # type: ignore[valid-type]
    number: str = Field(min_length=1, max_length=60, examples=["310101195904129964"])
    country: Country = "CN"
    issued_on: Day | None = None
    expires_on: Day | None = Field(default=None, examples=["2035-01-01"])
    long_term: bool = False

    def data(self) -> DocumentData:
        return DocumentData(**self.model_dump())


class ContactTaken(Taken):
    """A contact point."""

    kind: one_of(ContactKind)  # type: ignore[valid-type]
    value: str = Field(min_length=1, max_length=200, examples=["13800005678"])
    preferred: bool = False
    do_not_use: bool = False
    note: str = Field(default="", max_length=60, examples=["工作日晚上"])

    def data(self) -> ContactData:
        return ContactData(**self.model_dump())


class AddressTaken(Taken):
    """An address."""

    kind: one_of(AddressKind)  # type: ignore[valid-type]
    area: str = Field(default="", max_length=120, examples=["江澜市 城东区"])
    detail: str = Field(default="", max_length=300, examples=["桂花路 12 号 3 幢 402 室"])
    country: Country = "CN"
    postcode: str = Field(default="", max_length=12, examples=["310000"])

    def data(self) -> AddressData:
        return AddressData(**self.model_dump())


class CustomerTaken(Taken):
    """A new file: a prospect, in a unit, led by a post or by nobody yet."""

    kind: one_of(PartyKind)  # type: ignore[valid-type]
    name: Line = Field(examples=["陈秀兰"])
    unit_id: Id
    lead_post_id: Id | None = None
    anyway: bool = Field(default=False, description="Open the file though files that look alike exist")
    sex: one_of(Sex) = ""  # type: ignore[valid-type]
    born_on: Day | None = Field(default=None, examples=["1959-04-12"])
    lunar_birthday: str = Field(default="", max_length=5, examples=["03-05"])
    nationality: Country = ""
    tax_residence: str = Field(default="", max_length=40, examples=["CN"])
    language: str = Field(default="", max_length=10, examples=["zh"])
    occupation: str = Field(default="", max_length=60, examples=["退休教师"])
    income_band: one_of(IncomeBand) | None = None  # type: ignore[valid-type]
    preferred_channel: one_of(Channel) | None = None  # type: ignore[valid-type]
    documents: list[DocumentTaken] = Field(default=[], max_length=20)
    contacts: list[ContactTaken] = Field(default=[], max_length=20)
    addresses: list[AddressTaken] = Field(default=[], max_length=20)
    legal_form: str = Field(default="", max_length=60, examples=["有限责任公司"])
    industry: str = Field(default="", max_length=60, examples=["零售业"])
    founded_on: Day | None = None

    def data(self) -> PartyData:
        plain: dict[str, Any] = self.model_dump(
            exclude={"unit_id", "lead_post_id", "anyway", "documents", "contacts", "addresses"}
        )
        plain |= {"income_band": self.income_band or "", "preferred_channel": self.preferred_channel or ""}
        return PartyData(
            **plain,
            documents=tuple(each.data() for each in self.documents),
            contacts=tuple(each.data() for each in self.contacts),
            addresses=tuple(each.data() for each in self.addresses),
        )


class CustomerChanges(Taken):
    """Fields to change; those left out stay as they are."""

    name: Line | None = Field(default=None, examples=["陈秀兰"])
    born_on: dt.date | None = Field(default=None, examples=["1959-04-12"])
    sex: one_of(Sex) | None = None  # type: ignore[valid-type]
    lunar_birthday: str | None = Field(default=None, max_length=5, examples=["03-05"])
    nationality: Country | None = None
    tax_residence: str | None = Field(default=None, max_length=40, examples=["CN"])
    language: str | None = Field(default=None, max_length=10, examples=["zh"])
    occupation: str | None = Field(default=None, max_length=60, examples=["退休教师"])
    income_band: one_of(IncomeBand) | None = None  # type: ignore[valid-type]
    preferred_channel: one_of(Channel) | None = None  # type: ignore[valid-type]

    def changes(self) -> dict[str, Any]:
        """What was named; ``null`` empties a field."""
        named = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value if value is not None or name == "born_on" else "" for name, value in named.items()}


class Narrowing(Taken):
    """Filters of the list of customers, all optional."""

    kind: one_of(PartyKind) | None = None  # type: ignore[valid-type]
    status: one_of(CustomerStatus) | None = None  # type: ignore[valid-type]
    unit_id: Id | None = None
    post_id: Id | None = Field(default=None, description="Led by this post", examples=[7])
    pool: bool = Field(default=False, description="Led by nobody")
    age_from: int | None = Field(default=None, ge=0, le=130, examples=[60])
    age_to: int | None = Field(default=None, ge=0, le=130, examples=[75])
    birthday_month: int | None = Field(default=None, ge=1, le=12, examples=[4])
    assets_from: int | None = Field(default=None, ge=0, le=10**17, examples=[500000])
    assets_to: int | None = Field(default=None, ge=0, le=10**17, examples=[6000000])
    text: str = Field(
        default="", max_length=80, description="Part of a name, pinyin, initials, a number, a mobile", examples=["陈"]
    )

    def wanted(self) -> CustomerFilter:
        return CustomerFilter(
            kind=self.kind or "",
            status=self.status or "",
            unit_id=self.unit_id,
            post_id=self.post_id,
            pool=self.pool,
            age_from=self.age_from,
            age_to=self.age_to,
            birthday_month=self.birthday_month,
            assets_from=self.assets_from,
            assets_to=self.assets_to,
            text=self.text,
        )


class CustomersWanted(Narrowing, Paging):
    """Which customers, in which order, which part."""

    sort: str = Field(default="customer_no", json_schema_extra={"enum": list(_SORTS)}, pattern="^-?[a-z_]+$")


class SearchWanted(Taken):
    """What is looked for."""

    text: str = Field(min_length=1, max_length=80, examples=["cxl"])
    limit: int = Field(default=10, ge=1, le=50)


class Found(Shown):
    """The first customers that answer to the text."""

    items: list[CustomerLine]


class ExportTaken(Narrowing):
    """What leaves, and what for."""

    purpose: Reason


@router.read("/customers", "party.view_customers")
def list_customers(request: ApiRequest, wanted: Query[CustomersWanted]) -> CustomerPage:
    """Customers within reach, narrowed and sorted. Sorting by assets needs the right to see holdings."""
    if wanted.sort not in _SORTS:
        raise InvalidRequest(fields={"sort": _("One of: %(expected)s.") % {"expected": ", ".join(_SORTS)}})
    figures = request.actor.may("holdings.view_accounts")
    told_by_assets = "assets" in wanted.sort or wanted.assets_from is not None or wanted.assets_to is not None
    if told_by_assets and not figures:
        raise InvalidRequest(fields={"sort": _("Assets are not yours to sort or filter by.")})
    rows = customers(request.actor, wanted.wanted()).select_related("party", "unit")
    leads: dict[int, str] = {}

    def prepare(page: Sequence[Customer]) -> None:
        open_names(page)
        leads.update(post_labels([row.lead_post_id for row in page if row.lead_post_id]))

    lines, following = page_of(
        request, rows, wanted, [_SORTS[wanted.sort]], lambda row: line_of(request.actor, row, leads), prepare
    )
    return CustomerPage(items=lines, next=following)


@router.read("/customers/search", "party.search_customers")
def search_customers(request: ApiRequest, wanted: Query[SearchWanted]) -> Found:
    """The first customers within reach whose name, number, document or contact answers to the text."""
    rows = search(request.actor, wanted.text, wanted.limit)
    leads = post_labels([row.lead_post_id for row in rows if row.lead_post_id])
    return Found(items=[line_of(request.actor, row, leads) for row in rows])


@router.write("POST", "/customers", "party.create_customer", status=201, etag=True)
def open_file(request: ApiRequest, data: CustomerTaken) -> CustomerState:
    """Open a customer's file. Files that look alike answer 409 `duplicate-suspected` until `anyway` is said."""
    customer = create_customer(
        actor=request.actor,
        data=data.data(),
        unit=unit_named(data.unit_id),
        lead_post=post_named(data.lead_post_id) if data.lead_post_id else None,
        anyway=data.anyway,
    )
    request.answer_headers["Location"] = f"/api/v1/customers/{customer.pk}"
    return state_of(request, customer)


@router.write(
    "POST",
    "/customers/export",
    "party.export_customers",
    once=False,
    content={"text/csv": {"schema": {"type": "string", "format": "binary"}}},
)
def export_list(request: ApiRequest, data: ExportTaken) -> HttpResponse:
    """Customers within reach as CSV, for a purpose; masked as on the pages, watermarked, recorded."""
    actor = request.actor
    reach = Customer.objects.visible_to(actor, "party.export_customers").order_by("customer_no")
    rows: QuerySet[Customer] = export_customers(actor=actor, rows=narrowed(reach, data.wanted()), purpose=data.purpose)
    heads = [str(head) for head in EXPORT_HEADS]
    return StreamingHttpResponse(  # type: ignore[return-value]
        csv_lines(heads, export_rows(actor, rows), actor), content_type="text/csv"
    )


@router.read("/customers/{customer_id}", "party.view_customer", etag=True)
def read_file(request: ApiRequest, customer_id: Id) -> CustomerFileShown:
    """One customer's file. Reading it is recorded."""
    row = open_customer(request.actor, customer_id)
    tell_version(request, row.version)
    lead = post_labels([row.lead_post_id]).get(row.lead_post_id) if row.lead_post_id else None
    return file_of(request.actor, customer_file(request.actor, row), lead)


@router.write("PATCH", "/customers/{customer_id}", "party.change_customer", conditional=True, etag=True)
def change_file(request: ApiRequest, customer_id: Id, data: CustomerChanges) -> CustomerState:
    """Change fields of the file. Another version than the one named answers 412 with what stands now."""
    version = expected_version(request, lambda: _version_now(request.actor, customer_id))
    customer = change_customer(Customer(pk=customer_id), actor=request.actor, version=version, changes=data.changes())
    return state_of(request, customer)


def _version_now(actor: Actor, customer_id: int) -> int:
    """The version of a customer that the actor may change; 0 where the door will refuse anyway."""
    rows = Customer.objects.visible_to(actor, "party.change_customer").filter(pk=customer_id)
    return rows.values_list("version", flat=True).first() or 0


def unit_named(pk: int) -> OrgUnit:
    """A unit named in a body. Raises InvalidRequest."""
    unit = OrgUnit.objects.filter(pk=pk).first()
    if unit is None:
        raise InvalidRequest(fields={"unit_id": _("There is no such unit.")})
    return unit


def post_named(pk: int) -> Post:
    """A post named in a body. Raises InvalidRequest."""
    post = Post.objects.select_related("unit").filter(pk=pk).first()
    if post is None:
        raise InvalidRequest(fields={"lead_post_id": _("There is no such post.")})
    return post
