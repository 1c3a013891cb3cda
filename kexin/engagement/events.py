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
