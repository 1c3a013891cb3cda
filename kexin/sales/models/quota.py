"""What of a product's quota is kept aside for a sale."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.products.models import Product
from kexin.sales.models.sale import Sale
from kexin.sales.quota.choices import ReservationEnd


class ReservationQuerySet(ScopedQuerySet["QuotaReservation"]):
    scope_through = "sale"


class QuotaReservation(models.Model):
    """额度预留: this much of the product's quota is kept for this sale.

    Until ``kept_until``; None: until the core system answers. One at a time for a sale. How it ended is kept: used by
    the purchase, expired, or given back with the sale.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="reservations")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("party.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField(_("round"))
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    made_at = models.DateTimeField(_("kept aside"), auto_now_add=True)
    kept_until = models.DateTimeField(_("kept aside until"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end = models.CharField(_("how it ended"), max_length=8, choices=ReservationEnd.choices, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota kept aside")
        constraints = [
            models.UniqueConstraint(fields=["sale"], condition=Q(ended_at=None), name="sales_quota_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="sales_quota_amount"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")), name="sales_quota_ended"
            ),
        ]
        indexes = [
            models.Index("product", condition=Q(ended_at=None), name="sales_quota_product"),
            models.Index("kept_until", condition=Q(ended_at=None), name="sales_quota_until"),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} {self.amount}"
