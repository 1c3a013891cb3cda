"""Facts of review packs."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ReviewPackMade:
    """``number`` counts a customer's packs; the file lies among the documents."""

    customer_id: int
    subject: str
    pack_id: int
    number: int
    document_id: int
