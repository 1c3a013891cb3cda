"""When a customer last did something: the newest booking that the customer initiated."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer


class ActivityQuerySet(ScopedQuerySet["CustomerActivity"]):
    scope_through = "customer"


class CustomerActivity(models.Model):
    """最近动账: one row per customer who ever initiated a booking within the ledger."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="activity")
    last_on = models.DateField(_("last booking initiated"))

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer activity")
        indexes = [models.Index("last_on", name="holdings_activity_last")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.last_on}"
