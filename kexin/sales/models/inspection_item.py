"""What looks wrong about a sale and must be looked at by somebody who did not sell."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import Employee, OrgUnit
from kexin.sales.models.sale import Sale
from kexin.sales.oversight.choices import ItemSource, ItemState


class InspectionItemQuerySet(ScopedQuerySet["InspectionItem"]):
    scope_post = None  # a portfolio gives no sight of what is said about its own seller


class InspectionItem(models.Model):
    """检查事项: raised by a rule, a return call or the portal; cleared or confirmed with a reason by somebody else.

    ``key`` names the matter, so that it is raised once. ``facts`` are what the rule saw, without personal data.
    """

    key = models.CharField(max_length=120, unique=True, db_collation="C", editable=False)
    source = models.CharField(_("source of the item"), max_length=16, choices=ItemSource.choices)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, null=True, blank=True, related_name="inspection_items")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seller")
    )
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=ItemState.choices, default=ItemState.OPEN)
    found_at = models.DateTimeField(_("found"))
    found_on = models.DateField(_("business date"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=80, blank=True)

    objects = InspectionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection item")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ItemState.OPEN, settled_at=None)
                | (~Q(state=ItemState.OPEN) & Q(settled_at__isnull=False) & ~Q(reason="")),
                name="sales_inspection_settled",
            ),
        ]
        indexes = [
            models.Index("unit", models.F("found_at").desc(), name="sales_inspection_unit"),
        ]

    def __str__(self) -> str:
        return f"InspectionItem {self.pk}"
