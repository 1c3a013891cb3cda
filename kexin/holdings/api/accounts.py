"""What a customer has: accounts, holdings, balances, loans, cards, standing orders."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown, Taken
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_account
from kexin.holdings.models import Account
from kexin.holdings.operations import reveal_account_number
from kexin.holdings.queries import Position, balances, obligations, open_account, portfolio
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


class PositionShown(Shown):
    """One line of what a customer has, in its own currency."""

    account_id: Id
    name: str = Field(examples=["三年期定期存款"])
    asset_class: str = Field(examples=["deposit"])
    currency: str = Field(examples=["CNY"])
    value: Amount
    gain: Decimal | None = Field(description="Holding-period return in percent", examples=["3.20"])
    rate: Decimal | None = Field(description="Percent a year", examples=["1.8500"])
    matures_on: Day | None
    as_of: Day | None


class Total(Shown):
    """Assets in one currency; currencies are never added up."""

    currency: str = Field(examples=["CNY"])
    value: Amount


class Holdings(Shown):
    """What counts as the customer's assets."""

    items: list[PositionShown]
    totals: list[Total]


class Months(Taken):
    """How far back."""

    months: int = Field(default=12, ge=1, le=120, examples=[12])


class BalancePoint(Shown):
    """A balance at the end of a day; empty where nothing is known."""

    day: Day
    balance: Amount | None


class BalanceLineShown(Shown):
    """Balances of all accounts in one currency, at even distance, oldest first."""

    currency: str = Field(examples=["CNY"])
    points: list[BalancePoint]


class Balances(Shown):
    """One line per currency."""

    items: list[BalanceLineShown]


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


def _position(each: Position) -> PositionShown:
    return PositionShown(
        account_id=each.account.pk,
        name=each.name,
        asset_class=each.asset_class,
        currency=each.currency,
        value=each.value,
        gain=each.gain,
        rate=each.rate,
        matures_on=each.matures_on,
        as_of=each.as_of,
    )


@router.read("/customers/{customer_id}/accounts", "holdings.view_accounts", _("See the accounts of a customer"))
def list_accounts(request: ApiRequest, customer_id: Id) -> Accounts:
    """Accounts in which the customer has a role, with the stated balances."""
    found = portfolio(request.actor, customer_id)
    decrypt_rows(Account, [line.account for line in found.accounts], ("number",))
    return Accounts(items=[CustomerAccount(**_account(each.account), role=each.role) for each in found.accounts])  # type: ignore[arg-type]


@router.read("/customers/{customer_id}/holdings", "holdings.view_accounts", _("See the holdings of a customer"))
def list_holdings(request: ApiRequest, customer_id: Id) -> Holdings:
    """Positions that count as the customer's assets, and their sum per currency."""
    found = portfolio(request.actor, customer_id)
    totals = [Total(currency=currency, value=value) for currency, value in found.totals.items()]
    return Holdings(items=[_position(each) for each in found.positions], totals=totals)


@router.read("/customers/{customer_id}/balances", "holdings.view_balances")
def list_balances(request: ApiRequest, customer_id: Id, wanted: Query[Months]) -> Balances:
    """How the balances of the customer's own assets went."""
    held = portfolio(request.actor, customer_id)
    counted = {each.account.pk: each.account for each in held.positions}
    lines = balances(request.actor, customer_id, list(counted.values()), wanted.months)
    return Balances(
        items=[
            BalanceLineShown(
                currency=line.currency,
                points=[
                    BalancePoint(day=day, balance=value) for day, value in zip(line.days, line.values, strict=True)
                ],
            )
            for line in lines
        ]
    )


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
