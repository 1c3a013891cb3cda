"""Facts about orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class OrderSent:
    """The order of a sale was given for handing over to the core system."""

    customer_id: int
    subject: str
    order_id: int
    sale_no: str


@event
@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """The core system executed it; ``amount`` in the order's currency."""

    customer_id: int
    subject: str
    order_id: int
    sale_no: str
    amount: Decimal
    currency: str


@event
@dataclass(frozen=True, slots=True)
class OrderRefused:
    """The core system will not execute it."""

    customer_id: int
    subject: str
    order_id: int
    sale_no: str
    reason: str


@event
@dataclass(frozen=True, slots=True)
class OrderAbandoned:
    """A person found that the core system does not have it, and ended it."""

    customer_id: int
    subject: str
    order_id: int
    sale_no: str
    reason: str


@event
@dataclass(frozen=True, slots=True)
class OrderDifferenceFound:
    """The house and the core system disagree; ``customer_id`` is None for an order that is unknown here."""

    customer_id: int | None
    subject: str
    difference_id: int
    kind: str


@event
@dataclass(frozen=True, slots=True)
class OrderDifferenceSettled:
    """A person ended the disagreement."""

    customer_id: int | None
    subject: str
    difference_id: int
    kind: str
    way: str
