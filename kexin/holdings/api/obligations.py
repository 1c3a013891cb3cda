"""Loans, cards and standing orders of a customer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown
from kexin.core.masking import mask_account
from kexin.holdings.queries import obligations

router = Endpoints("holdings", _("Accounts and holdings"))


class LoanShown(Shown):
    """A loan."""

    id: Id
    account_id: Id
    granted_on: Day
    principal: Amount
    term_months: int = Field(examples=[36])
    payment: Amount
    rate: Decimal | None = Field(examples=["4.3500"])
    status: str = Field(examples=["running"])


class Loans(Shown):
    """Newest first."""

    items: list[LoanShown]


class CardShown(Shown):
    """A card."""

    id: Id
    account_id: Id
    number: str = Field(description="Masked; reveal it for a purpose", examples=["**** 4321"])
    kind: str = Field(examples=["debit"])
    issued_on: Day
    expires_on: Day | None
    status: str = Field(examples=["active"])


class Cards(Shown):
    """In use first."""

    items: list[CardShown]


class StandingOrderShown(Shown):
    """What an account pays regularly."""

    id: Id
    account_id: Id
    to_bank: str = Field(examples=["工商银行"])
    to_account: str = Field(examples=["**** 8890"])
    amount: Amount
    purpose: str = Field(examples=["房租"])
    day_of_month: int | None = Field(examples=[5])


class StandingOrders(Shown):
    """The largest first."""

    items: list[StandingOrderShown]


@router.read("/customers/{customer_id}/loans", "holdings.view_accounts", _("See the loans of a customer"))
def list_loans(request: ApiRequest, customer_id: Id) -> Loans:
    """Loans granted to the customer."""
    return Loans(
        items=[
            LoanShown(
                id=row.pk,
                account_id=row.account_id,
                granted_on=row.granted_on,
                principal=row.principal,
                term_months=row.term_months,
                payment=row.payment,
                rate=row.rate,
                status=row.status,
            )
            for row in obligations(request.actor, customer_id).loans
        ]
    )


@router.read("/customers/{customer_id}/cards", "holdings.view_accounts", _("See the cards of a customer"))
def list_cards(request: ApiRequest, customer_id: Id) -> Cards:
    """Cards of the customer, their numbers masked."""
    return Cards(
        items=[
            CardShown(
                id=row.pk,
                account_id=row.account_id,
                number=mask_account(row.number),
                kind=row.kind,
                issued_on=row.issued_on,
                expires_on=row.expires_on,
                status=row.status,
            )
            for row in obligations(request.actor, customer_id).cards
        ]
    )


@router.read(
    "/customers/{customer_id}/standing-orders", "holdings.view_accounts", _("See the standing orders of a customer")
)
def list_standing_orders(request: ApiRequest, customer_id: Id) -> StandingOrders:
    """What the customer's accounts pay regularly."""
    return StandingOrders(
        items=[
            StandingOrderShown(
                id=row.pk,
                account_id=row.account_id,
                to_bank=row.to_bank,
                to_account=mask_account(row.to_account),
                amount=row.amount,
                purpose=row.purpose,
                day_of_month=row.day_of_month,
            )
            for row in obligations(request.actor, customer_id).orders
        ]
    )
