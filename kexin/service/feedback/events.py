"""Facts of feedback. Words do not stand in them."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class FeedbackReceived:
    """``customer_id`` is None for what belongs to no customer."""

    customer_id: int | None
    subject: str
    feedback_id: int
    source: str
    grade: str


@event
@dataclass(frozen=True, slots=True)
class FeedbackAnswered:
    customer_id: int | None
    subject: str
    feedback_id: int


@event
@dataclass(frozen=True, slots=True)
class FeedbackClosed:
    customer_id: int | None
    subject: str
    feedback_id: int
    confirmation: str
