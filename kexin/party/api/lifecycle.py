"""Admission and exit, dormancy, and who leads a customer."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Day, Id, Moment, Shown, Taken, Why, one_of
from kexin.party.api.shown import CustomerState, state_of
from kexin.party.choices import LifecycleProcess
from kexin.party.models import Customer
from kexin.party.operations import (
    admit_customer,
    assign_portfolio,
    mark_dormant,
    propose_exit,
    readmit_customer,
    tick_check,
)
from kexin.party.queries import assignments, checks, customer_in_reach
from kexin.people.models import OrgUnit, Post
from kexin.people.queries import post_labels

router = Endpoints("customer states", _("Admission, exit, portfolio"))
Item = Annotated[str, Field(pattern="^[a-z_]{1,40}$", examples=["identity_verified"])]


class CheckShown(Shown):
    """A ticked line of a checklist."""

    process: str = Field(examples=["admission"])
    item: str = Field(examples=["identity_verified"])
    note: str = Field(examples=[""])
    checked_by: str = Field(examples=["1001"])
    checked_at: Moment


class Checks(Shown):
    """The ticked lines of both checklists."""

    items: list[CheckShown]


class Tick(Taken):
    """Tick or untick."""

    done: bool = Field(default=True)
    note: str = Field(default="", max_length=200, examples=["Seen at the counter"])


class Dormancy(Taken):
    """Dormant, or awake again."""

    dormant: bool = Field(examples=[True])


class Lead(Taken):
    """Who leads the customer from today on: a post, or nobody in the pool of a unit."""

    post_id: Id | None = Field(default=None, description="Left out: back to the pool", examples=[7])
    unit_id: Id | None = Field(default=None, description="The unit of the pool", examples=[None])
    reason: Annotated[str, Field(min_length=1, max_length=200, examples=["The customer moved to the West"])]


class AssignmentShown(Shown):
    """Who led the customer from when until when; the last day no longer belongs to it."""

    post_id: Id | None
    lead: str | None = Field(examples=["林晓雯 · 理财经理"])
    unit: str = Field(examples=["城东支行"])
    starts_on: Day
    ends_on: Day | None
    reason: str = Field(examples=[""])
    made_by: str = Field(examples=["1004"])


class Assignments(Shown):
    """Newest first."""

    items: list[AssignmentShown]


@router.read("/customers/{customer_id}/checks", "party.view_customer", _("See the checklists of a customer"))
def list_checks(request: ApiRequest, customer_id: Id) -> Checks:
    """Ticked lines of the checklists of admission and exit."""
    rows = checks(request.actor, customer_in_reach(request.actor, customer_id))
    return Checks(
        items=[
            CheckShown(
                process=row.process,
                item=row.item,
                note=row.note,
                checked_by=row.checked_by,
                checked_at=row.checked_at,
            )
            for row in rows
        ]
    )


@router.write("PUT", "/customers/{customer_id}/checks/{process}/{item}", "party.tick_check", etag=True)
def tick(
    request: ApiRequest,
    customer_id: Id,
    process: one_of(LifecycleProcess),  # type: ignore[valid-type]
    item: Item,
    data: Tick,
) -> CustomerState:
    """Tick or untick one line of the admission or exit checklist."""
    row = tick_check(
        Customer(pk=customer_id),
        actor=request.actor,
        process=process,
        item=item,
        done=data.done,
        note=data.note,
    )
    return state_of(request, row)


@router.write("POST", "/customers/{customer_id}/admission", "party.admit_customer", etag=True)
def admit(request: ApiRequest, customer_id: Id) -> CustomerState:
    """Make a prospect a customer once every line of the admission checklist is ticked."""
    return state_of(request, admit_customer(Customer(pk=customer_id), actor=request.actor))


@router.write("POST", "/customers/{customer_id}/exit", "party.propose_exit", status=202)
def propose_leaving(request: ApiRequest, customer_id: Id, data: Why) -> ApprovalShown:
    """Propose to end the relationship once the exit checklist is ticked; another person approves."""
    return approval_of(propose_exit(Customer(pk=customer_id), actor=request.actor, reason=data.reason))


@router.write("POST", "/customers/{customer_id}/readmission", "party.readmit_customer", etag=True)
def readmit(request: ApiRequest, customer_id: Id, data: Why) -> CustomerState:
    """Open a closed file again."""
    row = readmit_customer(Customer(pk=customer_id), actor=request.actor, reason=data.reason)
    return state_of(request, row)


@router.write("PUT", "/customers/{customer_id}/dormancy", "party.mark_dormant", etag=True)
def set_dormancy(request: ApiRequest, customer_id: Id, data: Dormancy) -> CustomerState:
    """Mark a customer dormant, or active again."""
    row = mark_dormant(Customer(pk=customer_id), actor=request.actor, dormant=data.dormant)
    return state_of(request, row)


@router.read("/customers/{customer_id}/leads", "party.view_customer", _("See who led a customer"))
def list_leads(request: ApiRequest, customer_id: Id) -> Assignments:
    """Who led the customer, newest first."""
    rows = assignments(request.actor, customer_in_reach(request.actor, customer_id))
    labels = post_labels([row.post_id for row in rows if row.post_id])
    return Assignments(
        items=[
            AssignmentShown(
                post_id=row.post_id,
                lead=labels.get(row.post_id or 0),
                unit=row.unit.shown_name,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                reason=row.reason,
                made_by=row.made_by,
            )
            for row in rows
        ]
    )


@router.write("POST", "/customers/{customer_id}/leads", "party.assign_portfolio", etag=True)
def assign(request: ApiRequest, customer_id: Id, data: Lead) -> CustomerState:
    """Give the customer to a post, or back to the pool of a unit, from today on."""
    post = named(Post.objects.select_related("unit"), data.post_id, "post_id", _("There is no such post."))
    unit = named(OrgUnit.objects.all(), data.unit_id, "unit_id", _("There is no such unit."))
    row = assign_portfolio(Customer(pk=customer_id), actor=request.actor, post=post, unit=unit, reason=data.reason)
    return state_of(request, row)
