"""Facts about holdings."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class AccountNumberRevealed:
    """Somebody was shown the whole number of an account or a card (``what``)."""

    customer_id: int
    subject: str
    what: str
