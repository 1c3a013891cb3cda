"""The customer's own wish about regular visits."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer


class ReturnWishQuerySet(ScopedQuerySet["ReturnWish"]):
    scope_through = "customer"


class ReturnWish(models.Model):
    """回访意愿: every how many months a customer wishes to be visited; 0: not at all. No row: as the tier says."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="return_wish")
    months = models.PositiveSmallIntegerField(_("months between visits"))
    said_at = models.DateTimeField(_("said"), auto_now=True)
    noted_by = models.CharField(_("by"), max_length=80)

    objects = ReturnWishQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish about return visits")
        constraints = [models.CheckConstraint(condition=models.Q(months__lte=60), name="engagement_return_months")]

    def __str__(self) -> str:
        return f"ReturnWish {self.pk}"
