"""Figures derived from the ledger: rates, assets under management, tiers, the day's figures, targets.

``AssetsUnderManagement`` is partitioned by month and made in SQL (migration 0003); nothing here is typed in by hand
but rates and targets.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.holdings.choices import RunState, TargetMeasure
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post


class ExchangeRate(models.Model):
    """汇率: how much of the base currency one unit of a currency is worth from a day on, until the next rate."""

    currency = models.CharField(_("currency"), max_length=3, db_collation="C")
    base = models.CharField(_("base currency"), max_length=3, default="CNY", db_collation="C")
    day = models.DateField(_("day"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
    source = models.CharField(_("source"), max_length=40, blank=True)
    entered_by = models.CharField(max_length=80, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("exchange rate")
        constraints = [
            models.UniqueConstraint(fields=["base", "currency", "day"], name="holdings_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="holdings_rate_positive"),
            models.CheckConstraint(condition=~Q(currency=F("base")), name="holdings_rate_two"),
        ]

    def __str__(self) -> str:
        return f"{self.currency}/{self.base} {self.day}"


class AumQuerySet(ScopedQuerySet["AssetsUnderManagement"]):
    scope_through = "customer"


class AssetsUnderManagement(models.Model):
    """AUM（金融资产） of a customer in a month, in the base currency.

    ``day_sum`` adds up the evening values of the ``days`` days counted (the running month: until yesterday evening or
    today, as far as it was computed); the daily average is ``day_sum / days``. ``closing`` is the value on the last of
    these days. A row holds from ``known_from`` until ``known_until`` (None: still); a whole month that was found to be
    wrong keeps its old row beside the new one. No row means nought.
    """

    pk = models.CompositePrimaryKey("customer_id", "month", "known_from")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    month = models.DateField(_("month"))  # its first day
    closing = models.DecimalField(_("closing"), max_digits=20, decimal_places=2)
    deposits = models.DecimalField(_("deposits"), max_digits=20, decimal_places=2)
    day_sum = models.DecimalField(max_digits=24, decimal_places=2)
    deposits_day_sum = models.DecimalField(max_digits=24, decimal_places=2)
    days = models.SmallIntegerField(_("days"))
    known_from = models.DateTimeField()
    known_until = models.DateTimeField(null=True)

    objects = AumQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "holdings_assetsundermanagement"

    @property
    def average(self) -> Decimal:
        """月日均 to the cent."""
        return (self.day_sum / self.days).quantize(Decimal("0.01"))

    @property
    def deposits_average(self) -> Decimal:
        """存款月日均 to the cent."""
        return (self.deposits_day_sum / self.days).quantize(Decimal("0.01"))


class CustomerTierQuerySet(ScopedQuerySet["CustomerTier"]):
    scope_through = "customer"


class CustomerTier(models.Model):
    """客户等级: which rung of the AUM ladder a customer stood on from when until when (exclusive)."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tiers")
    tier = models.CharField(_("tier"), max_length=20, db_collation="C")
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)  # the first day that no longer belongs to it
    average = models.DecimalField(_("monthly daily average"), max_digits=20, decimal_places=2, default=0)
    policy = models.BigIntegerField(null=True)  # the version of the ladder that decided

    objects = CustomerTierQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer tier")
        constraints = [
            models.UniqueConstraint(fields=["customer", "valid_from"], name="holdings_tier_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(valid_until=None), name="holdings_tier_current"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="holdings_tier_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tier}"


class DailyFigures(models.Model):
    """A post's figures on an evening (``post`` None: the pool of the unit), attributed by whoever led on that day."""

    day = models.DateField(_("day"))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    aum = models.DecimalField(_("AUM"), max_digits=20, decimal_places=2, default=0)
    deposits = models.DecimalField(_("deposits"), max_digits=20, decimal_places=2, default=0)
    inflow = models.DecimalField(_("money in"), max_digits=20, decimal_places=2, default=0)
    outflow = models.DecimalField(_("money out"), max_digits=20, decimal_places=2, default=0)
    customers = models.IntegerField(_("customers"), default=0)
    tiers = models.JSONField(_("customers by tier"), default=dict)

    class Meta:
        verbose_name = _("daily figures")
        constraints = [
            models.UniqueConstraint(fields=["day", "unit", "post"], nulls_distinct=False, name="holdings_figures_once")
        ]
        indexes = [
            models.Index("post", "day", name="holdings_figures_post"),
            models.Index("unit", "day", name="holdings_figures_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}/{self.post_id}"


class UnitFigures(models.Model):
    """A unit's own figures on an evening: the sums of its posts and its pool, kept by triggers (migration 0007).

    ``parts`` counts the rows of ``DailyFigures`` behind it; a row without any does not stay.
    """

    pk = models.CompositePrimaryKey("unit_id", "day")
    unit = models.ForeignKey(OrgUnit, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    day = models.DateField(_("day"))
    aum = models.DecimalField(_("AUM"), max_digits=20, decimal_places=2)
    deposits = models.DecimalField(_("deposits"), max_digits=20, decimal_places=2)
    inflow = models.DecimalField(_("money in"), max_digits=20, decimal_places=2)
    outflow = models.DecimalField(_("money out"), max_digits=20, decimal_places=2)
    customers = models.IntegerField(_("customers"))
    tiers = models.JSONField(_("customers by tier"))
    parts = models.IntegerField()

    class Meta:
        managed = False
        db_table = "holdings_unitfigures"
        verbose_name = _("figures of a unit")

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}"


class TargetQuerySet(ScopedQuerySet["Target"]):
    scope_unit = "post__unit_id"
    scope_post = "post_id"


class Target(models.Model):
    """目标: what a post is to reach in a month, set by the head of its unit."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="targets")
    month = models.DateField(_("month"))  # its first day
    measure = models.CharField(_("measure"), max_length=20, choices=TargetMeasure.choices)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        constraints = [
            models.UniqueConstraint(fields=["post", "month", "measure"], name="holdings_target_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="holdings_target_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.month} {self.measure}"


class FiguresRun(models.Model):
    """One rebuild of figures: where it stands, so that the next worker goes on where the last one stopped."""

    first = models.DateField(_("from"))
    last = models.DateField(_("until"))
    reason = models.CharField(max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    done = models.IntegerField(default=0)  # customers
    total = models.IntegerField(default=0)
    marks = models.JSONField(default=dict)  # lane → last bucket done; which halves of the units have their evenings
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("rebuild of figures")

    def __str__(self) -> str:
        return f"{self.first}–{self.last} {self.state}"
