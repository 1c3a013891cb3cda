"""Proposals: what awaits a second person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Note, Shown, Taken
from kexin.core.approval import approvables, decide_approval, withdraw_approval
from kexin.core.approval_queries import approval_file, decided_by, proposed_by, to_decide
from kexin.core.models import Approval

router = Endpoints("approvals", _("Proposals and approvals"))


class ApprovalShown(Shown):
    """A proposal. ``summary`` is what the second person reads."""

    id: Id
    operation: str = Field(examples=["party.propose_exit"])
    label: str = Field(examples=["The exit of a customer"])
    status: str = Field(examples=["open"])
    summary: dict[str, Any] = Field(examples=[{"customer": "C00000001042"}])
    reason: str = Field(examples=["The customer moved abroad"])
    customer_id: Id | None
    maker: str = Field(examples=["1001"])
    made_at: Moment
    checker: str = Field(examples=[""])
    decided_at: Moment | None
    decision_note: str = Field(examples=[""])


class Approvals(Shown):
    """Proposals."""

    items: list[ApprovalShown]


class ApprovalsWanted(Taken):
    """Whose proposals."""

    view: str = Field(
        default="to-decide",
        pattern="^(to-decide|mine|decided)$",
        description="Those I may decide, those I made, or those I decided",
    )


class Verdict(Taken):
    """A decision; a rejection needs a note."""

    approve: bool = Field(examples=[True])
    note: Note = Field(default="", examples=[""])


def approval_of(row: Approval) -> ApprovalShown:
    """A proposal as it is shown."""
    declared = approvables.get(row.operation)
    return ApprovalShown(
        id=row.pk,
        operation=row.operation,
        label=str(declared.label) if declared else row.operation,
        status=row.status,
        summary=row.summary,
        reason=row.reason,
        customer_id=row.customer_id,
        maker=row.maker_name,
        made_at=row.made_at,
        checker=row.checker_name,
        decided_at=row.decided_at,
        decision_note=row.decision_note,
    )


@router.read("/approvals", "core.view_approvals")
def list_approvals(request: ApiRequest, wanted: Query[ApprovalsWanted]) -> Approvals:
    """Open proposals that I may decide, those I made, or those I decided."""
    reads = {"to-decide": to_decide, "mine": proposed_by, "decided": decided_by}
    return Approvals(items=[approval_of(row) for row in reads[wanted.view](request.actor)])


@router.read("/approvals/{approval_id}", "core.view_approvals", _("See a proposal"))
def read_approval(request: ApiRequest, approval_id: Id) -> ApprovalShown:
    """One proposal: for its maker, its checker, and whoever may decide it."""
    return approval_of(approval_file(request.actor, approval_id))


@router.write("POST", "/approvals/{approval_id}/decision", "core.decide_approval")
def decide(request: ApiRequest, approval_id: Id, data: Verdict) -> ApprovalShown:
    """Approve or reject. Only persons decide, never the maker; approving applies the proposal at once."""
    row = decide_approval(Approval(pk=approval_id), actor=request.actor, approve=data.approve, note=data.note)
    return approval_of(row)


@router.write("POST", "/approvals/{approval_id}/withdrawal", "core.withdraw_approval")
def withdraw(request: ApiRequest, approval_id: Id) -> ApprovalShown:
    """Take back one's own proposal while it is undecided."""
    return approval_of(withdraw_approval(Approval(pk=approval_id), actor=request.actor))
