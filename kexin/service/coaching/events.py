"""Facts of coaching."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ContactReviewed:
    """A head looked at a recorded contact with the person who had it."""

    review_id: int
    person: str


@event
@dataclass(frozen=True, slots=True)
class CoachingAnswered:
    """The person said what they make of it."""

    review_id: int
    person: str
