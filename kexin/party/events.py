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


@event
@dataclass(frozen=True, slots=True)
class SharesChanged:
    """Who shares in a customer's line from today on; no posts: the lead counts whole again."""

    customer_id: int
    subject: str
    line: str
    post_ids: tuple[int, ...]


@event
@dataclass(frozen=True, slots=True)
class PortfolioProtectionChanged:
    customer_id: int
    subject: str
    protected: bool


@event
@dataclass(frozen=True, slots=True)
class CustomersTransferred:
    """At most 1,000 customers have gone from one post to another: what an upper floor keeps per post goes along.

    Each of them is told by :class:`PortfolioAssigned`, too. ``unit_id`` is the unit of the receiving post.
    """

    subject: str
    transfer_id: int
    giver_post_id: int
    receiver_post_id: int
    unit_id: int
    customer_ids: tuple[int, ...]


@event
@dataclass(frozen=True, slots=True)
class FactsConfirmed:
    """These kinds of data are still right; ``source``: how somebody knows."""

    customer_id: int
    subject: str
    kinds: tuple[str, ...]
    source: str


@event
@dataclass(frozen=True, slots=True)
class FactReviewOpened:
    """These kinds of data were not confirmed for as long as the policy allows: work was opened."""

    customer_id: int
    subject: str
    kinds: tuple[str, ...]
