"""Facts about customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class CustomerCreated:
    customer_id: int
    subject: str


@event
@dataclass(frozen=True, slots=True)
class CustomerChanged:
    customer_id: int
    subject: str
    fields: tuple[str, ...]


@event
@dataclass(frozen=True, slots=True)
class CustomerAdmitted:
    customer_id: int
    subject: str


@event
@dataclass(frozen=True, slots=True)
class CustomerLeft:
    customer_id: int
    subject: str
    reason: str


@event
@dataclass(frozen=True, slots=True)
class CustomerStateChanged:
    customer_id: int
    subject: str
    state: str


@event
@dataclass(frozen=True, slots=True)
class PortfolioAssigned:
    customer_id: int
    subject: str
    post_id: int | None
    before_post_id: int | None


@event
@dataclass(frozen=True, slots=True)
class CustomersMerged:
    customer_id: int
    subject: str
    absorbed: str


@event
@dataclass(frozen=True, slots=True)
class MergeUndone:
    customer_id: int
    subject: str
    restored: str


@event
@dataclass(frozen=True, slots=True)
class DuplicateFound:
    customer_id: int
    subject: str
    other: str
    reasons: tuple[str, ...]


@event
@dataclass(frozen=True, slots=True)
class DocumentRecorded:
    customer_id: int
    subject: str
    document_type: str


@event
@dataclass(frozen=True, slots=True)
class DocumentExpiring:
    customer_id: int
    subject: str
    document_type: str
    expires_on: dt.date


@event
@dataclass(frozen=True, slots=True)
class RelationshipRecorded:
    customer_id: int
    subject: str
    kind: str
    other_party_id: int


@event
@dataclass(frozen=True, slots=True)
class RelationshipEnded:
    customer_id: int
    subject: str
    kind: str
    other_party_id: int


@event
@dataclass(frozen=True, slots=True)
class PersonalDataRevealed:
    customer_id: int
    subject: str
    field: str
