"""公私联动: an enterprise and the people behind it side by side, as far as the reader may see each of them.

Behind it stand its legal representative, beneficial owners and shareholders; for a person these are the enterprises in
which the person is one of them. A file out of reach is neither shown nor counted, and the number of such files is not
told. Amounts are told per currency and never added up across currencies; AUM is in the base currency by its policy.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.desk.policies import LinkedPolicy
from kexin.engagement.models.calls import Contact
from kexin.holdings.choices import AccountKind, AccountRole, AccountStatus
from kexin.holdings.queries import VIEW_ACCOUNTS, Portfolio, Position, portfolio_of
from kexin.holdings.rules import AssetClass
from kexin.party.choices import PartyKind, RelationshipKind
from kexin.party.models import Customer, Party, Relationship
from kexin.people.queries import post_labels

BEHIND = (
    RelationshipKind.LEGAL_REPRESENTATIVE,
    RelationshipKind.BENEFICIAL_OWNER,
    RelationshipKind.SHAREHOLDER,
)
ORGANISATIONS = (PartyKind.ENTERPRISE, PartyKind.INSTITUTION)
VIEW_CALLS = "engagement.view_calls"
MOST = 12  # of one customer side by side; nobody compares more

Amounts = dict[str, Decimal]  # per currency


@dataclass(frozen=True, slots=True)
class Role:
    """What one is in the other, and with how much of it."""

    kind: RelationshipKind
    share: Decimal | None


@dataclass(slots=True)
class LinkedParty:
    """One side: a customer with what decides a conversation. ``roles`` is empty for the customer asked for."""

    customer: Customer
    roles: list[Role]
    lead: str
    assets: Decimal
    deposits: Amounts
    loans: Amounts  # owed
    maturing: list[Position]  # within the policy's days, the earliest first
    last_contact: dt.date | None  # None as well for those who may not see contacts


@dataclass(slots=True)
class Linked:
    """The customer asked for and the other side, each once."""

    customer_id: int
    days: int  # how far maturities look
    parties: list[LinkedParty] = field(default_factory=list)  # the customer asked for first, then the richest
    sees_contacts: bool = False
    everyone: bool = False  # the reader sees every file: nobody can be missing

    @property
    def assets(self) -> Decimal:
        """AUM of all that are shown."""
        return sum((each.assets for each in self.parties), Decimal(0))

    @property
    def deposits(self) -> Amounts:
        return _together(each.deposits for each in self.parties)

    @property
    def loans(self) -> Amounts:
        return _together(each.loans for each in self.parties)


def _together(sides: Iterable[Amounts]) -> Amounts:
    found: Amounts = defaultdict(Decimal)
    for side in sides:
        for currency, amount in side.items():
            found[currency] += amount
    return dict(found)


@query("desk.view_linked", label=_("See an enterprise and its owners side by side"), record="list")
def linked(actor: Actor, customer_id: int) -> Linked:
    """The two sides of a customer. Six reads, and two or three for each party shown; at most twelve others.

    Whoever may not see balances finds nothing: NotFound.
    """
    roles = _roles(customer_id)
    rows = list(_in_reach(actor, {customer_id, *roles}).select_related("party").order_by("-assets", "pk")[: MOST + 1])
    if customer_id not in {row.pk for row in rows}:
        own = _in_reach(actor, {customer_id}).select_related("party").first()
        if own is None:
            raise NotFound
        rows = [own, *rows[:MOST]]
    decrypt_rows(Party, [row.party for row in rows], ("name", "born_on"))
    rules, today = in_force(LinkedPolicy), business_date()
    until = today + dt.timedelta(days=rules.maturing_days)
    labels = post_labels([row.lead_post_id for row in rows if row.lead_post_id])
    contacts = _last_contacts(actor, [row.pk for row in rows])
    found = Linked(customer_id, rules.maturing_days, sees_contacts=actor.may(VIEW_CALLS))
    found.everyone = _sees_everyone(actor)
    for row in sorted(rows, key=lambda row: row.pk != customer_id):
        held = portfolio_of(row.pk)
        found.parties.append(
            LinkedParty(
                row,
                roles.get(row.pk, []),
                labels.get(row.lead_post_id or 0, ""),
                row.assets,
                _deposits(held),
                _loans(held),
                held.maturities(today, until),
                contacts.get(row.pk),
            )
        )
    return found


def _roles(customer_id: int) -> dict[int, list[Role]]:
    """What the other parties are of the customer, or the customer of them, by ties that hold today."""
    today = business_date()
    running = (Q(ends_on=None) | Q(ends_on__gt=today)) & (Q(starts_on=None) | Q(starts_on__lte=today))
    ties = Relationship.objects.filter(running, kind__in=BEHIND).filter(
        Q(from_party=customer_id) | Q(to_party=customer_id, to_party__kind__in=ORGANISATIONS)
    )
    found: dict[int, list[Role]] = {}
    for row in ties.order_by("pk")[:500]:
        other = row.to_party_id if row.from_party_id == customer_id else row.from_party_id
        found.setdefault(other, []).append(Role(RelationshipKind(row.kind), row.share))
    return found


def _in_reach(actor: Actor, ids: Collection[int]) -> QuerySet[Customer]:
    rows = Customer.objects.filter(pk__in=ids).exclude(status="merged")
    return rows.visible_to(actor, "party.view_customer").visible_to(actor, VIEW_ACCOUNTS)


def _sees_everyone(actor: Actor) -> bool:
    return all(
        any(grant.reach == Reach.ALL for grant in actor.grants_for(operation))
        for operation in ("party.view_customer", VIEW_ACCOUNTS)
    )


def _deposits(held: Portfolio) -> Amounts:
    found: Amounts = defaultdict(Decimal)
    for each in held.positions:
        if each.asset_class in (AssetClass.DEPOSIT, AssetClass.STRUCTURED):
            found[each.currency] += each.value
    return dict(found)


def _loans(held: Portfolio) -> Amounts:
    found: Amounts = defaultdict(Decimal)
    for line in held.accounts:
        account = line.account
        running = account.kind == AccountKind.LOAN and account.status != AccountStatus.CLOSED
        if running and account.balance and line.role == AccountRole.OWNER:
            found[account.currency] += account.balance
    return dict(found)


def _last_contacts(actor: Actor, ids: Collection[int]) -> dict[int, dt.date]:
    """The day on which each customer was last reached, for those whose contacts the actor may see."""
    if not actor.may(VIEW_CALLS):
        return {}
    seen = Customer.objects.visible_to(actor, VIEW_CALLS).filter(pk__in=ids).values("pk")
    rows = Contact.objects.filter(customer__in=seen, reached=True, undone_at=None).order_by("customer", "-at")
    return dict(rows.distinct("customer").values_list("customer_id", "on"))
