"""Facts of WeCom; neither words nor ids stand in them."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ArchiveAgreed:
    """A customer agreed that WeCom conversations are archived, or no longer does."""

    customer_id: int
    subject: str
    agreed: bool


@event
@dataclass(frozen=True, slots=True)
class ForbiddenWordsFound:
    """Staff wrote to a customer what nobody may write."""

    customer_id: int | None
    subject: str
    flag_id: int
    phrases: int


@event
@dataclass(frozen=True, slots=True)
class ForbiddenWordsSettled:
    """Compliance looked into it."""

    customer_id: int | None
    subject: str
    flag_id: int
    outcome: str
