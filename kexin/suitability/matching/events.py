"""Facts about matching that timelines show and floors above act on."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class SuitabilityDecided:
    """A matching opinion was given; ``subject`` is its number."""

    customer_id: int
    subject: str
    product: str
    purpose: str
    outcome: str


@event
@dataclass(frozen=True, slots=True)
class CallOpinionsGiven:
    """Opinions on up to a thousand customers of a call list about a product; ``subject`` is the product's code."""

    subject: str
    product_id: int
    purpose: str
    customers: int
    refused: int


@event
@dataclass(frozen=True, slots=True)
class QualifiedInvestorVerified:
    """A customer was verified as a qualified investor until a day."""

    customer_id: int
    subject: str
    basis: str
    valid_until: str


@event
@dataclass(frozen=True, slots=True)
class HoldersRematched:
    """All holders of a product were looked at after its grade changed; ``subject`` is the product's code."""

    subject: str
    product_id: int
    rematch_id: int
    before: int
    after: int
    holders: int
    changed: int
