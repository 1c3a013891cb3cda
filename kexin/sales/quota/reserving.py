"""Keeping quota aside for a sale, and giving it back: inside the operations of the sale, in their transaction.

Everybody who wants quota of a product waits for the row of its trading terms; what is left is reckoned behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.decision import Decision
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.holdings.models import Holding, Placed
from kexin.products.models import TradingTerms
from kexin.sales.models import QuotaReservation, Sale
from kexin.sales.quota.choices import ReservationEnd
from kexin.sales.quota.events import QuotaExpired, QuotaReserved
from kexin.sales.quota.policies import QuotaPolicy
from kexin.sales.quota.rules import QuotaUse, may_reserve

AT_ONCE: Final = 500  # in one transaction


def counting(now: dt.datetime | None = None) -> QuerySet[QuotaReservation]:
    """Reservations that count at a moment: not ended, and not past their time, whether the clock has been or not."""
    open_rows = QuotaReservation.objects.filter(ended_at=None)
    return open_rows.filter(Q(kept_until=None) | Q(kept_until__gt=now or timezone.now()))


def reserved_of(product_ids: Iterable[int]) -> dict[int, Decimal]:
    """What is kept aside of these products: one read."""
    rows = counting().filter(product__in=set(product_ids)).values("product").annotate(kept=Sum("amount")).order_by()
    return {row["product"]: row["kept"] for row in rows}


def kept_for(sale: Sale) -> Decimal:
    """What is kept aside for this sale now; nought where nothing is."""
    return counting().filter(sale=sale).values_list("amount", flat=True).first() or Decimal(0)


def reserve(sale: Sale, *, for_order: bool = False) -> QuotaReservation | None:
    """Keep the sale's amount aside; None for a product without limits. ``sale`` is locked, its amount the new one.

    For an order it is kept until the core system has answered, else for the minutes of the policy. RuleViolation:
    not enough is left; nothing is changed then.
    """
    terms = TradingTerms.objects.select_for_update().filter(product=sale.product_id).first()
    if terms is None or (terms.quota is None and terms.quota_per_customer is None):
        return None
    now = timezone.now()
    own = counting(now).filter(sale=sale).first()
    until = None if for_order else now + dt.timedelta(minutes=in_force(QuotaPolicy).keep_minutes)
    if own is not None and own.amount == sale.amount:
        if for_order and own.kept_until is not None:
            own.kept_until = None
            own.save(update_fields=["kept_until"])
        return own
    _may_reserve(sale, terms, now).enforce()
    release(sale, ReservationEnd.RETURNED if own is not None else ReservationEnd.EXPIRED, now)
    made = QuotaReservation.objects.create(
        sale=sale,
        product_id=sale.product_id,
        customer_id=sale.customer_id,
        round=sale.round,
        amount=sale.amount,
        kept_until=until,
    )
    told = until.isoformat(timespec="minutes") if until else ""
    emit(QuotaReserved(sale.customer_id, sale.sale_no, sale.pk, str(sale.amount), told))
    return made


def _may_reserve(sale: Sale, terms: TradingTerms, now: dt.datetime) -> Decision:
    """Behind the lock on the terms: does the amount fit beside what others hold and have kept aside?"""
    others = counting(now).filter(product=sale.product_id).exclude(sale=sale)
    placed = Placed.objects.filter(pk=sale.product_id).values_list("cost", flat=True).first() or Decimal(0)
    mine = {"customer": sale.customer_id}
    held = Holding.objects.filter(product=sale.product_id, **mine)
    return may_reserve(
        sale.amount,
        QuotaUse(terms.quota, placed, _sum(others, "amount")),
        QuotaUse(terms.quota_per_customer, _sum(held, "cost"), _sum(others.filter(**mine), "amount")),
    )


def release(sale: Sale, end: ReservationEnd, at: dt.datetime | None = None) -> int:
    """End what is kept aside for a sale; how many rows."""
    return QuotaReservation.objects.filter(sale=sale, ended_at=None).update(ended_at=at or timezone.now(), end=end)


def past_their_time() -> QuerySet[QuotaReservation]:
    """Reservations that count no more and are not ended yet."""
    return QuotaReservation.objects.filter(ended_at=None, kept_until__lte=timezone.now())


@operation("sales.expire_quotas", label=_("Give back quota that was not used in time"))
def expire_quotas(*, actor: Actor) -> int:
    """End reservations whose time is over; how many. The sale goes on and may take quota again while there is any."""
    if not actor.everything:
        raise NotPermitted
    rows = list(
        past_their_time()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("sale")
        .order_by("pk")[:AT_ONCE]
    )
    now = timezone.now()
    for row in rows:
        row.ended_at, row.end = now, ReservationEnd.EXPIRED
        row.save(update_fields=["ended_at", "end"])
        emit(QuotaExpired(row.customer_id, row.sale.sale_no, row.sale_id, str(row.amount)))
    act = frame.current.get()
    assert act is not None
    act.notes["expired"] = len(rows)
    return len(rows)


def _sum(rows: QuerySet[Holding] | QuerySet[QuotaReservation], name: str) -> Decimal:
    return rows.aggregate(total=Sum(name))["total"] or Decimal(0)
