"""Handing an order to the core system: one door before it, one after it, the core asked outside any transaction.

A worker that dies between the two leaves a waiting order that the core perhaps has already: it is handed over again
under the same number, by which the core knows it. An order whose attempts are used up is *unclear*, never failed by
itself: somebody asks the core system, and settles it.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import add, business_date, business_now, zone
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.sales.models import Instruction, Order, Sale
from kexin.sales.orders.adapters import NotNow, NotTaken, Ticket, core_system
from kexin.sales.orders.answering import take_answer
from kexin.sales.orders.choices import AnswerKind, DifferenceKind, OrderSide, OrderState
from kexin.sales.orders.differences import note_difference
from kexin.sales.orders.events import OrderSent
from kexin.sales.orders.policies import OrderPolicy
from kexin.sales.orders.rules import ENDED, Answer, pause_after

log = logging.getLogger(__name__)
CLOCK = "clock.orders"
HOLD_SECONDS = 120  # nobody else tries an order that somebody tries right now


def send_order(sale: Sale, *, actor: Actor) -> Order:
    """Make the order of this round and wake the job that hands it over; made already: the same one again.

    Called inside the operation that passes the gate "order handed over"; the database refuses at the end of the
    transaction an order whose sale has not passed that gate in this round. RuleViolation: an earlier round's order is
    still on its way.
    """
    known = Order.objects.filter(sale=sale, round=sale.round, side=OrderSide.BUY).first()
    if known is not None:
        return known
    over = [OrderState.REFUSED, OrderState.FAILED, OrderState.CANCELLED]
    if Order.objects.filter(sale=sale).exclude(state__in=over).exists():
        raise RuleViolation(_("An order of this sale is on its way or confirmed already."))
    rules = in_force(OrderPolicy)
    days = rules.confirm_after(sale.product.product_class)
    expected = add(business_now(), Duration(days, Unit.WORKING_DAYS)).at.astimezone(zone()).date()
    order = Order.objects.create(
        sale=sale,
        customer_id=sale.customer_id,
        round=sale.round,
        order_no=f"{sale.sale_no}-{sale.round}",
        amount=sale.amount,
        currency=sale.currency,
        next_at=timezone.now(),
        made_by=actor.name,
        made_on=business_date(),
        expected_on=expected,
    )
    emit(OrderSent(order.customer_id, order.order_no, order.pk, sale.sale_no))
    wake(order.pk)
    return order


def wake(order_id: int) -> None:
    """Let a worker hand it over now; the clock finds it within a minute in any case."""
    from kexin.sales.tasks import hand_over_order

    hand_over_order.defer(order_id=order_id)


@operation("sales.begin_handing_over", label=_("Begin handing over an order"))
def begin_handing_over(*, actor: Actor, order_id: int) -> Order | None:
    """Take a due order for one attempt; None where there is nothing to do."""
    now = timezone.now()
    row = (
        Order.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("customer", "sale__product")
        .filter(pk=order_id, state=OrderState.WAITING, next_at__lte=now)
        .first()
    )
    if row is None:
        return None
    row.attempts += 1
    row.next_at = now + dt.timedelta(seconds=HOLD_SECONDS)
    row.save(update_fields=["attempts", "next_at"])
    return row


@operation("sales.end_handing_over", label=_("Note what came of handing over an order"), plain=("problem", "core"))
def end_handing_over(
    *, actor: Actor, order_id: int, core: str, answer: Answer | None = None, problem: str = ""
) -> Order:
    """The core's word, or a problem: then the next attempt later; after the last one the order is unclear."""
    row = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    if not row.core and row.state not in ENDED:
        row.core = core
        row.save(update_fields=["core"])
    if answer is not None:
        take_answer(answer, actor=actor, source=core)
        row.refresh_from_db()
        return row
    if row.state != OrderState.WAITING:  # answered meanwhile by another way
        return row
    rules = in_force(OrderPolicy)
    row.problem = problem[:120]
    if row.attempts >= rules.attempts:
        row.state = OrderState.UNCLEAR
        note_difference(DifferenceKind.UNCLEAR, row.order_no, source=core, order=row, ours=row.amount)
    else:
        row.next_at = timezone.now() + dt.timedelta(seconds=pause_after(row.attempts, rules.first_pause_seconds))
    row.save(update_fields=["problem", "state", "next_at"])
    return row


def hand_over(order_id: int) -> None:
    """One attempt for one order (called by the job). Problems are noted, never raised."""
    actor = system(CLOCK)
    row = begin_handing_over(actor=actor, order_id=order_id)
    if row is None:
        return
    name, problem, answer = "", "", None
    try:
        core = core_system()
        name = core.name
        answer = core.send(
            Ticket(
                row.order_no,
                row.customer.customer_no,
                row.sale.product.code,
                row.amount,
                row.currency,
                row.made_on,
                row.side,
                _way(row),
            )
        )
    except NotNow as failure:
        problem = str(failure)
    except NotTaken as refusal:
        answer = Answer(row.order_no, AnswerKind.REFUSED, reason=str(refusal) or "refused")
    except ValueError:
        problem = "set-up"
        log.error("order %s: the core system is not set up", row.order_no)
    if problem:
        log.warning("order %s: attempt %s: %s", row.order_no, row.attempts, problem)
    end_handing_over(actor=actor, order_id=order_id, core=name, answer=answer, problem=problem)


def _way(row: Order) -> str:
    """How dividends are to be paid, of an order that says so."""
    if row.side != OrderSide.CHOICE:
        return ""
    return Instruction.objects.filter(order=row).values_list("way", flat=True).first() or ""


def due_orders(limit: int = 200) -> list[int]:
    """Waiting orders whose time has come, the longest waiting first."""
    rows = Order.objects.filter(state=OrderState.WAITING, next_at__lte=timezone.now())
    return list(rows.order_by(F("next_at"), "pk").values_list("pk", flat=True)[:limit])
