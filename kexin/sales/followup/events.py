"""Facts of return calls."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ReturnCallPlanned:
    """The sale was executed: somebody other than the seller will call. ``due_at`` is the last moment, ISO."""

    customer_id: int
    subject: str
    call_id: int
    due_at: str


@event
@dataclass(frozen=True, slots=True)
class ReturnCallTried:
    """An attempt without an answer; ``result`` of :class:`~kexin.sales.followup.choices.AttemptResult`."""

    customer_id: int
    subject: str
    call_id: int
    result: str
    attempts: int


@event
@dataclass(frozen=True, slots=True)
class ReturnCallAnswered:
    """The sheet was answered; ``contradicted`` names the questions whose answers contradict the sale."""

    customer_id: int
    subject: str
    call_id: int
    contradicted: tuple[str, ...]
