"""The core system of the demonstration bank: takes everything, and confirms after the product's T+N by business date.

Nobody real is there, and the pages say so. Its memory is the order itself, so that it can be asked again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from kexin.core.calendar import business_date
from kexin.sales.models import Order
from kexin.sales.orders.adapters import Take, Ticket
from kexin.sales.orders.choices import AnswerKind, OrderState
from kexin.sales.orders.rules import Answer


class Demonstration:
    name = "demonstration"
    pretended = True

    def send(self, ticket: Ticket) -> Answer:
        return Answer(ticket.order_no, AnswerKind.TAKEN, core_no=f"D{ticket.order_no}")

    def collect(self, waiting: Iterable[str], take: Take) -> None:
        rows = Order.objects.filter(order_no__in=list(waiting), state=OrderState.TAKEN)
        for row in rows.filter(expected_on__lte=business_date()).order_by("pk"):
            take(_confirmed(row), self.name)

    def statement(self, day: dt.date) -> Iterator[Answer] | None:
        rows = Order.objects.filter(made_on=day, core=self.name, state=OrderState.CONFIRMED).order_by("pk")
        return iter([_confirmed(row) for row in rows])


def _confirmed(row: Order) -> Answer:
    return Answer(
        row.order_no,
        AnswerKind.CONFIRMED,
        core_no=f"D{row.order_no}",
        amount=row.amount,
        units=row.amount,  # one yuan a unit, as wealth products and funds begin
        price=Decimal(1),
        account_no=f"D{row.customer_id}-{row.sale.product.product_class}",
        value_on=row.expected_on,
    )
