"""Reads of the ladder: its lines, its sums by day, week and month, and what filters offer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.query import query
from kexin.holdings.aum.queries import VIEW_FIGURES
from kexin.holdings.choices import OWED
from kexin.holdings.models import Maturity
from kexin.people.queries import units_below

VIEW_MATURITIES = "holdings.view_maturities"
PERIODS = ("day", "week", "month")
PARTS = ("renewed", "moved", "stayed", "gone")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MaturityFilter:
    """What a list of maturities is narrowed by; everything empty means all of them.

    ``contact``: ``open`` (its work item waits), ``done`` (closed), ``none`` (no work item). ``part`` keeps what went a
    certain way after maturing. ``unit_id`` (with all below it) and ``post_id`` name who led the customer on that day.
    """

    kinds: tuple[str, ...] = ()
    unit_id: int | None = None
    post_id: int | None = None
    pool: bool = False
    tier: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    contact: str = ""
    part: str = ""
    followed: bool = False


@dataclass(frozen=True, slots=True)
class MaturitySum:
    """One period of the ladder in the base currency; what customers pay stands apart from what they are paid."""

    first: dt.date
    last: dt.date
    count: int = 0
    amount: Decimal = ZERO
    owed_count: int = 0
    owed: Decimal = ZERO
    unrated: int = 0  # lines in a currency without a rate: counted, not added up


@query(VIEW_MATURITIES, label=_("See maturities"), record="list")
def maturity_lines(
    actor: Actor, first: dt.date, last: dt.date, wanted: MaturityFilter | None = None
) -> QuerySet[Maturity]:
    """What is due from ``first`` to ``last`` within reach. The caller orders (``due_on``, ``id``) and cuts the page."""
    return _lines(actor, first, last, wanted)


@query(VIEW_MATURITIES, label=_("See maturities"))
def maturity_sums(
    actor: Actor, by: str, first: dt.date, last: dt.date, wanted: MaturityFilter | None = None
) -> list[MaturitySum]:
    """Counts and sums per ``day``, ``week`` (from Monday) or ``month``, quiet periods included. One read.

    The first and the last period hold only their days within the span. Raises ValueError for another period.
    """
    if by not in PERIODS:
        raise ValueError(f"there is no period {by}")
    found: dict[dt.date, dict[str, Any]] = {}
    row: Any
    for row in _by_day(_lines(actor, first, last, wanted)):
        kept = found.setdefault(period_start(row["due_on"], by), {})
        for key in ("n", "amount", "owed_n", "owed", "unrated"):
            kept[key] = kept.get(key, 0) + (row[key] or 0)
    sums = []
    for start, end in periods(first, last, by):
        row = found.get(period_start(start, by), {})
        sums.append(
            MaturitySum(
                start,
                end,
                row.get("n", 0),
                Decimal(row.get("amount", 0)),
                row.get("owed_n", 0),
                Decimal(row.get("owed", 0)),
                row.get("unrated", 0),
            )
        )
    return sums


@query(VIEW_FIGURES, label=_("See figures of posts and units"))
def maturity_totals(
    actor: Actor, spans: Sequence[tuple[dt.date, dt.date]], units: Collection[int] | None, posts: Collection[int] = ()
) -> list[MaturitySum]:
    """What matures in each span for these units (None: for the posts), as figures without persons. One read.

    Whoever calls has checked that the units or posts are within reach.
    """
    within = Q(pk__in=[])
    for span in spans:
        within |= Q(due_on__range=span)
    rows = Maturity.objects.filter(within)
    rows = rows.filter(post_id__in=list(posts)) if units is None else rows.filter(unit_id__in=list(units))
    days = list(_by_day(rows))
    return [_summed(first, last, [row for row in days if first <= row["due_on"] <= last]) for first, last in spans]


def _summed(first: dt.date, last: dt.date, rows: list[Any]) -> MaturitySum:
    def total(key: str) -> Any:
        return sum((row[key] or 0 for row in rows), 0)

    return MaturitySum(
        first, last, total("n"), Decimal(total("amount")), total("owed_n"), Decimal(total("owed")), total("unrated")
    )


def _by_day(rows: QuerySet[Maturity]) -> Any:
    """Counts and sums of each day, what customers pay apart."""
    owed = Q(kind__in=[str(kind) for kind in OWED])
    return (
        rows.order_by()
        .values("due_on")
        .annotate(
            n=Count("pk", filter=~owed),
            amount=Sum("value", filter=~owed),
            owed_n=Count("pk", filter=owed),
            owed=Sum("value", filter=owed),
            unrated=Count("pk", filter=Q(value=None)),
        )
    )


def _lines(actor: Actor, first: dt.date, last: dt.date, wanted: MaturityFilter | None) -> QuerySet[Maturity]:
    rows = Maturity.objects.visible_to(actor, VIEW_MATURITIES).filter(due_on__gte=first, due_on__lte=last)
    return narrowed(rows, wanted or MaturityFilter())


def narrowed(rows: QuerySet[Maturity], wanted: MaturityFilter) -> QuerySet[Maturity]:
    """The filters as column conditions."""
    if wanted.kinds:
        rows = rows.filter(kind__in=wanted.kinds)
    if wanted.unit_id is not None:
        rows = rows.filter(unit_id__in=units_below(wanted.unit_id))
    if wanted.pool:
        rows = rows.filter(post__isnull=True)
    elif wanted.post_id is not None:
        rows = rows.filter(post_id=wanted.post_id)
    if wanted.tier:
        rows = rows.filter(customer__tier=wanted.tier)
    if wanted.amount_from is not None:
        rows = rows.filter(value__gte=wanted.amount_from)
    if wanted.amount_to is not None:
        rows = rows.filter(value__lte=wanted.amount_to)
    if wanted.contact == "none":
        rows = rows.filter(work=None)
    elif wanted.contact == "open":
        rows = rows.filter(work__status=WorkStatus.OPEN)
    elif wanted.contact == "done":
        rows = rows.exclude(work=None).exclude(work__status=WorkStatus.OPEN)
    if wanted.followed:
        rows = rows.exclude(gone=None)
    if wanted.part in PARTS:
        rows = rows.filter(**{f"{wanted.part}__gt": 0})
    return rows


def period_start(day: dt.date, by: str) -> dt.date:
    """The day itself, its Monday, or the first of its month."""
    if by == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def periods(first: dt.date, last: dt.date, by: str) -> list[tuple[dt.date, dt.date]]:
    """The periods from ``first`` to ``last``, cut off at both ends."""
    found, start = [], first
    while start <= last:
        following = _next(period_start(start, by), by)
        found.append((start, min(following - dt.timedelta(days=1), last)))
        start = following
    return found


def _next(start: dt.date, by: str) -> dt.date:
    if by == "month":
        return (start + dt.timedelta(days=31)).replace(day=1)
    return start + dt.timedelta(days=7 if by == "week" else 1)
