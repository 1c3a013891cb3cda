"""Facts of care after a sale."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class AftercareOwed:
    """What was sold is to be talked over; ``matter`` of :class:`~kexin.sales.aftercare.choices.CareMatter`."""

    customer_id: int
    subject: str
    item_id: int
    matter: str
    product: str


@event
@dataclass(frozen=True, slots=True)
class AftercareSettled:
    """The customer was told or visited, or nothing was needed."""

    customer_id: int
    subject: str
    item_id: int
    matter: str
    product: str
    outcome: str
