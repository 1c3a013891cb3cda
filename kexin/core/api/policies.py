"""Policies: the institution's numbers, their versions, and proposing others."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Reason, Shown, Taken
from kexin.core.models import PolicyVersion
from kexin.core.policy import PolicyType
from kexin.core.policy_operations import propose_policy
from kexin.core.policy_queries import policies_by_floor, policy_file

router = Endpoints("policies", _("Policies"))
Code = Annotated[str, Field(pattern="^[a-z_]+[.][a-z_]+$", max_length=60, examples=["core.reveal"])]


class VersionShown(Shown):
    """One version of a policy."""

    id: Id
    number: int = Field(examples=[1])
    status: str = Field(examples=["approved"])
    values: dict[str, Any] = Field(examples=[{"per_hour": 60, "shown_seconds": 30}])
    in_force_from: Day
    in_force_until: Day | None
    legal_basis: str = Field(examples=["PBOC Order 2025-3 Art. 17"])
    verified: bool
    drafted_by: str = Field(examples=["1008"])
    approved_by: str = Field(examples=["1005"])


class ShapeShown(Shown):
    """What is known of one number."""

    name: str = Field(examples=["per_hour"])
    label: str = Field(examples=["Reveals per hour and person"])
    unit: str = Field(examples=[""])
    kind: str = Field(examples=["int"])
    minimum: int | None = Field(examples=[1])
    maximum: int | None = Field(examples=[1000])


class PolicyShown(Shown):
    """A policy and the version in force today."""

    code: str = Field(examples=["core.reveal"])
    label: str = Field(examples=["Revealing masked data"])
    in_force: VersionShown | None


class Policies(Shown):
    """Every policy of the house."""

    items: list[PolicyShown]


class PolicyFile(PolicyShown):
    """A policy with its shape and all versions, newest first."""

    shape: list[ShapeShown]
    versions: list[VersionShown]


class PolicyTaken(Taken):
    """The next version: all its numbers, from when, on what basis, and why."""

    values: dict[Annotated[str, Field(max_length=60)], Any] = Field(
        max_length=100, examples=[{"per_hour": 40, "shown_seconds": 30}]
    )
    in_force_from: Day
    legal_basis: str = Field(default="", max_length=1000, examples=["PBOC Order 2025-3 Art. 17"])
    verified: bool = False
    reason: Reason


def _version(row: PolicyVersion) -> VersionShown:
    return VersionShown(
        id=row.pk,
        number=row.number,
        status=row.status,
        values=row.values,
        in_force_from=row.in_force_from,
        in_force_until=row.in_force_until,
        legal_basis=row.legal_basis,
        verified=row.verified,
        drafted_by=row.drafted_by,
        approved_by=row.approved_by,
    )


def _policy(declared: PolicyType, row: PolicyVersion | None) -> dict[str, Any]:
    return {"code": declared.code, "label": str(declared.label), "in_force": _version(row) if row else None}


@router.read("/policies", "core.view_policies")
def list_policies(request: ApiRequest) -> Policies:
    """Every policy with the version in force today."""
    floors = policies_by_floor(request.actor)
    return Policies(
        items=[PolicyShown(**_policy(line.declared, line.version)) for _floor, lines in floors for line in lines]
    )


@router.read("/policies/{code}", "core.view_policies", _("See a policy"))
def read_policy(request: ApiRequest, code: Code) -> PolicyFile:
    """One policy with its shape and versions."""
    declared, running, versions = policy_file(request.actor, code)
    shape = [
        ShapeShown(
            name=each.name,
            label=str(each.label),
            unit=str(each.unit),
            kind=each.kind.__name__,
            minimum=each.minimum,
            maximum=each.maximum,
        )
        for each in declared.shapes
    ]
    return PolicyFile(**_policy(declared, running), shape=shape, versions=[_version(row) for row in versions])


@router.write("POST", "/policies/{code}/versions", "core.propose_policy", status=202)
def propose_version(request: ApiRequest, code: Code, data: PolicyTaken) -> ApprovalShown:
    """Propose the next version of a policy; another person approves. It does not begin in the past."""
    approval = propose_policy(
        actor=request.actor,
        code=code,
        values=data.values,
        in_force_from=data.in_force_from,
        legal_basis=data.legal_basis,
        verified=data.verified,
        reason=data.reason,
    )
    return approval_of(approval)
