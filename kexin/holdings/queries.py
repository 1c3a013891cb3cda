"""Reads of holdings: what a customer has, how it moved, one account with its transactions.

Scope: the customer must be within reach both for the file and for the running operation; then every account counts to
which the customer is a party, in whatever role.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.holdings.choices import AccountRole, AccountStatus
from kexin.holdings.models import Account, AccountParty, Card, Holding, Loan, StandingOrder
from kexin.holdings.rules import (
    INVESTMENTS,
    LIABILITIES,
    AssetClass,
    asset_class,
    counts_as_asset,
    filled_forward,
    holding_period_return,
    points_back,
    step_of,
    summed,
)
from kexin.party.models import Customer, Party
from kexin.people.models import by_language
from kexin.products.models import Product

MOST_ACCOUNTS = 500  # of one customer on one page: an enterprise with more is served by the account search
VIEW_ACCOUNTS = "holdings.view_accounts"
VIEW_BALANCES = "holdings.view_balances"


def customer_for(actor: Actor, customer_id: int, operation: str) -> Customer:
    """The customer, if the actor may open the file and do ``operation`` on it; else :class:`NotFound`."""
    rows = Customer.objects.visible_to(actor, "party.view_customer").visible_to(actor, operation)
    found = rows.filter(pk=customer_id).first()
    if found is None:
        raise NotFound
    return found


def same_reach(actor: Actor, operation: str) -> bool:
    """Do the very grants that let the actor see accounts also cover ``operation``? Then it need not be asked again."""
    return actor.grants_for(operation) == actor.grants_for(VIEW_ACCOUNTS)


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


# -- balances -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """Balances at even distance, oldest first; None where nothing is known."""

    currency: str
    days: list[dt.date]
    values: list[Decimal | None]


# The last stated balance in each step, and the last one before the first step: one read for all accounts.
_BALANCES = """
(SELECT DISTINCT ON (account_id, (%(today)s::date - day) / %(step)s) account_id, day, balance
   FROM holdings_balance WHERE account_id = ANY(%(ids)s) AND day > %(first)s::date AND day <= %(today)s::date
  ORDER BY account_id, (%(today)s::date - day) / %(step)s, day DESC)
UNION ALL
SELECT a.id, b.day, b.balance FROM unnest(%(ids)s::bigint[]) a(id) CROSS JOIN LATERAL (
  SELECT day, balance FROM holdings_balance WHERE account_id = a.id AND day <= %(first)s::date
   ORDER BY day DESC LIMIT 1) b
"""


@query(VIEW_BALANCES, label=_("See balances over time"))
def balances(actor: Actor, customer_id: int, accounts: Sequence[Account], months: int = 12) -> list[BalanceLine]:
    """One line per currency over the accounts given, which the caller took from :func:`portfolio`. One read."""
    if not same_reach(actor, VIEW_BALANCES):
        customer_for(actor, customer_id, VIEW_BALANCES)
    return balance_lines(accounts, months)


def balance_lines(accounts: Sequence[Account], months: int) -> list[BalanceLine]:
    """Forward-filled balances of accounts already found within reach, added up per currency."""
    if not accounts:
        return []
    today = business_date()
    days = points_back(today, months)
    stated: dict[int, dict[dt.date, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        ids = [each.pk for each in accounts]
        cursor.execute(_BALANCES, {"ids": ids, "first": days[0], "today": today, "step": step_of(months)})
        for account_id, day, balance in cursor.fetchall():
            stated[account_id][day] = balance
    groups: dict[str, list[list[Decimal | None]]] = defaultdict(list)
    for each in accounts:
        groups[each.currency].append(
            filled_forward(
                days,
                stated.get(each.pk, {}),
                opened_on=each.opened_on,
                closed_on=each.closed_on,
                balance=each.balance,
            )
        )
    return [BalanceLine(currency, days, summed(lines, len(days))) for currency, lines in groups.items()]


# -- what hangs on accounts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Obligations:
    """Loans, cards and standing orders of a customer."""

    loans: list[Loan]
    cards: list[Card]
    orders: list[StandingOrder]


@query(VIEW_ACCOUNTS, label=_("See accounts and holdings"))
def obligations(actor: Actor, customer_id: int) -> Obligations:
    """Loans, cards (numbers opened, to be masked) and standing orders. Four reads."""
    customer_for(actor, customer_id, VIEW_ACCOUNTS)
    loans = Loan.objects.filter(customer_id=customer_id).select_related("account").order_by("-granted_on", "pk")
    cards = list(
        Card.objects.filter(customer_id=customer_id).select_related("account").order_by("status", "-issued_on")
    )
    orders = StandingOrder.objects.filter(customer_id=customer_id).select_related("account").order_by("-amount", "pk")
    decrypt_rows(Card, cards, ("number",))
    return Obligations(list(loans[:200]), cards[:200], list(orders[:200]))


@dataclass(frozen=True, slots=True)
class AccountPartyLine:
    """A party to an account; its name is opened, the screen masks it where its file is out of reach."""

    customer: Customer
    role: str
    within_reach: bool

    @property
    def role_label(self) -> str:
        return str(AccountRole(self.role).label)


@dataclass(frozen=True, slots=True)
class AccountFile:
    """One account's page."""

    account: Account
    parties: list[AccountPartyLine]


@query(VIEW_ACCOUNTS, label=_("See accounts and holdings"), record="open")
def open_account(actor: Actor, account_id: int) -> AccountFile:
    """An account to which somebody within reach is a party, with all its parties. Recorded. Three reads."""
    found = account_in_reach(actor, account_id, VIEW_ACCOUNTS)
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("holdings.Account", found.account.pk), found.account.customer_id
    return found


def account_in_reach(actor: Actor, account_id: int, operation: str) -> AccountFile:
    """The account with its parties, or :class:`NotFound`."""
    account = Account.objects.select_related("unit", "product", "customer__party").filter(pk=account_id).first()
    if account is None:
        raise NotFound
    rows = list(account.parties.select_related("customer__party").order_by("pk"))
    people = {account.customer_id: (account.customer, str(AccountRole.OWNER))}
    people.update({row.customer_id: (row.customer, row.role) for row in rows})
    visible = Customer.objects.visible_to(actor, "party.view_customer").visible_to(actor, operation)
    reach = set(visible.filter(pk__in=people).values_list("pk", flat=True))
    if not reach:
        raise NotFound
    decrypt_rows(Party, [customer.party for customer, _role in people.values()], ("name",))
    parties = [AccountPartyLine(customer, role, pk in reach) for pk, (customer, role) in people.items()]
    return AccountFile(account, sorted(parties, key=lambda each: (each.role != AccountRole.OWNER, each.customer.pk)))
