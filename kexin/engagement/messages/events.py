"""Facts about messages. Neither text nor address stands in them."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class MessageSent:
    """The carrier took the message over."""

    customer_id: int | None
    subject: str
    message_id: int
    channel: str
    purpose: str


@event
@dataclass(frozen=True, slots=True)
class MessageFailed:
    """It was refused, tried too often in vain, or would have come too late; ``reason`` is a code."""

    customer_id: int | None
    subject: str
    message_id: int
    channel: str
    purpose: str
    reason: str
