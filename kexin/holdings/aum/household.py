"""What a household has together: the members whose files the reader may see, each counted once.

Members are linked by the relationships of a family or as one household, ended ones (a divorce) left out. Joint accounts
are counted once under every policy: for the first owner, or in parts that add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.query import query
from kexin.holdings.aum.queries import VIEW_AUM, ZERO
from kexin.holdings.queries import customer_for
from kexin.party.choices import RelationshipKind
from kexin.party.models import Customer, Relationship

FAMILY = (RelationshipKind.SPOUSE, RelationshipKind.PARENT, RelationshipKind.CHILD, RelationshipKind.HOUSEHOLD)


@dataclass(frozen=True, slots=True)
class Household:
    """The members within reach, with the customer asked for, and their sums; how many are out of reach."""

    members: list[int]
    assets: Decimal
    average: Decimal
    hidden: int


@query(VIEW_AUM, label=_("See assets under management"))
def household_of(actor: Actor, customer_id: int) -> Household:
    """AUM of a customer's household: one step of family ties that stand today. Three reads."""
    customer_for(actor, customer_id, VIEW_AUM)
    running = Q(ends_on=None) | Q(ends_on__gt=business_date())
    ties = Relationship.objects.filter(running, kind__in=FAMILY)
    pairs = ties.filter(Q(from_party=customer_id) | Q(to_party=customer_id)).values_list("from_party", "to_party")
    ids = {customer_id} | {pk for pair in pairs for pk in pair}
    everyone = Customer.objects.filter(pk__in=ids).exclude(status__in=("merged", "closed"))
    seen = everyone.visible_to(actor, "party.view_customer").visible_to(actor, VIEW_AUM)
    rows = {pk: (assets, average) for pk, assets, average in seen.values_list("pk", "assets", "average")}
    return Household(
        sorted(rows),
        sum((assets for assets, _average in rows.values()), ZERO),
        sum((average for _assets, average in rows.values()), ZERO),
        len(ids) - len(rows),
    )
