"""What a household has together: the members whose files the reader may see, each counted once.

Members are one step of family ties away (which ties is policy ``holdings.household``). A tie holds from its first day
until the day it ended: after a divorce the member no longer counts, and the figures of earlier days stay. Joint
accounts are counted once under every policy of AUM: for the first owner, or in parts that add up. Nothing tells of
members whose files are out of reach: they are neither shown nor counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.imports.staging import run
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.holdings.aum.eras import ONE, Era, eras, last_day, month_of
from kexin.holdings.aum.queries import VIEW_AUM, ZERO, mean
from kexin.holdings.aum.rebuild import span_from
from kexin.holdings.aum.steps import choose_customers, make_steps
from kexin.holdings.choices import AccountRole, AccountStatus
from kexin.holdings.models import Account, AccountParty, CustomerTier
from kexin.holdings.policies import AumPolicy, HouseholdPolicy
from kexin.holdings.queries import customer_for
from kexin.party.choices import RelationshipKind
from kexin.party.models import Customer, Party, Relationship

MOST_MEMBERS = 60


@dataclass(frozen=True, slots=True)
class Household:
    """The members within reach, with the customer asked for, and their sums."""

    members: list[int]
    assets: Decimal
    average: Decimal


@dataclass(frozen=True, slots=True)
class Tie:
    """What a member is of the customer asked for (``outward``: the customer is it of the member), from when to when."""

    kind: RelationshipKind
    outward: bool
    starts_on: dt.date | None
    ends_on: dt.date | None  # the first day that no longer belongs to it

    def holds_on(self, day: dt.date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or self.ends_on > day)


@dataclass(slots=True)
class Member:
    """One member on the day asked for, names opened; figures are nought for who did not belong then."""

    customer: Customer
    ties: list[Tie]
    belongs: bool  # on the day asked for
    left_on: dt.date | None  # the day on which the last tie ended, where none holds on the day
    assets: Decimal = ZERO
    average: Decimal = ZERO
    tier: str = ""


@dataclass(slots=True)
class HouseholdFile:
    """A household on the evening of a day: members, sums, the monthly daily average up to that day."""

    customer_id: int
    day: dt.date
    members: list[Member] = field(default_factory=list)  # the customer asked for first, who left last
    assets: Decimal = ZERO
    average: Decimal = ZERO
    joint_accounts: int = 0  # open accounts that several members own, each counted once
    everyone: bool = False  # the reader sees every file: nobody can be missing


@query(VIEW_AUM, label=_("See assets under management"))
def household_of(actor: Actor, customer_id: int) -> Household:
    """AUM of a customer's household today, from the customers' own columns. Three reads."""
    customer_for(actor, customer_id, VIEW_AUM)
    today = business_date()
    ids = {customer_id} | {pk for pk, ties in _ties(customer_id).items() if _hold(ties, today)}
    rows = {row.pk: row for row in _in_reach(actor, ids)}
    return Household(
        sorted(rows),
        sum((row.assets for row in rows.values()), ZERO),
        sum((row.average for row in rows.values()), ZERO),
    )


@query(VIEW_AUM, label=_("See assets under management"))
def household_on(actor: Actor, customer_id: int, day: dt.date | None = None) -> HouseholdFile:
    """The household on the evening of ``day`` (default: today), rebuilt from the ledger for any earlier day.

    The average is that of the month up to and including the day, each member counted on the days on which a tie held.
    Raises RuleViolation at ``day`` for a day to come or before anything is kept.
    """
    asked = customer_for(actor, customer_id, VIEW_AUM)
    today = business_date()
    day = day or today
    if day > today:
        raise RuleViolation(fields={"day": _("This day is yet to come.")})
    if day < span_from(today):
        raise RuleViolation(fields={"day": _("Nothing is kept of so early a day.")})
    ties = _ties(customer_id)
    known = [pk for pk, own in ties.items() if any(each.starts_on is None or each.starts_on <= day for each in own)]
    rows = list(_in_reach(actor, {customer_id, *known[:MOST_MEMBERS]}).select_related("party"))
    decrypt_rows(Party, [row.party for row in rows], ("name", "born_on"))
    found = HouseholdFile(customer_id, day, everyone=_sees_everyone(actor))
    for row in rows:
        own = [] if row.pk == asked.pk else ties[row.pk]
        belongs = row.pk == asked.pk or _hold(own, day)
        left = None if belongs else max((each.ends_on for each in own if each.ends_on), default=None)
        found.members.append(Member(row, own, belongs, left))
    found.members.sort(key=lambda each: (each.customer.pk != asked.pk, not each.belongs, each.customer.pk))
    _fill(found, today, ties)
    counted = [each for each in found.members if each.belongs]
    found.assets = sum((each.assets for each in counted), ZERO)
    found.average = sum((each.average for each in found.members), ZERO)
    found.joint_accounts = _joint([each.customer.pk for each in counted])
    return found


def _ties(customer_id: int) -> dict[int, list[Tie]]:
    """Family ties of a customer, ended ones too, by the other party."""
    kinds = in_force(HouseholdPolicy).ties
    rows = Relationship.objects.filter(Q(from_party=customer_id) | Q(to_party=customer_id), kind__in=kinds)
    found: dict[int, list[Tie]] = {}
    for row in rows.order_by("pk")[:500]:
        outward = row.from_party_id == customer_id
        other = row.to_party_id if outward else row.from_party_id
        found.setdefault(other, []).append(Tie(RelationshipKind(row.kind), outward, row.starts_on, row.ends_on))
    return found


def _hold(ties: Iterable[Tie], day: dt.date) -> bool:
    return any(each.holds_on(day) for each in ties)


def _in_reach(actor: Actor, ids: Collection[int]) -> QuerySet[Customer]:
    everyone = Customer.objects.filter(pk__in=ids).exclude(status="merged")
    return everyone.visible_to(actor, "party.view_customer").visible_to(actor, VIEW_AUM)


def _sees_everyone(actor: Actor) -> bool:
    """Does the actor reach every file for both? Only then can nobody be missing."""
    return all(
        any(grant.reach == Reach.ALL for grant in actor.grants_for(operation))
        for operation in ("party.view_customer", VIEW_AUM)
    )


def _fill(found: HouseholdFile, today: dt.date, ties: dict[int, list[Tie]]) -> None:
    """Value, average and tier of each member: from the customers' columns today, else from the ledger."""
    ids = [each.customer.pk for each in found.members]
    tiers = _tiers(ids, found.day) if found.day < today else {}
    values = _values(ids, found.day, ties, found.customer_id)
    for each in found.members:
        pk = each.customer.pk
        each.tier = tiers.get(pk, "") if found.day < today else each.customer.tier
        each.assets, each.average = values.get(pk, (ZERO, ZERO))
        if not each.belongs:
            each.assets = ZERO


