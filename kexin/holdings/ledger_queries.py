"""Reads of one account's bookings. Every read names the account first: the unique index answers it, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.query import query
from kexin.holdings.choices import Direction
from kexin.holdings.models import Account, AccountParty, Transaction
from kexin.holdings.queries import account_in_reach, customer_for, same_reach

VIEW_TRANSACTIONS = "holdings.view_transactions"


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """What a list of transactions is narrowed by; everything empty means the whole life of the account."""

    first: dt.date | None = None
    last: dt.date | None = None
    direction: str = ""
    kind: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MonthFlow:
    """What came in and went out of an account in one month."""

    month: dt.date
    money_in: Decimal
    money_out: Decimal


@query(VIEW_TRANSACTIONS, label=_("See transactions"))
def transactions(
    actor: Actor, account: Account | int, wanted: TransactionFilter | None = None
) -> QuerySet[Transaction]:
    """The bookings of an account within reach, narrowed; the caller orders by day and number and cuts the page.

    An ``Account`` was taken from :func:`kexin.holdings.queries.open_account`: its reach is not asked a second time
    where the same grants cover both.
    """
    _check(actor, account)
    pk = account if isinstance(account, int) else account.pk
    return narrowed(Transaction.objects.filter(account_id=pk), wanted or TransactionFilter())


def _check(actor: Actor, account: Account | int) -> None:
    if isinstance(account, int):
        account_in_reach(actor, account, VIEW_TRANSACTIONS)
    elif not same_reach(actor, VIEW_TRANSACTIONS):
        account_in_reach(actor, account.pk, VIEW_TRANSACTIONS)


def narrowed(rows: QuerySet[Transaction], wanted: TransactionFilter) -> QuerySet[Transaction]:
    """The filters as column conditions."""
    if wanted.first:
        rows = rows.filter(booked_on__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(booked_on__lte=wanted.last)
    if wanted.direction:
        rows = rows.filter(direction=wanted.direction)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.amount_from is not None:
        rows = rows.filter(amount__gte=wanted.amount_from)
    if wanted.amount_to is not None:
        rows = rows.filter(amount__lte=wanted.amount_to)
    if wanted.text:
        rows = rows.filter(Q(description__icontains=wanted.text) | Q(counterparty__icontains=wanted.text))
    return rows


@query(VIEW_TRANSACTIONS, label=_("See transactions"))
def large_transactions(
    actor: Actor, customer_id: int, least: Decimal, first: dt.date, last: dt.date, most: int
) -> list[Transaction]:
    """Bookings of at least ``least``, in the account's own currency, on all accounts of a customer, newest first.

    ``first`` and ``last`` keep the read to few months of the ledger. The account comes with each booking. Two reads.
    """
    customer_for(actor, customer_id, VIEW_TRANSACTIONS)
    parties = AccountParty.objects.filter(customer_id=customer_id)
    accounts = Account.objects.filter(customer_id=customer_id).values("pk").union(parties.values("account_id"))
    known = Account.objects.filter(pk__in=accounts).in_bulk()
    rows = Transaction.objects.filter(
        account_id__in=list(known), amount__gte=least, booked_on__gte=first, booked_on__lte=last
    )
    found = list(rows.order_by("-booked_on", "-id")[:most]) if known else []
    for row in found:
        row.account = known[row.account_id]
    return found


@query(VIEW_TRANSACTIONS, label=_("See transactions"))
def flows(actor: Actor, account: Account, months: int = 12) -> list[MonthFlow]:
    """In and out by calendar month, the oldest first, months without bookings included. One read.

    ``account`` was taken from :func:`kexin.holdings.queries.open_account`, which checked the reach.
    """
    _check(actor, account)
    today = business_date()
    first = months_ago(today.replace(day=1), months - 1)
    rows = (
        Transaction.objects.filter(account_id=account.pk, booked_on__gte=first, booked_on__lte=today)
        .annotate(month=TruncMonth("booked_on"))
        .values("month")
        .order_by("month")
        .annotate(
            money_in=Sum("amount", filter=Q(direction=Direction.IN)),
            money_out=Sum("amount", filter=Q(direction=Direction.OUT)),
        )
    )
    known: dict[dt.date, Any] = {row["month"]: row for row in rows}
    result = []
    for n in range(months - 1, -1, -1):
        month = months_ago(today.replace(day=1), n)
        row = known.get(month, {})
        result.append(MonthFlow(month, row.get("money_in") or Decimal(0), row.get("money_out") or Decimal(0)))
    return result


def months_ago(first: dt.date, months: int) -> dt.date:
    """The first of the month ``months`` before the one that ``first`` begins."""
    count = first.year * 12 + first.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)
