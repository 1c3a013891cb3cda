"""Facts of purchases taken back."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class WithdrawalAsked:
    """The customer takes a purchase back; ``ground`` is the right by which."""

    customer_id: int
    subject: str
    sale_id: int
    ground: str
    party: str


@event
@dataclass(frozen=True, slots=True)
class WithdrawalEnded:
    """What came of it, by the core system's answer."""

    customer_id: int
    subject: str
    sale_id: int
    outcome: str
    reason: str
