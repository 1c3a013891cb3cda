"""Customers: list, search, open, create, change."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Id, Paging, Shown, Taken, page_of
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
from kexin.party.api.taken import CustomerChanges, CustomerNarrowing, CustomerTaken, post_named, unit_named
from kexin.party.models import Customer
from kexin.party.operations import change_customer, create_customer
from kexin.party.queries import customer_file, customers, open_customer, open_names, search
from kexin.people.queries import post_labels

router = Endpoints("customers", _("Customers"))

_SORTS: dict[str, tuple[str, Direction]] = {
    "customer_no": ("customer_no", "asc"),
    "-customer_no": ("customer_no", "desc"),
    "assets": ("assets", "asc"),
    "-assets": ("assets", "desc"),
    "average": ("average", "asc"),
    "-average": ("average", "desc"),
    "changed_at": ("updated_at", "asc"),
    "-changed_at": ("updated_at", "desc"),
}


class CustomersWanted(CustomerNarrowing, Paging):
    """Which customers, in which order, which part."""

    sort: str = Field(default="customer_no", json_schema_extra={"enum": list(_SORTS)}, pattern="^-?[a-z_]+$")


class SearchWanted(Taken):
    """What is looked for."""

    text: str = Field(min_length=1, max_length=80, examples=["cxl"])
    limit: int = Field(default=10, ge=1, le=50)


class Found(Shown):
    """The first customers that answer to the text."""

    items: list[CustomerLine]


@router.read("/customers", "party.view_customers")
def list_customers(request: ApiRequest, wanted: Query[CustomersWanted]) -> CustomerPage:
    """Customers within reach, narrowed and sorted. Sorting by assets needs the right to see holdings."""
    if wanted.sort not in _SORTS:
        raise InvalidRequest(fields={"sort": _("One of: %(expected)s.") % {"expected": ", ".join(_SORTS)}})
    figures = request.actor.may("holdings.view_accounts")
    if ("assets" in wanted.sort or "average" in wanted.sort) and not figures:
        raise InvalidRequest(fields={"sort": _("Assets are not yours to sort or filter by.")})
    rows = customers(request.actor, wanted.of(request.actor)).select_related("party", "unit")
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
