"""Trading terms: when a product can be bought and given back, and when shares and money follow."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.products.choices import DayCalendar, DividendChoice
from kexin.products.models.product import Product


def three_in_the_afternoon() -> dt.time:
    """The usual end of a dealing day: orders from then on count for the next one."""
    return dt.time(15)


def _not_before(later: str, earlier: str) -> Q:
    """Where both days are given, the one is not before the other."""
    return Q(**{f"{later}__isnull": True}) | Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)})


class TradingTerms(models.Model):
    """交易规则 of one product."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="terms")
    offer_from = models.DateField(_("offering from"), null=True, blank=True)
    offer_until = models.DateField(_("offering until"), null=True, blank=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    value_on = models.DateField(_("return counts from"), null=True, blank=True)
    matures_on = models.DateField(_("matures on"), null=True, blank=True)
    paid_on = models.DateField(_("paid out on"), null=True, blank=True)
    trades = models.JSONField(_("what customers can do"), default=list)
    dividends = models.CharField(_("dividends"), max_length=8, choices=DividendChoice.choices, blank=True)
    calendar = models.CharField(
        _("days counted"), max_length=7, choices=DayCalendar.choices, default=DayCalendar.TRADING
    )
    cut_off = models.TimeField(_("end of the dealing day"), default=three_in_the_afternoon)
    confirm_days = models.PositiveSmallIntegerField(_("confirmation (T+N)"), default=1)
    payout_days = models.PositiveSmallIntegerField(_("payout after redemption (T+N)"), default=2)
    open_every_days = models.PositiveSmallIntegerField(_("opens every so many days"), null=True, blank=True)
    open_length_days = models.PositiveSmallIntegerField(_("stays open for days"), null=True, blank=True)
    least_hold_days = models.PositiveSmallIntegerField(_("least holding in days"), default=0)
    add_least = models.DecimalField(_("least further amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    add_step = models.DecimalField(_("amounts in steps of"), max_digits=18, decimal_places=2, null=True, blank=True)
    fast_limit = models.DecimalField(
        _("fast redemption a day and customer"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    quota = models.DecimalField(_("quota of the institution"), max_digits=20, decimal_places=2, null=True, blank=True)
    quota_per_customer = models.DecimalField(
        _("quota of a customer"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    raise_least = models.DecimalField(
        _("least amount for the product to be established"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    large_share = models.DecimalField(
        _("large redemption from % of all shares"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("trading terms")
        constraints = [
            models.CheckConstraint(condition=_not_before("offer_until", "offer_from"), name="products_terms_offer"),
            models.CheckConstraint(condition=_not_before("matures_on", "value_on"), name="products_terms_life"),
            models.CheckConstraint(condition=_not_before("paid_on", "matures_on"), name="products_terms_paid"),
            models.CheckConstraint(condition=Q(payout_days__gte=F("confirm_days")), name="products_terms_payout"),
            models.CheckConstraint(
                condition=(Q(open_every_days=None, open_length_days=None))
                | Q(open_length_days__gte=1, open_every_days__gt=F("open_length_days")),
                name="products_terms_open",
            ),
        ]

    def __str__(self) -> str:
        return f"TradingTerms {self.product_id}"
