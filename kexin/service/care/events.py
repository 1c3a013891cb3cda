"""Facts of care."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class CareGiven:
    """``state``: work given, or a message written; what was held back is no fact of the customer's timeline."""

    customer_id: int
    subject: str
    plan_id: int
    state: str


@event
@dataclass(frozen=True, slots=True)
class CarePaused:
    """``until`` is empty where care goes on."""

    customer_id: int
    subject: str
    until: str
