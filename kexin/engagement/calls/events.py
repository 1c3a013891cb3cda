"""Facts of calls. Notes and reasons are personal and stay out of events."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class CallListMade:
    subject: str
    call_list_id: int
    source: str
    customers: int


@event
@dataclass(frozen=True, slots=True)
class CallListClosed:
    subject: str
    call_list_id: int
    dropped: int


@event
@dataclass(frozen=True, slots=True)
class CallLogged:
    """Somebody called, or tried to; ``result`` is a code of the policy ``engagement.calls``."""

    customer_id: int
    subject: str
    contact_id: int
    result: str
    reached: bool


@event
@dataclass(frozen=True, slots=True)
class CallUndone:
    """A result was taken back by who gave it."""

    customer_id: int
    subject: str
    contact_id: int
    result: str


@event
@dataclass(frozen=True, slots=True)
class CallStopped:
    """A call about a product was stopped when it was opened; ``opinion`` is the number of what was decided."""

    customer_id: int
    subject: str
    entry_id: int
    opinion: int | None


@event
@dataclass(frozen=True, slots=True)
class CallDropped:
    """A customer was taken from a list without a call."""

    customer_id: int
    subject: str
    entry_id: int
    reason: str
