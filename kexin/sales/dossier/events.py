"""Facts of dossiers."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class DossierExported:
    customer_id: int
    subject: str
    digest: str


@event
@dataclass(frozen=True, slots=True)
class ReratingExported:
    """The evidence of a re-rating was taken out; ``subject`` is the product's code."""

    subject: str
    rematch_id: int
    digest: str
