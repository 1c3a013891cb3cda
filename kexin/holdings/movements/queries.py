"""Reads of movements: large ones within reach since a day, and customers who do nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.holdings.assets import own_currency
from kexin.holdings.choices import AccountStatus, Direction
from kexin.holdings.ledger_queries import VIEW_TRANSACTIONS
from kexin.holdings.models import Account, CustomerActivity, ExchangeRate, Transaction
from kexin.holdings.policies import AumPolicy, MovementPolicy
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer

VIEW_DORMANT = "holdings.view_dormant"
LONGEST = 92  # days of a look back; older bookings are found on the account
_MONEY = DecimalField(max_digits=24, decimal_places=2)


@query(VIEW_TRANSACTIONS, label=_("See transactions"), record="list")
def large_movements(actor: Actor, since: dt.date, most: int = 100) -> list[Transaction]:
    """Large bookings within reach from ``since`` to today, newest first, with account, customer and ``value``.

    Large is what reaches the policy's amount in the base currency, or its share of the customer's AUM (to what went
    out the amount is added back: the share is one of what was there). Bookings that move no money in or out (the AUM
    policy names them) and movements between two accounts of the same customer (the same day, the same amount, the
    other direction) are left out, as is what has no exchange rate. At most 92 days back. Three reads.
    """
    policy, aum, today = in_force(MovementPolicy), in_force(AumPolicy), business_date()
    since = max(since, today - dt.timedelta(days=LONGEST))
    rates = last_rates(aum.base_currency or own_currency(), today)
    least = min(policy.amount, policy.share_least)
    # Of a foreign currency less may be large: the index answers from the smallest amount that could be.
    floor = min(least / max(rates.values()), least).quantize(Decimal("0.01"))
    other = Transaction.objects.filter(
        account__customer=OuterRef("account__customer"),
        booked_on=OuterRef("booked_on"),
        amount=OuterRef("amount"),
        booked_on__gte=since,
    ).exclude(direction=OuterRef("direction"))
    value = Case(
        *(When(account__currency=code, then=F("amount") * Value(rate)) for code, rate in rates.items()),
        output_field=_MONEY,
    )
    before = Case(
        When(direction=Direction.OUT, then=F("account__customer__assets") + F("value")),
        default=F("account__customer__assets"),
        output_field=_MONEY,
    )
    rows = (
        Transaction.objects.visible_to(actor, VIEW_TRANSACTIONS)
        .filter(booked_on__gte=since, booked_on__lte=today, amount__gte=floor)
        .exclude(kind__in=list(aum.not_flows))
        .filter(account__currency__in=list(rates), account__kind__in=[str(kind) for kind in aum.counted()])
        .annotate(value=value)
        .annotate(share=ExpressionWrapper(before * policy.share_percent / 100, output_field=_MONEY))
        .filter(Q(value__gte=policy.amount) | Q(value__gte=policy.share_least) & Q(value__gte=F("share")))
        .filter(~Exists(other))
        .select_related("account__customer__party")
    )
    return list(rows.order_by("-booked_on", "-value", "-id")[:most])


def last_rates(base: str, day: dt.date) -> dict[str, Decimal]:
    """The last rate of each currency; the base itself is one."""
    rows = ExchangeRate.objects.filter(base=base, day__lte=day).order_by("currency", "-day").distinct("currency")
    return {base: Decimal(1)} | dict(rows.values_list("currency", "rate"))


def rates_to_base(day: dt.date) -> dict[str, Decimal]:
    """What one unit of each currency is worth in the one that customers' assets are kept in; that one is 1."""
    return last_rates(in_force(AumPolicy).base_currency or own_currency(), day)


@query(VIEW_DORMANT, label=_("See dormant customers"), record="list")
def dormant_customers(actor: Actor) -> QuerySet[Customer]:
    """Active customers with open accounts who initiated no booking for the policy's months; each with ``last_on``.

    ``last_on`` is the day of the last one, None where there never was one. Who has been a customer for less than these
    months is not dormant. The caller orders (``-assets``) and cuts the page.
    """
    limit = months_back(business_date(), in_force(MovementPolicy).dormant_months)
    activity = CustomerActivity.objects.filter(customer=OuterRef("pk"))
    accounts = Account.objects.filter(customer=OuterRef("pk")).exclude(status=AccountStatus.CLOSED)
    return (
        Customer.objects.visible_to(actor, VIEW_DORMANT)
        .filter(status__in=(CustomerStatus.ACTIVE, CustomerStatus.DORMANT))
        .filter(Q(admitted_on=None) | Q(admitted_on__lte=limit))
        .filter(~Exists(activity.filter(last_on__gt=limit)), Exists(accounts))
        .annotate(last_on=Subquery(activity.values("last_on")[:1]))
    )


def months_back(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` earlier, or the last of that month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return dt.date(year, month, min(day.day, (following - dt.timedelta(days=1)).day))
