"""The net value of a product on a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.products.models.product import Product

PLACES = 6  # decimal places of a net value: funds publish four, money products and pensions up to six


class NetValue(models.Model):
    """净值: one product, one day. A correction changes the row; what stood there before stays in the row history."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="net_values")
    day = models.DateField(_("net value of"))
    unit_value = models.DecimalField(_("unit net value"), max_digits=18, decimal_places=PLACES)
    accumulated = models.DecimalField(_("accumulated net value"), max_digits=18, decimal_places=PLACES)
    source = models.CharField(_("source"), max_length=20, blank=True)
    entered_by = models.CharField(_("entered by"), max_length=80)
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("net value")
        constraints = [
            models.UniqueConstraint(fields=["product", "day"], name="products_netvalue_one_a_day"),
            models.CheckConstraint(
                condition=Q(unit_value__gt=0) & Q(accumulated__gt=0), name="products_netvalue_above_nought"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.day}: {self.unit_value}"
