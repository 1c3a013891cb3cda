"""Orders handed to the core system, what it answered, and where the two disagree."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.sales.models.sale import Sale
from kexin.sales.orders.choices import AnswerKind, DifferenceKind, OrderSide, OrderState, Settlement

ENDED = (
    OrderState.CONFIRMED.value, OrderState.REFUSED.value, OrderState.FAILED.value, OrderState.CANCELLED.value,
)  # fmt: skip


class OrderQuerySet(ScopedQuerySet["Order"]):
    scope_through = "sale"


class Order(models.Model):
    """委托: one round of a sale on its way to the core system, or its cancellation. By ``order_no`` the core knows a
    repetition.

    ``expected_on`` is the day of confirmation by the product's T+N. The confirmed figures are the core's own.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="orders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    round = models.PositiveSmallIntegerField(_("round"))
    side = models.CharField(_("what is asked"), max_length=6, choices=OrderSide.choices, default=OrderSide.BUY)
    order_no = models.CharField(_("order number"), max_length=40, unique=True, db_collation="C")
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=9, choices=OrderState.choices, default=OrderState.WAITING)
    core = models.CharField(_("core system"), max_length=20, blank=True, db_collation="C")
    core_no = models.CharField(_("number of the core system"), max_length=60, blank=True, db_collation="C")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    problem = models.CharField(_("problem"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.CharField(_("made by"), max_length=80)
    made_on = models.DateField(_("business date"))
    expected_on = models.DateField(_("confirmation expected"))
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    confirmed_amount = models.DecimalField(_("amount confirmed"), max_digits=20, decimal_places=2, null=True)
    confirmed_units = models.DecimalField(_("units"), max_digits=24, decimal_places=6, null=True)
    confirmed_price = models.DecimalField(_("price"), max_digits=20, decimal_places=6, null=True)
    value_on = models.DateField(_("value date"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        constraints = [
            models.UniqueConstraint(fields=["sale", "round"], condition=Q(side="buy"), name="sales_order_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="sales_order_amount"),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False) | (~Q(state__in=ENDED) & Q(ended_at=None)),
                name="sales_order_ended",
            ),
            models.CheckConstraint(
                condition=(~Q(core_no="") & Q(state="confirmed", confirmed_amount__gt=0))
                | (~Q(state="confirmed") & Q(confirmed_amount=None)),
                name="sales_order_confirmed",
            ),
        ]
        indexes = [
            models.Index("next_at", condition=Q(state="waiting"), name="sales_order_due"),
            models.Index("customer", "made_at", name="sales_order_customer"),
            models.Index("made_on", "id", name="sales_order_made"),
        ]

    def __str__(self) -> str:
        return self.order_no


class OrderAnswer(models.Model):
    """回执: one word of the core system that counted or disagreed. Never changed. The same word again is not kept."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="answers", null=True)
    order_no = models.CharField(_("order number"), max_length=40, db_collation="C")
    kind = models.CharField(_("answer"), max_length=9, choices=AnswerKind.choices)
    effect = models.CharField(_("effect"), max_length=12, db_collation="C")
    content = models.JSONField(_("content"))
    source = models.CharField(_("source"), max_length=80, db_collation="C")
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer of the core system")
        indexes = [models.Index("order_no", "at", name="sales_answer_order")]

    def __str__(self) -> str:
        return f"{self.order_no} {self.kind}"


class OrderDifferenceQuerySet(ScopedQuerySet["OrderDifference"]):
    scope_post = None


class OrderDifference(models.Model):
    """对账差异: where the house and the core system disagree about an order, until a person settles it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="differences", null=True)
    order_no = models.CharField(_("order number"), max_length=40, db_collation="C")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("difference"), max_length=13, choices=DifferenceKind.choices)
    ours = models.DecimalField(_("here"), max_digits=20, decimal_places=2, null=True)
    theirs = models.DecimalField(_("in the core system"), max_digits=20, decimal_places=2, null=True)
    answer = models.JSONField(_("answer"), default=dict, blank=True)
    source = models.CharField(_("source"), max_length=80, db_collation="C")
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=80, blank=True)
    way = models.CharField(_("way"), max_length=9, choices=Settlement.choices, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = OrderDifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference with the core system")
        constraints = [
            models.UniqueConstraint(
                fields=["order_no", "kind"], condition=Q(settled_at=None), name="sales_difference_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, way="") | (Q(settled_at__isnull=False) & ~Q(way="") & ~Q(note="")),
                name="sales_difference_settled",
            ),
        ]
        indexes = [models.Index("unit", models.F("found_at").desc(), name="sales_difference_unit")]

    def __str__(self) -> str:
        return f"{self.order_no} {self.kind}"
