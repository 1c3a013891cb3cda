"""Orders for other systems: what became of them, the core system's own words, and the differences."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, page_of
from kexin.core.errors import RuleViolation
from kexin.sales.models import Order, OrderDifference
from kexin.sales.orders.adapters.reading import answer_from
from kexin.sales.orders.answering import note_core_answer
from kexin.sales.orders.differences import SETTLE
from kexin.sales.orders.queries import VIEW_ORDERS, order_difference, order_differences, order_file, orders
from kexin.sales.orders.settling import settle_order_difference

router = Endpoints("orders", _("Orders"))

Sum = Annotated[Decimal, Field(examples=["50000.00"], description="Decimal, as a string")]
OrderNo = Annotated[str, Field(min_length=1, max_length=40, examples=["S20261120001-1"])]


class OrdersWanted(Paging):
    """Which orders, which part of the list."""

    state: str = Field(default="", max_length=9, examples=["taken"], description="A state, or `open`")


class OrderShown(Shown):
    """An order on its way to the core system, or ended."""

    id: Id
    order_no: OrderNo
    customer_id: Id
    side: str = Field(examples=["buy"], description="buy or cancel")
    amount: Sum
    currency: str = Field(examples=["CNY"])
    state: str = Field(examples=["taken"])
    core_no: str = Field(examples=["C8812"])
    problem: str = Field(examples=[""])
    made_at: Moment
    expected_on: Day
    confirmed_amount: Sum | None
    value_on: Day | None


class CoreAnswerShown(Shown):
    """One word of the core system and what it did."""

    kind: str = Field(examples=["taken"])
    effect: str = Field(examples=["confirm"])
    source: str = Field(examples=["http"])
    at: Moment
    content: dict[str, str] = Field(examples=[{"order_no": "S20261120001-1", "kind": "taken"}])


class OrderWithAnswers(OrderShown):
    """An order with every word of the core system."""

    answers: list[CoreAnswerShown]


class CoreAnswerTaken(Taken):
    """A word of the core system: taken, confirmed with its figures, or refused with a reason."""

    order_no: OrderNo
    kind: str = Field(max_length=9, examples=["confirmed"])
    core_no: str = Field(default="", max_length=60, examples=["C8812"])
    amount: Decimal | None = Field(default=None, gt=0, max_digits=20, decimal_places=2, examples=["50000.00"])
    units: Decimal | None = Field(default=None, gt=0, max_digits=24, decimal_places=6, examples=["48543.690000"])
    price: Decimal | None = Field(default=None, gt=0, max_digits=20, decimal_places=6, examples=["1.030000"])
    account_no: str = Field(default="", max_length=40, examples=["WA77"])
    value_on: dt.date | None = Field(default=None, examples=["2026-11-23"])
    reason: str = Field(default="", max_length=120, examples=[""])


class CoreAnswerEffect(Shown):
    """What the word did: the order as it stands now; none where the number is unknown here."""

    order: OrderShown | None


class DifferencesWanted(Paging):
    """Open differences, or settled ones."""

    settled: bool = Field(default=False, examples=[False])


class DifferenceShown(Shown):
    """Where the house and the core system disagree."""

    id: Id
    order_no: OrderNo
    order_id: Id | None
    kind: str = Field(examples=["amount"])
    ours: Sum | None
    theirs: Sum | None
    found_at: Moment
    settled_at: Moment | None
    way: str = Field(examples=["accept"])
    note: str = Field(examples=["部分确认，已电话核实"])


class DifferenceSettled(Taken):
    """How the difference ends, and why."""

    way: str = Field(max_length=9, examples=["accept"])
    note: str = Field(min_length=1, max_length=300, examples=["部分确认，已电话核实"])


def _order(row: Order) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OrderShown.model_fields}


def _shown(row: Order) -> OrderShown:
    return OrderShown(**_order(row))


def _difference(row: OrderDifference) -> DifferenceShown:
    return DifferenceShown(**{name: getattr(row, name) for name in DifferenceShown.model_fields})


@router.read("/orders", VIEW_ORDERS)
def list_orders(request: ApiRequest, wanted: Query[OrdersWanted]) -> Page[OrderShown]:
    """Orders of sales within reach, the newest first."""
    rows = orders(request.actor, wanted.state)
    lines, following = page_of(request, rows, wanted, [("made_at", "desc")], _shown)
    return Page[OrderShown](items=lines, next=following)


@router.read("/orders/{order_id}", VIEW_ORDERS)
def read_order(request: ApiRequest, order_id: Id) -> OrderWithAnswers:
    """One order with every word of the core system."""
    file = order_file(request.actor, order_id)
    names = CoreAnswerShown.model_fields
    answers = [CoreAnswerShown(**{name: getattr(row, name) for name in names}) for row in file.answers]
    return OrderWithAnswers(**_order(file.order), answers=answers)


@router.write("POST", "/order-answers", "sales.note_core_answer")
def take_core_answer(request: ApiRequest, data: CoreAnswerTaken) -> CoreAnswerEffect:
    """Tell what the core system says of an order. Told again, the same word does nothing."""
    try:
        answer = answer_from(data.model_dump())
    except ValueError as error:
        raise RuleViolation(_("The answer says too little: %(what)s.") % {"what": error}) from error
    order = note_core_answer(actor=request.actor, answer=answer, source="api")
    return CoreAnswerEffect(order=_shown(order) if order is not None else None)


@router.read("/order-differences", VIEW_ORDERS)
def list_order_differences(request: ApiRequest, wanted: Query[DifferencesWanted]) -> Page[DifferenceShown]:
    """Where the house and the core system disagree: the oldest open one first, or the latest settled one."""
    rows = order_differences(request.actor, settled=wanted.settled)
    if wanted.settled:
        lines, following = page_of(request, rows, wanted, [("settled_at", "desc")], _difference)
    else:
        lines, following = page_of(request, rows, wanted, [("found_at", "asc")], _difference)
    return Page[DifferenceShown](items=lines, next=following)


@router.read("/order-differences/{difference_id}", VIEW_ORDERS)
def read_order_difference(request: ApiRequest, difference_id: Id) -> DifferenceShown:
    """One difference."""
    return _difference(order_difference(request.actor, difference_id))


@router.write("POST", "/order-differences/{difference_id}/settle", SETTLE)
def settle_difference(request: ApiRequest, difference_id: Id, data: DifferenceSettled) -> DifferenceShown:
    """End a difference: take the core's answer, hand over once more, give the order up, or say what explains it."""
    return _difference(settle_order_difference(difference_id, actor=request.actor, way=data.way, note=data.note))
