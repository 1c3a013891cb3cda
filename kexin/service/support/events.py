"""Facts about questions to support desks."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class SupportAsked:
    """A colleague asked a support desk."""

    question_id: int
    question_no: str
    desk: str


@event
@dataclass(frozen=True, slots=True)
class SupportAnswered:
    """The desk answered; ``late``: after its time."""

    question_id: int
    question_no: str
    desk: str
    late: bool
