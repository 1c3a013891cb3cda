"""The nightly comparison with the core system's own list of orders, day by day."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.sales.models import Order
from kexin.sales.orders.adapters import NotNow, Unreadable, core_system
from kexin.sales.orders.answering import note_core_answer, take_answer
from kexin.sales.orders.choices import DifferenceKind, OrderState
from kexin.sales.orders.differences import note_difference
from kexin.sales.orders.policies import OrderPolicy
from kexin.sales.orders.rules import Answer, OurOrder, compare

log = logging.getLogger(__name__)
_OUT = (OrderState.TAKEN, OrderState.UNCLEAR, OrderState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison found: answers taken late, and differences."""

    day: dt.date
    taken: int
    differences: int


@operation("sales.compare_orders", label=_("Compare orders with the core system"))
def compare_orders(*, actor: Actor, day: dt.date, statement: Sequence[Answer], source: str) -> Compared:
    """Hold the orders of ``day`` against the core's list of that day: late answers are taken, differences noted.

    Done again, the same list finds nothing new.
    """
    numbers = {answer.order_no for answer in statement}
    rows = {row.order_no: row for row in Order.objects.filter(order_no__in=numbers)}
    of_day = Order.objects.filter(made_on=day, state__in=_OUT).exclude(order_no__in=numbers)
    silent = {row.order_no: row for row in of_day}
    ours = {
        number: OurOrder(number, OrderState(row.state), row.amount, row.confirmed_amount)
        for number, row in (rows | silent).items()
    }
    untaken, found = compare(ours, statement, silent_too_long=silent)
    for answer in untaken:
        take_answer(answer, actor=actor, source=source)
    for each in found:
        note_difference(
            DifferenceKind(each.kind),
            each.order_no,
            source=source,
            order=rows.get(each.order_no) or silent.get(each.order_no),
            ours=each.ours,
            theirs=each.theirs,
        )
    return Compared(day, len(untaken), len(found))


def compare_recent() -> list[Compared]:
    """Every night: the days of the policy for which the core system has a list. Problems are noted, never raised."""
    actor, done = system("clock.orders"), []
    try:
        core = core_system()
        for back in range(1, in_force(OrderPolicy).compare_days + 1):
            day = business_date() - dt.timedelta(days=back)
            try:
                statement = core.statement(day)
                words = list(statement) if statement is not None else None
            except ValueError as error:
                told = Unreadable(f"statement-{day.isoformat()}", str(error))
                note_core_answer(actor=actor, answer=told, source=core.name)
                continue
            if words is not None:
                done.append(compare_orders(actor=actor, day=day, statement=words, source=f"statement-{day}"))
    except NotNow as failure:
        log.warning("statement of the core system: %s", failure)
    return done
