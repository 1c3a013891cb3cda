"""Facts of consents and restrictions."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ConsentGiven:
    customer_id: int
    subject: str
    channel: str
    source: str


@event
@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    customer_id: int
    subject: str
    channel: str
    source: str


@event
@dataclass(frozen=True, slots=True)
class RestrictionPlaced:
    """Never told on the timeline: who sells may not learn of it."""

    customer_id: int
    subject: str
    code: str


@event
@dataclass(frozen=True, slots=True)
class RestrictionLifted:
    """Never told on the timeline either."""

    customer_id: int
    subject: str
    code: str
