"""Facts of quotas."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class QuotaReserved:
    """Quota of a limited product was kept aside for a sale; ``until`` is empty where it waits for the core system."""

    customer_id: int
    subject: str
    sale_id: int
    amount: str
    until: str


@event
@dataclass(frozen=True, slots=True)
class QuotaExpired:
    """The sale was not finished while its quota was kept aside: others may have it now."""

    customer_id: int
    subject: str
    sale_id: int
    amount: str
