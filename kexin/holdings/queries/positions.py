"""What a customer has: accounts in every role, and the positions that count as assets."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.holdings.choices import AccountRole, AccountStatus
from kexin.holdings.models import Account, AccountParty, Holding
from kexin.holdings.queries.reach import VIEW_ACCOUNTS, customer_for
from kexin.holdings.rules import (
    INVESTMENTS,
    LIABILITIES,
    AssetClass,
    asset_class,
    counts_as_asset,
    holding_period_return,
)
from kexin.party.models import Customer
from kexin.people.models import by_language
from kexin.products.models import Product

MOST_ACCOUNTS = 500  # of one customer on one page: an enterprise with more is served by the account search


@dataclass(frozen=True, slots=True)
class Position:
    """One line of what a customer has: a holding, or an account that is not split into holdings. Own currency."""

    account: Account
    name: str
    asset_class: AssetClass
    currency: str
    value: Decimal
    gain: Decimal | None = None  # holding-period return in percent
    rate: Decimal | None = None  # percent a year
    matures_on: dt.date | None = None
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in the customer's list and the customer's role in it."""

    account: Account
    role: str

    @property
    def is_liability(self) -> bool:
        return self.account.kind in LIABILITIES

    @property
    def role_label(self) -> str:
        return str(AccountRole(self.role).label)


@dataclass(slots=True)
class Portfolio:
    """Everything a customer has: lines of accounts, and positions that count as the customer's assets."""

    customer_id: int
    accounts: list[AccountLine] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)

    @property
    def totals(self) -> dict[str, Decimal]:
        """Assets per currency, the largest first, CNY before all: currencies are never added up."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for each in self.positions:
            found[each.currency] += each.value
        return dict(sorted(found.items(), key=lambda pair: (pair[0] != "CNY", -pair[1])))

    def parts(self, currency: str) -> list[tuple[AssetClass, Decimal]]:
        """Assets of one currency by class, in the order of the classes, without empty ones."""
        found: dict[AssetClass, Decimal] = defaultdict(Decimal)
        for each in self.positions:
            if each.currency == currency:
                found[each.asset_class] += each.value
        return [(one, found[one]) for one in AssetClass if found.get(one)]

    def maturities(self, first: dt.date, last: dt.date) -> list[Position]:
        """Positions that mature from ``first`` to ``last``, the earliest first."""
        due = [each for each in self.positions if each.matures_on and first <= each.matures_on <= last]
        return sorted(due, key=lambda each: (each.matures_on, -each.value))


@query(VIEW_ACCOUNTS, label=_("See accounts and holdings"))
def portfolio(actor: Actor, customer: Customer | int) -> Portfolio:
    """Accounts in every role, and the customer's own positions. Three reads at most.

    A ``Customer`` was taken from a read of the file: its reach is not asked a second time where the same grants cover
    both.
    """
    if isinstance(customer, int):
        customer_for(actor, customer, VIEW_ACCOUNTS)
        return portfolio_of(customer)
    if actor.grants_for("party.view_customer") != actor.grants_for(VIEW_ACCOUNTS):
        customer_for(actor, customer.pk, VIEW_ACCOUNTS)
    return portfolio_of(customer.pk)


def portfolio_of(customer_id: int) -> Portfolio:
    """The same, when the caller has already checked the reach."""
    parties = AccountParty.objects.filter(customer_id=customer_id)
    own_or_other = Account.objects.filter(customer_id=customer_id).values("pk").union(parties.values("account_id"))
    rows = Account.objects.filter(pk__in=own_or_other).select_related("unit", "product").order_by("pk")
    role = parties.filter(account_id=OuterRef("pk")).values("role")[:1]
    lines = [
        AccountLine(each, AccountRole.OWNER if each.customer_id == customer_id else str(getattr(each, "role_here", "")))
        for each in rows.annotate(role_here=Subquery(role))[:MOST_ACCOUNTS]
    ]
    own = [each.account.pk for each in lines if each.role == AccountRole.OWNER]
    result = Portfolio(customer_id, sorted(lines, key=_importance))
    held: dict[int, list[Holding]] = defaultdict(list)
    if any(each.account.kind in INVESTMENTS for each in lines):
        for holding in Holding.objects.filter(account__in=own).select_related("product").order_by("pk"):
            held[holding.account_id].append(holding)
    for line in result.accounts:
        if counts_as_asset(line.account.kind, line.account.status, line.role):
            result.positions += _positions(line.account, held.get(line.account.pk, ()))
    return result


def _importance(line: AccountLine) -> tuple[object, ...]:
    """Assets before debts, open before closed, own before others', large before small."""
    account = line.account
    closed = account.status == AccountStatus.CLOSED
    return (closed, line.is_liability, line.role != AccountRole.OWNER, -account.balance, account.pk)


def _positions(account: Account, held: Iterable[Holding]) -> list[Position]:
    """An account's holdings at market value; without holdings the account by its stated balance."""
    found = [
        Position(
            account=account,
            name=product_name(each.product),
            asset_class=asset_class(each.product.product_class),
            currency=account.currency,
            value=each.market_value,
            gain=holding_period_return(each.cost, each.market_value),
            matures_on=each.matures_on or account.matures_on,
            as_of=each.as_of,
        )
        for each in held
    ]
    if found or (account.kind in INVESTMENTS and not account.balance):
        return found
    name = product_name(account.product) if account.product else account.get_kind_display()
    return [
        Position(
            account=account,
            name=name,
            asset_class=asset_class(account.kind),
            currency=account.currency,
            value=account.balance,
            rate=account.rate,
            matures_on=account.matures_on,
            as_of=account.balance_on,
        )
    ]


def product_name(product: Product) -> str:
    """In the reader's language, where the product has a name in it."""
    return by_language(product.name, product.name_en)
