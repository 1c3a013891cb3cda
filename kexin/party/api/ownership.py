"""Shares of attribution, protection, and the pool of customers without a manager."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Amount, Day, Id, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.core.models import Approval
from kexin.party.api.shown import CustomerState, state_of
from kexin.party.choices import ProductLine
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.operations import claim_customer, lift_protection, protect_customer, set_shares
from kexin.party.ownership import ownership, pool
from kexin.party.queries import customer_in_reach, open_names
from kexin.people.models import Post
from kexin.people.queries import post_labels

router = Endpoints("ownership", _("Shares, pool, protection"))
Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2, examples=["60.00"])]


class PortfolioShareShown(Shown):
    """A post's part in a product line; ``ends_on`` is the first day that no longer belongs to it."""

    post_id: Id
    manager: str | None = Field(examples=["林晓雯 · 理财经理"])
    line: str = Field(examples=["wealth"])
    percent: Decimal = Field(examples=["60.00"])
    starts_on: Day
    ends_on: Day | None
    reason: str = Field(examples=["协办"])


class OwnershipShown(Shown):
    """Whose customer this is: running shares first. Without shares the lead counts whole."""

    lead_post_id: Id | None
    lead: str | None = Field(examples=["林晓雯 · 理财经理"])
    shares: list[PortfolioShareShown]
    protected: str | None = Field(description="Why the customer stays, if protected", examples=["行长直管客户"])
    transfer_id: Id | None = Field(description="The transfer that is being signed", examples=[12])


class PortfolioShareTaken(Taken):
    """A post and its part in percent."""

    post_id: Id
    percent: Percent


class PortfolioSharesTaken(Taken):
    """Who shares in the line from today on; nobody: the lead alone."""

    shares: Annotated[list[PortfolioShareTaken], Field(max_length=20)]
    reason: Reason


class ProtectionTaken(Taken):
    """Why the customer stays."""

    reason: Annotated[str, Field(min_length=1, max_length=200, examples=["行长直管客户"])]


class PoolCustomer(Shown):
    """A customer that nobody leads; the name is masked for those not in charge."""

    customer_id: Id
    customer_no: str = Field(examples=["C00010000001"])
    name: str = Field(examples=["陈**"])
    kind: str = Field(examples=["individual"])
    status: str = Field(examples=["active"])
    assets: Amount | None = Field(description="Only for those who see balances", examples=["12500.00"])
    unit: str = Field(examples=["城东支行"])


class ClaimTaken(Taken):
    """For which of one's own posts, and why."""

    post_id: Id | None = Field(default=None, description="Left out: one's first post", examples=[7])
    reason: str = Field(default="", max_length=200, examples=["老客户"])


class ClaimShown(Shown):
    """The customer is yours, or (from the policy's amount on) a second person decides first."""

    customer: CustomerState | None
    proposal: ApprovalShown | None


@router.read("/customers/{customer_id}/ownership", "party.view_customer", _("See whose customer it is"))
def read_ownership(request: ApiRequest, customer_id: Id) -> OwnershipShown:
    """Lead, shares by product line now and before, protection, and the transfer being signed."""
    customer = customer_in_reach(request.actor, customer_id)
    found = ownership(request.actor, customer)
    labels = post_labels({row.post_id for row in found.shares} | {customer.lead_post_id or 0})
    return OwnershipShown(
        lead_post_id=customer.lead_post_id,
        lead=labels.get(customer.lead_post_id or 0),
        shares=[
            PortfolioShareShown(
                post_id=row.post_id,
                manager=labels.get(row.post_id),
                line=row.line,
                percent=row.percent,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                reason=row.reason,
            )
            for row in found.shares
        ],
        protected=found.protection.reason if found.protection else None,
        transfer_id=found.transfer.pk if found.transfer else None,
    )


@router.write("PUT", "/customers/{customer_id}/shares/{line}", "party.set_shares", etag=True)
def divide_customer(
    request: ApiRequest,
    customer_id: Id,
    line: one_of(ProductLine),  # type: ignore[valid-type]
    data: PortfolioSharesTaken,
) -> CustomerState:
    """Say who shares in a product line from today on; the shares add up to 100 unless the policy counts double."""
    row = set_shares(
        Customer(pk=customer_id),
        actor=request.actor,
        line=line,
        shares=[(each.post_id, each.percent) for each in data.shares],
        reason=data.reason,
    )
    return state_of(request, row)


@router.write("PUT", "/customers/{customer_id}/protection", "party.protect_customer", etag=True)
def set_protection(request: ApiRequest, customer_id: Id, data: ProtectionTaken) -> CustomerState:
    """Let a customer stay with the present manager; the reason is told to whoever is refused."""
    return state_of(request, protect_customer(Customer(pk=customer_id), actor=request.actor, reason=data.reason))


@router.write("DELETE", "/customers/{customer_id}/protection", "party.lift_protection", etag=True)
def remove_protection(request: ApiRequest, customer_id: Id) -> CustomerState:
    """The customer may be claimed and transferred again."""
    return state_of(request, lift_protection(Customer(pk=customer_id), actor=request.actor))


@router.read("/pool", "party.view_pool", _("See the pool of customers without a manager"))
def list_pool(request: ApiRequest, paging: Query[Paging]) -> Page[PoolCustomer]:
    """Customers that nobody leads and that one could take over, by number."""
    actor = request.actor
    figures = actor.may("holdings.view_accounts")

    def show(row: Customer) -> PoolCustomer:
        return PoolCustomer(
            customer_id=row.pk,
            customer_no=row.customer_no,
            name=shown_name(actor, row),
            kind=row.kind,
            status=row.status,
            assets=row.assets if figures else None,
            unit=row.unit.shown_name,
        )

    items, following = page_of(request, pool(actor), paging, [("customer_no", "asc")], show, open_names)
    return Page[PoolCustomer](items=items, next=following)


@router.write("POST", "/pool/{customer_id}/claim", "party.claim_customer")
def claim_from_pool(request: ApiRequest, customer_id: Id, data: ClaimTaken) -> ClaimShown:
    """Take a customer of the pool for one's own post. Whoever comes second learns who was faster."""
    if not request.actor.may("party.claim_customer"):
        raise request.actor.refusal("party.claim_customer")
    post = named(Post.objects.all(), data.post_id, "post_id", _("There is no such post."))
    made = claim_customer(Customer(pk=customer_id), actor=request.actor, post=post, reason=data.reason)
    if isinstance(made, Approval):
        return ClaimShown(customer=None, proposal=approval_of(made))
    return ClaimShown(customer=state_of(request, made), proposal=None)
