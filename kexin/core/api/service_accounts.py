"""Service accounts: other systems that act here."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Instant, Moment, Page, Paging, Reason, Shown, Taken, Why, one_of, page_of
from kexin.core.choices import Reach
from kexin.core.models import ServiceAccount
from kexin.core.service_accounts import (
    AccountData,
    propose_service_account,
    revoke_service_account,
    service_account,
    service_accounts,
)

router = Endpoints("service accounts", _("Service accounts"))


class ServiceAccountShown(Shown):
    """A service account, without its token."""

    id: Id
    code: str = Field(examples=["a7f2kq3mz5dw6x4t"])
    name: str = Field(examples=["核心系统接口"])
    status: str = Field(examples=["active"])
    operations: list[str] = Field(examples=[["party.view_customer"]])
    reach: str = Field(examples=["subtree"])
    unit_id: Id
    post_id: Id | None
    addresses: list[str] = Field(examples=[["10.8.0.0/16"]])
    expires_at: Moment
    proposed_by: str = Field(examples=["1008"])
    approved_by: str = Field(examples=["1005"])
    last_used_at: Moment | None


class ServiceAccountPage(Page[ServiceAccountShown]):
    """Service accounts, part of a list."""


class ServiceAccountTaken(Taken):
    """What another system may do, how far, from where, until when, and why."""

    name: str = Field(min_length=1, max_length=80, examples=["核心系统接口"])
    operations: list[Annotated[str, Field(max_length=80)]] = Field(
        min_length=1, max_length=200, examples=[["party.view_customer"]]
    )
    reach: one_of(Reach)  # type: ignore[valid-type]
    unit_id: Id
    post_id: Id | None = Field(default=None, description="Only with the reach of a portfolio", examples=[None])
    addresses: list[Annotated[str, Field(max_length=50)]] = Field(default=[], max_length=50, examples=[["10.8.0.0/16"]])
    expires_at: Instant = Field(examples=["2026-12-31T15:59:59Z"])
    reason: Reason


class ServiceAccountMade(Shown):
    """The proposal and the token, which is never shown again and opens nothing before the approval."""

    account: ServiceAccountShown
    approval: ApprovalShown
    token: str = Field(examples=["kx_a7f2kq3mz5dw6x4t_…"])


def _account(row: ServiceAccount) -> ServiceAccountShown:
    return ServiceAccountShown(
        id=row.pk,
        code=row.code,
        name=row.name,
        status=row.status,
        operations=row.operations,
        reach=row.reach,
        unit_id=row.unit_id,
        post_id=row.post_id,
        addresses=row.addresses,
        expires_at=row.expires_at,
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
        last_used_at=row.last_used_at,
    )


@router.read("/service-accounts", "core.view_service_accounts")
def list_service_accounts(request: ApiRequest, wanted: Query[Paging]) -> ServiceAccountPage:
    """All service accounts."""
    lines, following = page_of(request, service_accounts(request.actor), wanted, [("id", "desc")], _account)
    return ServiceAccountPage(items=lines, next=following)


@router.read("/service-accounts/{account_id}", "core.view_service_accounts", _("See a service account"))
def read_service_account(request: ApiRequest, account_id: Id) -> ServiceAccountShown:
    """One service account, without its token."""
    return _account(service_account(request.actor, account_id))


@router.write("POST", "/service-accounts", "core.propose_service_account", status=202, once=False)
def propose_account(request: ApiRequest, data: ServiceAccountTaken) -> ServiceAccountMade:
    """Propose a service account; another person approves. The token stands in this answer and nowhere else."""
    account, approval, token = propose_service_account(
        actor=request.actor,
        data=AccountData(**data.model_dump(exclude={"reason"})),
        reason=data.reason,
    )
    return ServiceAccountMade(account=_account(account), approval=approval_of(approval), token=token)


@router.write("POST", "/service-accounts/{account_id}/revocation", "core.revoke_service_account")
def revoke_account(request: ApiRequest, account_id: Id, data: Why) -> ServiceAccountShown:
    """Shut a service account at once."""
    return _account(revoke_service_account(account_id, actor=request.actor, reason=data.reason))
