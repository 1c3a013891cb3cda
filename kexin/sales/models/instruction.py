"""What a customer asked for about something bought, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.scope import ScopedQuerySet
from kexin.sales.choices import Party
from kexin.sales.instructing.choices import DividendWay, InstructionKind, InstructionOutcome
from kexin.sales.models.order import Order
from kexin.sales.models.sale import Sale


class InstructionQuerySet(ScopedQuerySet["Instruction"]):
    scope_through = "sale"


class Instruction(models.Model):
    """客户指令: units given back or a choice of dividends, by the customer or on the customer's signed wish.

    ``order`` carries it to the core system, whose answer ends it. ``units`` only of a redemption, ``way`` only of a
    choice.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="instructions")
    kind = models.CharField(_("kind"), max_length=9, choices=InstructionKind.choices)
    units = models.DecimalField(_("units"), max_digits=20, decimal_places=2, null=True)
    way = models.CharField(_("dividends"), max_length=8, choices=DividendWay.choices, blank=True)
    at = models.DateTimeField(_("asked"))
    by = models.CharField(_("given in by"), max_length=80)
    party = models.CharField(_("who"), max_length=8, choices=Party.choices)
    evidence = models.CharField(_("the customer's signed application"), max_length=120, blank=True)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="instruction")
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("what came of it"), max_length=7, choices=InstructionOutcome.choices, blank=True)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("sale", "instruction")
        constraints = [
            models.UniqueConstraint(fields=["sale", "kind"], condition=Q(ended_at=None), name="sales_instruction_once"),
            models.CheckConstraint(condition=Q(party=Party.CUSTOMER) | ~Q(evidence=""), name="sales_instruction_wish"),
            models.CheckConstraint(
                condition=Q(kind=InstructionKind.REDEEM, units__isnull=False, units__gt=0, way="")
                | (Q(kind=InstructionKind.DIVIDENDS, units=None) & ~Q(way="")),
                name="sales_instruction_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="sales_instruction_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} {self.kind}"
