"""What a net value, or the lack of one, gave cause to look at."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.products.alerts.choices import AlertKind, AlertOutcome, AlertState
from kexin.products.models.product import Product


class NetValueAlert(models.Model):
    """净值预警: found by a rule of the policy version it names, once per ``key``; settled with what was done, and why.

    ``day`` is the day of the net value. ``facts``: ``percent`` lost (of a jump: moved), ``since`` which day.
    """

    key = models.CharField(max_length=80, unique=True, db_collation="C", editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(_("kind of alert"), max_length=8, choices=AlertKind.choices)
    day = models.DateField(_("net value of"))
    facts: models.JSONField[Any, Any] = models.JSONField(_("facts"), default=dict, blank=True)
    found_at = models.DateTimeField(_("found"))
    found_on = models.DateField(_("business date"))
    due_at = models.DateTimeField(_("due"))
    policy_id = models.BigIntegerField(_("policy version"))
    state = models.CharField(_("state"), max_length=7, choices=AlertState.choices, default=AlertState.OPEN)
    outcome = models.CharField(_("outcome"), max_length=9, choices=AlertOutcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("alert on a net value")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=AlertState.OPEN, settled_at=None, outcome="")
                | (Q(state=AlertState.SETTLED, settled_at__isnull=False) & ~Q(outcome="") & ~Q(reason="")),
                name="products_alert_settled",
            ),
        ]
        indexes = [models.Index(F("found_at").desc(), F("id").desc(), name="products_alert_found")]

    def __str__(self) -> str:
        return f"{self.kind} {self.product_id} {self.day}"
