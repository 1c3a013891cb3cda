"""A product, small: name, class, currency, term. Its life, risk and admission come with the sale floors."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.products.choices import ProductClass


class Product(models.Model):
    """产品."""

    code = models.CharField(_("code"), max_length=30, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    product_class = models.CharField(_("class"), max_length=14, choices=ProductClass.choices)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    term_days = models.PositiveIntegerField(_("term in days"), null=True, blank=True)
    issuer = models.CharField(_("issuer"), max_length=80, blank=True)
    rate = models.DecimalField(_("rate in % a year"), max_digits=8, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("product")

    def __str__(self) -> str:
        return self.name
