"""A sale of one product to one customer, and the gates it passed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import Employee, OrgUnit, Post
from kexin.products.models import Product
from kexin.sales.choices import Gate, Party, SaleChannel, SaleState
from kexin.sales.rules import ALWAYS

RUNNING = (SaleState.OPEN.value, SaleState.SENT.value, SaleState.EXECUTED.value)


class SaleQuerySet(ScopedQuerySet["Sale"]):
    scope_post = "seller_post_id"
    scope_customer = "customer_id"


class Sale(models.Model):
    """销售: one product, one customer, one amount, from the opening to the follow-up.

    ``needed`` holds the gates it must pass (numbers of :class:`Gate`). A change of product, amount or product text
    begins a new ``round``: what the customer confirmed before counts no more. ``decision_no`` names the matching
    opinion the sale rests on, ``refusal_no`` the one that ended it. An unfinished sale goes on until the end of
    ``lapses_on``, by the policy under which its round began. Until ``cooling_until`` the customer may take
    the purchase back (None: no such right, or it has not begun).
    """

    sale_no = models.CharField(_("sale number"), max_length=20, unique=True, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="sales")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="sales")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    seller_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("seller's post"))
    seller = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("seller"))
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    channel = models.CharField(_("channel"), max_length=8, choices=SaleChannel.choices)
    staff_took_part = models.BooleanField(_("staff took part"))
    state = models.CharField(_("state"), max_length=9, choices=SaleState.choices, default=SaleState.OPEN)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    needed = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("gates needed"))
    decision_no = models.BigIntegerField(_("matching opinion"), null=True, blank=True)
    policies = models.JSONField(_("policy versions"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("sale opened"))
    opened_on = models.DateField(_("business date"))
    refusal_no = models.BigIntegerField(_("matching opinion that ended it"), null=True, blank=True)
    lapses_on = models.DateField(_("last day of the unfinished sale"))
    cooling_until = models.DateTimeField(_("cooling-off until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("sale closed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SaleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sale")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="sales_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(needed__contains=sorted(int(gate) for gate in ALWAYS)), name="sales_gates_always"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RUNNING, closed_at=None)
                | (~models.Q(state__in=RUNNING) & models.Q(closed_at__isnull=False)),
                name="sales_closed_at",
            ),
        ]
        indexes = [
            models.Index("unit", models.F("opened_at").desc(), name="sales_sale_unit"),
            models.Index("seller_post", models.F("opened_at").desc(), name="sales_sale_seller"),
            models.Index("customer", models.F("opened_at").desc(), name="sales_sale_customer"),
            models.Index("lapses_on", condition=models.Q(state="open"), name="sales_sale_lapsing"),
        ]

    def __str__(self) -> str:
        return self.sale_no


class SaleGateQuerySet(ScopedQuerySet["SaleGate"]):
    scope_through = "sale"


class SaleGate(models.Model):
    """关口: that a gate was passed, by whom, when, with which evidence. Never changed, never removed."""

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="gates")
    round = models.PositiveSmallIntegerField(_("round"))
    gate = models.PositiveSmallIntegerField(_("gate"), choices=Gate.choices)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("passed by"), max_length=80)
    party = models.CharField(_("who"), max_length=8, choices=Party.choices)
    evidence = models.JSONField(_("evidence of the gate"), default=dict, blank=True)

    objects = SaleGateQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate passed")
        constraints = [models.UniqueConstraint(fields=["sale", "round", "gate"], name="sales_gate_once")]

    def __str__(self) -> str:
        return f"{self.sale_id}/{self.round}/{self.gate}"
