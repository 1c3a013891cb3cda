"""Reads of ownership: who leads and shares in a customer, and the pool of those whom nobody leads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import CustomerStatus, ProductLine, TransferState
from kexin.party.models import Customer, CustomerTransfer, PortfolioAssignment, PortfolioProtection, PortfolioShare
from kexin.party.policies import PoolPolicy
from kexin.people.models import OrgUnit, Post


@dataclass(frozen=True, slots=True)
class Ownership:
    """Everything the page says about whose customer this is."""

    shares: list[PortfolioShare]  # running ones first, then what was, newest first
    protection: PortfolioProtection | None
    transfer: CustomerTransfer | None  # the one being signed


@query("party.view_customer", label=_("Open a customer file"))
def ownership(actor: Actor, customer: Customer) -> Ownership:
    """Shares now and before, protection, and the transfer being signed, of a customer already in reach."""
    rows = customer.shares.select_related("post__unit").order_by("-starts_on", "line", "pk")
    shares = sorted(rows[:200], key=lambda row: row.ends_on is not None)
    lines = CustomerTransfer.objects.filter(state=TransferState.SIGNING, lines__customer=customer.pk, lines__open=True)
    return Ownership(shares, PortfolioProtection.objects.filter(customer=customer.pk).first(), lines.first())


def owners_on(customer_id: int, line: str, day: dt.date) -> list[tuple[int, Decimal]]:
    """Whose a product line of a customer is on a day: (post, percent); empty for the pool.

    The line's own shares; else those of all products; else the lead of that day, whole.
    """
    running = Q(ends_on=None) | Q(ends_on__gt=day)
    for each in dict.fromkeys((line, ProductLine.ALL.value)):
        rows = PortfolioShare.objects.filter(running, customer=customer_id, line=each, starts_on__lte=day)
        found = list(rows.order_by("pk").values_list("post_id", "percent"))
        if found:
            return found
    lead = PortfolioAssignment.objects.filter(running, customer=customer_id, starts_on__lte=day).first()
    return [(lead.post_id, Decimal(100))] if lead is not None and lead.post_id is not None else []


def customers_left(unit: OrgUnit) -> str:
    """Why a unit cannot be closed or merged away: customers who would have nobody; empty when none is left."""
    rows = Customer.objects.filter(unit=unit).exclude(status__in=(CustomerStatus.CLOSED, CustomerStatus.MERGED))
    left = rows.count()
    text = ngettext("%(n)s customer still belongs to it.", "%(n)s customers still belong to it.", left)
    return text % {"n": left} if left else ""


def pool_within(actor: Actor, operation: str, *, with_led: bool = False) -> QuerySet[Customer]:
    """Customers that nobody leads, in the units whose pool the actor may take from for ``operation``.

    Whoever reaches a portfolio takes from the pool of the unit of that post, or of the whole branch if the policy
    says so. ``with_led``: those that somebody leads as well, so that a late claim can be told who was faster.
    """
    rows = Customer.objects.exclude(status__in=(CustomerStatus.CLOSED, CustomerStatus.MERGED))
    if not with_led:
        rows = rows.filter(lead_post=None)
    units = pool_units(actor, operation)
    return rows if units is None else rows.filter(unit__in=units)


def pool_units(actor: Actor, operation: str) -> set[int] | None:
    """The units whose pool is within reach; None for all."""
    units: set[int] = set()
    posts: set[int] = set()
    for grant in actor.grants_for(operation):
        if grant.reach == Reach.ALL:
            return None
        units.update(grant.unit_ids)
        if grant.reach == Reach.PORTFOLIO and grant.post_id is not None:
            posts.add(grant.post_id)
    for post in Post.objects.filter(pk__in=posts).select_related("unit__parent"):
        units.add(post.unit_id)
        if in_force(PoolPolicy).whole_branch and post.unit.parent is not None:
            below = OrgUnit.objects.filter(path__startswith=post.unit.parent.path)
            units.update(below.values_list("pk", flat=True))
    return units


@query("party.view_pool", label=_("See the pool of customers without a lead"), record="list")
def pool(actor: Actor) -> QuerySet[Customer]:
    """Customers that nobody leads and that the actor could take over; the caller orders and cuts the page."""
    return pool_within(actor, "party.view_pool").select_related("party", "unit")