def _tiers(ids: Sequence[int], day: dt.date) -> dict[int, str]:
    rows = CustomerTier.objects.filter(customer__in=ids, valid_from__lte=day)
    return dict(rows.filter(Q(valid_until=None) | Q(valid_until__gt=day)).values_list("customer_id", "tier"))


def _values(
    ids: Sequence[int], day: dt.date, ties: dict[int, list[Tie]], asked: int
) -> dict[int, tuple[Decimal, Decimal]]:
    """Per member: the value on the evening of ``day``, and the month's daily average over the days of belonging."""
    first = month_of(day)
    policy = eras(first, min(last_day(first), business_date()))[-1].policy
    days = (day - first).days + 1
    with transaction.atomic():  # the temporary tables end with it
        choose_customers(ids)
        make_steps(Era(first, day, policy))
        steps = run("SELECT customer_id, first, until, value FROM aum_step WHERE customer_id = ANY(%s)", [list(ids)])
        rows = steps.fetchall()
    spans = {pk: [(first, day + ONE)] if pk == asked else _spans(ties[pk], first, day) for pk in ids}
    closing: dict[int, Decimal] = {}
    sums: dict[int, Decimal] = {}
    for pk, start, until, value in rows:
        if until > day:
            closing[pk] = closing.get(pk, ZERO) + value
        for low, high in spans[pk]:
            covered = (min(until, high) - max(start, low)).days
            if covered > 0:
                sums[pk] = sums.get(pk, ZERO) + value * covered
    return {pk: (closing.get(pk, ZERO), mean(sums.get(pk, ZERO), days)) for pk in ids}


def _spans(ties: Sequence[Tie], first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The days from ``first`` to ``last`` on which any tie holds, as spans without overlap; the end is exclusive."""
    found: list[tuple[dt.date, dt.date]] = []
    for start, until in sorted(
        (max(each.starts_on or first, first), min(each.ends_on or last + ONE, last + ONE)) for each in ties
    ):
        if start >= until:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((start, until))
    return found


def _joint(ids: Sequence[int]) -> int:
    """Open counted accounts that two or more of these customers own."""
    if len(ids) < 2:
        return 0
    owners = (AccountRole.OWNER, AccountRole.JOINT_OWNER)
    kinds = list(in_force(AumPolicy).counted())
    shared = (
        AccountParty.objects.filter(customer__in=ids, role__in=owners)
        .order_by()
        .values("account_id")
        .annotate(number=Count("customer", distinct=True))
        .filter(number__gt=1)
    )
    rows = Account.objects.filter(pk__in=shared.values("account_id"), kind__in=kinds)
    return rows.exclude(status=AccountStatus.CLOSED).count()
