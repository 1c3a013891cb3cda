"""Facts of instructions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class InstructionGiven:
    """Units are to be given back, or dividends to be paid another way; ``party`` says who gave it in."""

    customer_id: int
    subject: str
    sale_id: int
    kind: str
    units: Decimal | None
    way: str
    party: str


@event
@dataclass(frozen=True, slots=True)
class InstructionEnded:
    """What came of it, by the core system's answer; ``amount`` is what a redemption pays."""

    customer_id: int
    subject: str
    sale_id: int
    kind: str
    outcome: str
    amount: Decimal | None
    reason: str
