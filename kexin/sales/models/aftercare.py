"""What about a product that was sold is to be talked over with the customer."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.aftercare.choices import CareMatter, CareOutcome, CareState
from kexin.sales.models.sale import Sale


class AftercareItemQuerySet(ScopedQuerySet["AftercareItem"]):
    scope_through = "customer"


class AftercareItem(models.Model):
    """售后事项: one matter of one customer about one product, found by the clock or by an event of the product.

    ``key`` names the matter, so that it is owed once. ``sale`` is the purchase it is about (None: what is held was
    not sold through the gates). ``facts`` are what was seen that day, without personal data. Its work item is owed by
    the customer's lead manager and goes along with the customer.
    """

    key = models.CharField(max_length=120, unique=True, db_collation="C", editable=False)
    matter = models.CharField(_("matter"), max_length=10, choices=CareMatter.choices)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="aftercare_items", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="aftercare_items")
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, null=True, blank=True, related_name="aftercare_items")
    facts: models.JSONField[Any, Any] = models.JSONField(_("facts"), default=dict, blank=True)
    found_at = models.DateTimeField(_("found"))
    found_on = models.DateField(_("business date"))
    due_at = models.DateTimeField(_("due"))
    policy_id = models.BigIntegerField(_("policy version"))
    state = models.CharField(_("state"), max_length=7, choices=CareState.choices, default=CareState.OPEN)
    outcome = models.CharField(_("outcome"), max_length=7, choices=CareOutcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AftercareItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("matter after a sale")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CareState.OPEN, settled_at=None, outcome="")
                | (Q(state=CareState.SETTLED, settled_at__isnull=False) & ~Q(outcome="")),
                name="sales_aftercare_settled",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=CareOutcome.NOTHING) | ~Q(reason=""), name="sales_aftercare_reason"
            ),
        ]
        indexes = [
            models.Index("customer", F("found_at").desc(), name="sales_aftercare_customer"),
            models.Index(F("found_at").desc(), F("id").desc(), name="sales_aftercare_found"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.customer_id}/{self.product_id}"
