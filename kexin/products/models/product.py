"""A product: what it is, which rules its sale follows, how risky it is, and whether it may be sold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.products.choices import Offering, ProductClass, ProductState, Regime, RiskGrade


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
    regime = models.CharField(_("rules of sale"), max_length=12, choices=Regime.choices, default=Regime.NONE)
    offering = models.CharField(_("offering"), max_length=8, choices=Offering.choices, default=Offering.PUBLIC)
    own_grade = models.PositiveSmallIntegerField(
        _("the institution's own grade"), choices=RiskGrade.choices, null=True, blank=True
    )
    issuer_grade = models.PositiveSmallIntegerField(
        _("the issuer's grade"), choices=RiskGrade.choices, null=True, blank=True
    )
    minimum_amount = models.DecimalField(_("minimum amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ProductState.choices, default=ProductState.DRAFT)

    class Meta:
        verbose_name = _("product")

    @property
    def risk_grade(self) -> int | None:
        """The grade that rules: the higher of the institution's own and the issuer's (NFRA Order 2025-7 Art. 22)."""
        return max((grade for grade in (self.own_grade, self.issuer_grade) if grade), default=None)

    def __str__(self) -> str:
        return self.name
