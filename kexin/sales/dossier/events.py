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
