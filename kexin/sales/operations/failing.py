"""A product that is not established: every sale of it ends, every order fails, somebody tells each customer."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.sales.choices import SaleState
from kexin.sales.models import Order, Sale
from kexin.sales.operations.opening import close_sale
from kexin.sales.orders.answering import end, follow_end
from kexin.sales.orders.choices import DifferenceKind, OrderState
from kexin.sales.orders.differences import note_difference
from kexin.sales.orders.events import OrderAbandoned
from kexin.sales.work import owe_notice


@operation("sales.fail_sales_of", label=_("End the sales of a product that is not established"), plain=("reason",))
def fail_sales_of(product_id: int, *, actor: Actor, reason: str) -> int:
    """End unfinished sales and orders on their way, with the reason; what was confirmed already is for a person.

    How many ended. Told again: nothing.
    """
    if not actor.everything:
        raise NotPermitted
    rows = Sale.objects.select_for_update(of=("self",)).select_related("product", "unit", "seller")
    ended = 0
    for sale in rows.filter(product=product_id, state=SaleState.OPEN).order_by("pk"):
        close_sale(sale, SaleState.FAILED, reason, actor)
        owe_notice(sale, reason)
        ended += 1
    orders = Order.objects.select_for_update(of=("self",)).select_related("sale__product", "sale__unit", "sale__seller")
    going = Q(state__in=[OrderState.WAITING, OrderState.TAKEN, OrderState.UNCLEAR])
    for order in orders.filter(going, sale__product=product_id).order_by("pk"):
        end(order, OrderState.FAILED, reason)
        emit(OrderAbandoned(order.customer_id, order.order_no, order.pk, order.sale.sale_no, order.problem))
        follow_end(order, actor)
        owe_notice(order.sale, reason)
        ended += 1
    for order in orders.filter(state=OrderState.CONFIRMED, sale__product=product_id).order_by("pk"):
        note_difference(
            DifferenceKind.OFFERING, order.order_no, source="offering", order=order, theirs=order.confirmed_amount
        )
    act = frame.current.get()
    assert act is not None
    act.notes["ended"] = ended
    return ended
