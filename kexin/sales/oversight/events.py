"""Facts of oversight."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class InspectionItemRaised:
    """Something about a sale must be looked at; ``source`` of :class:`~kexin.sales.oversight.choices.ItemSource`."""

    customer_id: int
    subject: str
    item_id: int
    source: str


@event
@dataclass(frozen=True, slots=True)
class InspectionItemSettled:
    """Somebody who did not sell looked at it; ``state`` is cleared or confirmed."""

    customer_id: int
    subject: str
    item_id: int
    source: str
    state: str
