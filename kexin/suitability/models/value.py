"""Which value a customer had from when until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer


class CustomerValueQuerySet(ScopedQuerySet["CustomerValue"]):
    scope_through = "customer"


class CustomerValue(models.Model):
    """客户价值: class, points, what they rest on, from ``valid_from`` until ``valid_until`` (exclusive; None: still).

    ``assets`` is the monthly daily average of the month before; ``experience`` (per cent) and ``tolerance`` (grade)
    are empty where no assessment counted that day.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    value_class = models.CharField(_("value class"), max_length=20, db_collation="C")
    points = models.PositiveSmallIntegerField(_("points"))
    assets = models.DecimalField(_("assets"), max_digits=20, decimal_places=2)
    experience = models.PositiveSmallIntegerField(_("investment experience"), null=True, blank=True)
    tolerance = models.PositiveSmallIntegerField(_("risk tolerance"), null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)
    policy = models.BigIntegerField(null=True)  # the version of the policy that decided

    objects = CustomerValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer value")
        constraints = [
            models.UniqueConstraint(fields=["customer", "valid_from"], name="suitability_value_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(valid_until=None), name="suitability_value_now"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="suitability_value_period"
            ),
            models.CheckConstraint(
                condition=Q(points__lte=100)
                & (Q(experience=None) | Q(experience__lte=100))
                & (Q(tolerance=None) | Q(tolerance__gte=1, tolerance__lte=5)),
                name="suitability_value_points",
            ),
        ]
        indexes = [
            models.Index("value_class", "customer", condition=Q(valid_until=None), name="suitability_value_class")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.value_class}"
