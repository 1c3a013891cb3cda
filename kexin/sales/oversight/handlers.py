"""Oversight's reactions to what happens to sales."""

from __future__ import annotations

from kexin.core.actor import system
from kexin.core.events import subscribe
from kexin.sales.models import Order
from kexin.sales.orders.events import OrderSent
from kexin.sales.oversight.examining import examine_sales


@subscribe(OrderSent)
def look_at_sale(fact: OrderSent) -> None:
    """A signed sale went to the core system: look at it now. Told twice, done once."""
    sale_id = Order.objects.values_list("sale_id", flat=True).get(pk=fact.order_id)
    examine_sales(actor=system("clock.oversight"), sale_id=sale_id)
