"""Accounts: those of a customer, one with its parties, its number."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown, Taken
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_account
from kexin.holdings.models import Account
from kexin.holdings.operations import reveal_account_number
from kexin.holdings.queries import open_account, portfolio
from kexin.party.naming import shown_name
from kexin.party.operations.reveal import PURPOSES

router = Endpoints("holdings", _("Accounts and holdings"))


class AccountShown(Shown):
    """An account. For loans and cards the balance is what the customer owes, as a positive number."""

    id: Id
    number: str = Field(description="Masked; reveal it for a purpose", examples=["**** 0123"])
    kind: str = Field(examples=["time_deposit"])
    currency: str = Field(examples=["CNY"])
    status: str = Field(examples=["open"])
    unit_id: Id
    unit: str = Field(examples=["城东支行"])
    opened_on: Day | None
    closed_on: Day | None
    matures_on: Day | None
    rate: Decimal | None = Field(description="Percent a year", examples=["1.8500"])
    balance: Amount
    balance_on: Day | None


class CustomerAccount(AccountShown):
    """An account and the customer's role in it."""

    role: str = Field(examples=["owner"])


class Accounts(Shown):
    """Assets before debts, open before closed."""

    items: list[CustomerAccount]


class AccountPartyShown(Shown):
    """Who may do what with the account; of somebody outside your reach only the role is told."""

    customer_id: Id | None
    name: str | None = Field(examples=["陈秀兰"])
    role: str = Field(examples=["owner"])


class AccountFileShown(AccountShown):
    """One account with its parties."""

    parties: list[AccountPartyShown]


class AccountReveal(Taken):
    """What for; with ``card_id`` the number of a card on the account."""

    purpose: str = Field(json_schema_extra={"enum": list(PURPOSES)}, max_length=40, examples=["verify"])
    card_id: Id | None = Field(default=None, examples=[None])


class NumberShown(Shown):
    """The number in clear, and for how many seconds it should be shown."""

    value: str = Field(examples=["6222020200012340123"])
    seconds: int = Field(examples=[30])


def _account(row: Account) -> dict[str, object]:
    return {
        "id": row.pk,
        "number": mask_account(row.number),
        "kind": row.kind,
        "currency": row.currency,
        "status": row.status,
        "unit_id": row.unit_id,
        "unit": row.unit.shown_name,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "matures_on": row.matures_on,
        "rate": row.rate,
        "balance": row.balance,
        "balance_on": row.balance_on,
    }


@router.read("/customers/{customer_id}/accounts", "holdings.view_accounts", _("See the accounts of a customer"))
def list_accounts(request: ApiRequest, customer_id: Id) -> Accounts:
    """Accounts in which the customer has a role, with the stated balances."""
    found = portfolio(request.actor, customer_id)
    decrypt_rows(Account, [line.account for line in found.accounts], ("number",))
    return Accounts(items=[CustomerAccount(**_account(each.account), role=each.role) for each in found.accounts])  # type: ignore[arg-type]


@router.read("/accounts/{account_id}", "holdings.view_accounts", _("See an account"))
def read_account(request: ApiRequest, account_id: Id) -> AccountFileShown:
    """One account with its parties. Reading it is recorded."""
    found = open_account(request.actor, account_id)
    parties = [
        AccountPartyShown(
            customer_id=each.customer.pk if each.within_reach else None,
            name=shown_name(request.actor, each.customer) if each.within_reach else None,
            role=each.role,
        )
        for each in found.parties
    ]
    return AccountFileShown(**_account(found.account), parties=parties)  # type: ignore[arg-type]


@router.write("POST", "/accounts/{account_id}/reveal", "holdings.reveal_account_number", once=False)
def reveal_number(request: ApiRequest, account_id: Id, data: AccountReveal) -> NumberShown:
    """The whole number of an account or of a card on it, for a purpose. Limited per hour, always recorded."""
    shown = reveal_account_number(account_id, actor=request.actor, purpose=data.purpose, card_id=data.card_id)
    return NumberShown(value=shown.value, seconds=shown.seconds)
