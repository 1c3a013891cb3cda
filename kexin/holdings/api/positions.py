"""What counts as a customer's assets, and how it went."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown, Taken
from kexin.holdings.queries import Position, balances, portfolio

router = Endpoints("holdings", _("Accounts and holdings"))


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
