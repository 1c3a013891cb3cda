"""Reads of quotas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.holdings.models import Holding
from kexin.products.models import Product
from kexin.products.queries import product_of
from kexin.sales.models import QuotaReservation, Sale
from kexin.sales.queries import VIEW
from kexin.sales.quota.reserving import counting
from kexin.sales.quota.rules import QuotaUse


@dataclass(frozen=True, slots=True)
class ProductQuota:
    """The quota of a product for the whole institution; no customer stands in it."""

    product: Product
    use: QuotaUse
    per_customer: Decimal | None


@query(VIEW, label=_("See sales"))
def quota_of(actor: Actor, product_id: int) -> ProductQuota | None:
    """What is placed, kept aside and left of a product; None where its terms state no quota. NotFound."""
    product = product_of(actor, product_id)
    terms = getattr(product, "terms", None)
    if terms is None or (terms.quota is None and terms.quota_per_customer is None):
        return None
    placed = Holding.objects.filter(product=product).aggregate(total=Sum("cost"))["total"] or Decimal(0)
    kept = counting().filter(product=product).aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return ProductQuota(product, QuotaUse(terms.quota, placed, kept), terms.quota_per_customer)


def reservation_of(sale: Sale) -> QuotaReservation | None:
    """What is kept aside for a sale in hand, or what was last."""
    return QuotaReservation.objects.filter(sale=sale).order_by("-pk").first()
