"""A person ends a difference between the house and the core system."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.workflow import close_work
from kexin.sales.models import Order, OrderDifference
from kexin.sales.orders.adapters.reading import answer_from
from kexin.sales.orders.answering import apply, end, follow_end
from kexin.sales.orders.choices import DifferenceKind, OrderState, Settlement
from kexin.sales.orders.differences import LABEL, SETTLE, WORK
from kexin.sales.orders.events import OrderAbandoned, OrderDifferenceSettled
from kexin.sales.orders.handing import wake
from kexin.sales.orders.rules import Effect, may_settle


@operation(SETTLE, label=_("Settle a difference with the core system"), plain=("way",))
def settle_order_difference(difference: OrderDifference | int, *, actor: Actor, way: str, note: str) -> OrderDifference:
    """Take the core's answer, hand over once more, give the order up, or write down what explains it.

    RuleViolation: settled already, by the seller, without a reason, or a way that the order does not allow.
    """
    row = OrderDifference.objects.lock(difference, actor)
    if row.settled_at is not None:
        raise RuleViolation(_("This difference is settled already."))
    order = (
        Order.objects.select_for_update(of=("self",))
        .select_related("customer__party", "sale__product", "sale__seller")
        .filter(differences=row)
        .first()
    )
    state = OrderState(order.state) if order is not None else None
    if way not in Settlement.values:
        raise RuleViolation(fields={"way": _("Choose a way.")})
    by_seller = order is not None and actor.user_id is not None and order.sale.seller.user_id == actor.user_id
    may_settle(Settlement(way), DifferenceKind(row.kind), state, note=note, by_seller=by_seller).enforce()
    row.settled_at, row.settled_by, row.way, row.note = timezone.now(), actor.name, way, note.strip()[:300]
    row.save(update_fields=["settled_at", "settled_by", "way", "note"])
    close_work(WORK, LABEL, row.pk, outcome=way, by=actor.name)
    if order is not None:
        _do(Settlement(way), order, row, actor)
    customer_id = order.customer_id if order is not None else None
    emit(OrderDifferenceSettled(customer_id, row.order_no, row.pk, row.kind, way))
    return row


def _do(way: Settlement, order: Order, row: OrderDifference, actor: Actor) -> None:
    if way == Settlement.ACCEPT:
        apply(order, answer_from(row.answer), Effect.CONFIRM, actor=actor, source=actor.name)
    elif way == Settlement.AGAIN:
        order.state, order.next_at = OrderState.WAITING, timezone.now()
        order.attempts = 1  # tried before: the core may have it
        order.save(update_fields=["state", "attempts", "next_at"])
        wake(order.pk)
    elif way == Settlement.GIVE_UP:
        end(order, OrderState.FAILED, row.note)
        emit(OrderAbandoned(order.customer_id, order.order_no, order.pk, order.sale.sale_no, order.problem))
        follow_end(order, actor)
