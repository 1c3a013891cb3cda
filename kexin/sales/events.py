"""Facts of sales."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class SaleOpened:
    customer_id: int
    subject: str
    sale_id: int
    product: str
    amount: str


@event
@dataclass(frozen=True, slots=True)
class GatePassed:
    """A gate of a sale was passed; ``gate`` is its number (:class:`~kexin.sales.choices.Gate`)."""

    customer_id: int
    subject: str
    sale_id: int
    gate: int
    party: str


@event
@dataclass(frozen=True, slots=True)
class SaleChanged:
    """What is sold was changed: a new round begins, and the customer confirms anew."""

    customer_id: int
    subject: str
    sale_id: int
    round: int
    amount: str


@event
@dataclass(frozen=True, slots=True)
class SaleClosed:
    """The sale ended without an order: refused, cancelled, failed, lapsed. Where a matching opinion ended it the
    reason is given in both languages."""

    customer_id: int
    subject: str
    sale_id: int
    state: str
    reason: str
    reason_en: str = ""
