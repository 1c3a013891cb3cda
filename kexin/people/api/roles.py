"""Roles, who holds what, and changing it by two persons."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing, named
from kexin.core.api.shapes import Day, Id, Reason, Shown, Taken, Why, one_of
from kexin.core.choices import Reach
from kexin.core.models import Role
from kexin.people.models import OrgUnit, Post, PostRole
from kexin.people.operations import propose_grant, propose_role_change, revoke_grant
from kexin.people.queries import roles
from kexin.people.rights import matrix, who_may

router = Endpoints("roles", _("Roles and rights"))
OperationName = Annotated[str, Field(pattern="^[a-z_]+[.][a-z_]+$", max_length=80, examples=["party.view_customer"])]


class RoleShown(Shown):
    """A role: a set of operations."""

    id: Id
    code: str = Field(examples=["wealth_manager"])
    name: str = Field(examples=["理财经理"])
    name_en: str = Field(examples=["Wealth manager"])
    operations: list[str] = Field(examples=[["party.view_customer", "party.view_customers"]])


class Roles(Shown):
    """All roles."""

    items: list[RoleShown]


class HolderShown(Shown):
    """Somebody who may do an operation."""

    employee_id: Id
    staff_no: str = Field(examples=["1001"])
    name: str = Field(examples=["林晓雯"])
    post: str = Field(examples=["理财经理"])
    unit: str = Field(examples=["城东支行"])
    role: str = Field(examples=["理财经理"])
    reach: str = Field(examples=["Own portfolio"])


class Holders(Shown):
    """Everybody in service who may do it today."""

    items: list[HolderShown]


class OperationShown(Shown):
    """Something a role can hold."""

    operation: str = Field(examples=["party.view_customer"])
    label: str = Field(examples=["Open a customer file"])
    floor: str = Field(examples=["Customers"])
    roles: list[str] = Field(description="Codes of the roles that hold it", examples=[["wealth_manager"]])


class Operations(Shown):
    """By floor and name."""

    items: list[OperationShown]


class HoldersWanted(Taken):
    """Of which operation."""

    operation: OperationName


class GrantTaken(Taken):
    """A role for a post, how far, until when, and why."""

    role: str = Field(pattern="^[a-z0-9_]{1,40}$", examples=["wealth_manager"])
    reach: one_of(Reach)  # type: ignore[valid-type]
    unit_id: Id | None = Field(default=None, description="Another unit than the post's", examples=[None])
    ends_on: Day | None = Field(default=None, examples=[None])
    reason: Reason


class RoleTaken(Taken):
    """The whole new set of operations, and why."""

    operations: list[OperationName] = Field(min_length=1, max_length=500)
    reason: Reason


@router.read("/roles", "people.view_roles")
def list_roles(request: ApiRequest) -> Roles:
    """All roles with their operations."""
    return Roles(
        items=[
            RoleShown(
                id=row.pk,
                code=row.code,
                name=row.name,
                name_en=row.name_en,
                operations=sorted(grant.operation for grant in row.grants.all()),
            )
            for row in roles(request.actor)
        ]
    )


@router.read("/operations", "people.view_roles", _("See what roles can hold"))
def list_operations(request: ApiRequest) -> Operations:
    """Everything a role can hold, by floor, and which roles hold it."""
    found = matrix(request.actor)
    codes = {role.pk: role.code for role in found.roles}
    order = list(codes)
    return Operations(
        items=[
            OperationShown(
                operation=row.door.name,
                label=str(row.door.label),
                floor=floor.label,
                roles=[codes[pk] for pk, held in zip(order, row.ticks, strict=True) if held],
            )
            for floor in found.floors
            for row in floor.rows
        ]
    )


@router.read("/holders", "people.view_roles", _("See who may do something"))
def list_holders(request: ApiRequest, wanted: Query[HoldersWanted]) -> Holders:
    """Everybody in service who may do an operation today, with the post and role that give it."""
    rows = who_may(request.actor, wanted.operation)
    return Holders(
        items=[
            HolderShown(
                employee_id=row.employee.pk,
                staff_no=row.employee.staff_no,
                name=row.employee.shown_name,
                post=row.post,
                unit=row.unit,
                role=row.role,
                reach=row.reach,
            )
            for row in rows
        ]
    )


@router.write("POST", "/posts/{post_id}/grants", "people.propose_grant", status=202)
def grant(request: ApiRequest, post_id: Id, data: GrantTaken) -> ApprovalShown:
    """Propose that a post gets a role; another person approves."""
    post = existing(request.actor, "people.propose_grant", Post.objects.select_related("unit"), post_id)
    role_id = Role.objects.filter(code=data.role).values_list("pk", flat=True).first() or 0
    approval = propose_grant(
        post,
        actor=request.actor,
        role=named(Role.objects.all(), role_id, "role", _("There is no such role.")),
        reach=data.reach,
        unit=named(OrgUnit.objects.all(), data.unit_id, "unit_id", _("There is no such unit.")),
        ends_on=data.ends_on,
        reason=data.reason,
    )
    return approval_of(approval)


@router.write("POST", "/grants/{grant_id}/revocation", "people.revoke_grant")
def revoke(request: ApiRequest, grant_id: Id, data: Why) -> None:
    """Take a role from a post at once."""
    found = existing(request.actor, "people.revoke_grant", PostRole.objects.select_related("post"), grant_id)
    revoke_grant(found, actor=request.actor, reason=data.reason)


@router.write("POST", "/roles/{role_id}/changes", "people.propose_role_change", status=202)
def change_role(request: ApiRequest, role_id: Id, data: RoleTaken) -> ApprovalShown:
    """Propose another set of operations for a role; another person approves."""
    role = existing(request.actor, "people.propose_role_change", Role.objects.all(), role_id)
    approval = propose_role_change(role, actor=request.actor, operations=data.operations, reason=data.reason)
    return approval_of(approval)
