"""That a customer took a purchase back, by which right, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.sales.choices import Party
from kexin.sales.models.order import Order
from kexin.sales.models.sale import Sale
from kexin.sales.withdrawing.choices import Ground, WithdrawalOutcome


class WithdrawalQuerySet(ScopedQuerySet["Withdrawal"]):
    scope_through = "sale"


class Withdrawal(models.Model):
    """撤销: a purchase taken back within the time of ``until``, by the customer or on the customer's signed wish.

    ``order`` is the cancellation handed to the core system; none where the order had never been handed over.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="withdrawals")
    round = models.PositiveSmallIntegerField(_("round"))
    ground = models.CharField(_("by which right"), max_length=11, choices=Ground.choices)
    until = models.DateTimeField(_("could be taken back until"))
    at = models.DateTimeField(_("asked"))
    by = models.CharField(_("taken back by"), max_length=80)
    party = models.CharField(_("who"), max_length=8, choices=Party.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    evidence = models.CharField(_("signed wish of the customer"), max_length=120, blank=True)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="withdrawal", null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("what came of it"), max_length=9, choices=WithdrawalOutcome.choices, blank=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase taken back")
        constraints = [
            models.UniqueConstraint(fields=["sale"], condition=Q(ended_at=None), name="sales_withdrawal_once"),
            models.CheckConstraint(condition=Q(party=Party.CUSTOMER) | ~Q(evidence=""), name="sales_withdrawal_wish"),
            models.CheckConstraint(condition=Q(at__lte=models.F("until")), name="sales_withdrawal_in_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="sales_withdrawal_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} {self.ground}"
