"""One account's file, and what hangs on a customer's accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.holdings.choices import AccountRole
from kexin.holdings.models import Account, Card, Loan, StandingOrder
from kexin.holdings.queries.reach import VIEW_ACCOUNTS, customer_for
from kexin.party.models import Customer, Party


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
