"""Facts of engagement. Texts of notes and titles of documents are personal and stay out of events."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class DocumentAdded:
    customer_id: int
    subject: str
    document_id: int
    category: str


@event
@dataclass(frozen=True, slots=True)
class DocumentDownloaded:
    customer_id: int
    subject: str
    document_id: int
    category: str


@event
@dataclass(frozen=True, slots=True)
class DocumentWithdrawn:
    customer_id: int
    subject: str
    document_id: int
    category: str
    reason: str


@event
@dataclass(frozen=True, slots=True)
class KeptDocumentExpiring:
    """The validity of a kept document ends (an identity document's is the party floor's fact)."""

    customer_id: int
    subject: str
    document_id: int
    category: str
    expires_on: dt.date


@event
@dataclass(frozen=True, slots=True)
class NoteWritten:
    customer_id: int
    subject: str
    note_id: int


@event
@dataclass(frozen=True, slots=True)
class NoteChanged:
    customer_id: int
    subject: str
    note_id: int


@event
@dataclass(frozen=True, slots=True)
class NoteWithdrawn:
    customer_id: int
    subject: str
    note_id: int


@event
@dataclass(frozen=True, slots=True)
class NoteHanded:
    """A note was handed to a post that is to answer it."""

    customer_id: int
    subject: str
    note_id: int
    post_id: int
    from_post_id: int


@event
@dataclass(frozen=True, slots=True)
class NoteAnswered:
    """``note_id`` is the answer, told to the post that asked."""

    customer_id: int
    subject: str
    note_id: int
    question_id: int
    post_id: int


@event
@dataclass(frozen=True, slots=True)
class AppointmentMade:
    """A meeting with a customer was fixed; meetings without a customer have ``customer_id`` None."""

    customer_id: int | None
    subject: str
    appointment_id: int
    post_id: int
    purpose: str
    starts_at: str


@event
@dataclass(frozen=True, slots=True)
class AppointmentMoved:
    customer_id: int | None
    subject: str
    appointment_id: int
    purpose: str
    before: str
    starts_at: str


@event
@dataclass(frozen=True, slots=True)
class AppointmentClosed:
    """What became of it: ``state`` is kept, missed or cancelled."""

    customer_id: int | None
    subject: str
    appointment_id: int
    purpose: str
    state: str


@event
@dataclass(frozen=True, slots=True)
class ArrivalMarked:
    """The hall told that the customer of an appointment is here."""

    customer_id: int
    subject: str
    appointment_id: int
    post_id: int


@event
@dataclass(frozen=True, slots=True)
class ReminderMade:
    customer_id: int | None
    subject: str
    reminder_id: int
    post_id: int
    due_at: str


@event
@dataclass(frozen=True, slots=True)
class ReturnWishNoted:
    """Every how many months a customer wishes to be visited; 0: not at all, None: as the tier says."""

    customer_id: int
    subject: str
    months: int | None


@event
@dataclass(frozen=True, slots=True)
class AppointmentsTransferred:
    """Meetings to come went from one post to another with their customers."""

    subject: str
    before_post_id: int
    post_id: int
    appointment_ids: tuple[int, ...]
