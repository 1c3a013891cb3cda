"""Reads of orders and of differences with the core system."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.sales.models import Order, OrderAnswer, OrderDifference
from kexin.sales.orders.choices import OrderState

VIEW_ORDERS = "sales.view_orders"
_OPEN = (OrderState.WAITING, OrderState.TAKEN, OrderState.UNCLEAR)


@query(VIEW_ORDERS, label=_("See orders"), record="list", plain=("state",))
def orders(actor: Actor, state: str = "") -> QuerySet[Order]:
    """Orders of sales within reach, the newest first. ``state`` is a state, or "open" for those without a last word."""
    rows = Order.objects.visible_to(actor, VIEW_ORDERS).select_related("customer", "sale__product")
    if state == "open":
        rows = rows.filter(state__in=_OPEN)
    elif state in OrderState.values:
        rows = rows.filter(state=state)
    return rows.order_by("-made_at", "-pk")


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order with every word of the core system about it, and where the two disagreed."""

    order: Order
    answers: list[OrderAnswer]
    differences: list[OrderDifference]


@query(VIEW_ORDERS, label=_("See orders"), record="open")
def order_file(actor: Actor, order_id: int) -> OrderFile:
    """One order within reach. NotFound."""
    rows = Order.objects.select_related("customer", "sale__product", "sale__seller", "sale__unit")
    order = rows.filter(pk=Order.objects.fetch(order_id, actor, VIEW_ORDERS).pk).get()
    answers = list(order.answers.order_by("pk"))
    return OrderFile(order, answers, list(order.differences.order_by("-pk")))


@query(VIEW_ORDERS, label=_("See orders"), record="list")
def order_differences(actor: Actor, *, settled: bool = False) -> QuerySet[OrderDifference]:
    """Where the house and the core system disagree, within reach: open ones, the oldest first, or the settled ones."""
    rows = OrderDifference.objects.visible_to(actor, VIEW_ORDERS).select_related("order", "unit")
    if settled:
        return rows.filter(settled_at__isnull=False).order_by("-settled_at")
    return rows.filter(settled_at=None).order_by("found_at", "pk")


@query(VIEW_ORDERS, label=_("See orders"))
def order_difference(actor: Actor, difference_id: int) -> OrderDifference:
    """One difference within reach. NotFound."""
    row = OrderDifference.objects.fetch(difference_id, actor, VIEW_ORDERS)
    return OrderDifference.objects.select_related("order", "unit").get(pk=row.pk)


def core_pretended() -> bool:
    """Whether orders go to nobody real: the pages say so."""
    return bool(settings.KEXIN_CORE == "demonstration")
