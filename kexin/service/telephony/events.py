"""Facts of telephone calls; neither numbers nor words stand in them. No customer: the caller is not known yet."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class PhoneCallMissed:
    """Nobody took the call; somebody owes a call back."""

    customer_id: int | None
    subject: str
    call_id: int


@event
@dataclass(frozen=True, slots=True)
class PhoneCallReturned:
    """Whoever called in vain was called back, or the institution tried; ``outcome`` says what came of it."""

    customer_id: int | None
    subject: str
    call_id: int
    outcome: str


@event
@dataclass(frozen=True, slots=True)
class PhoneCallNoted:
    """What was said is written down as a conversation by telephone."""

    customer_id: int | None
    subject: str
    call_id: int
    conversation_id: int
    purpose: str
    reaction: str
    ours: bool


@event
@dataclass(frozen=True, slots=True)
class CallRecordingOpened:
    """Somebody opened the recording of a call."""

    customer_id: int | None
    subject: str
    call_id: int
