"""Facts about holdings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class AccountNumberRevealed:
    """Somebody was shown the whole number of an account or a card (``what``)."""

    customer_id: int
    subject: str
    what: str


@event
@dataclass(frozen=True, slots=True)
class CustomerTierRaised:
    """A customer reached a higher tier by the closed month's daily average; ``since`` is its first day."""

    customer_id: int
    subject: str
    before: str
    tier: str
    average: Decimal
    since: dt.date


@event
@dataclass(frozen=True, slots=True)
class CustomerTierLowered:
    """A customer fell to a lower tier after the policy's months below the own one."""

    customer_id: int
    subject: str
    before: str
    tier: str
    average: Decimal
    since: dt.date


@event
@dataclass(frozen=True, slots=True)
class ReviewSheetPrinted:
    """The review of a customer's holdings was made as a file; ``sha256`` tells which."""

    customer_id: int
    sha256: str


@event
@dataclass(frozen=True, slots=True)
class PurchaseBooked:
    """What the core system confirmed as bought stands among the holdings; ``amount`` in ``currency``."""

    customer_id: int
    subject: str
    account_id: int
    product: str
    amount: Decimal
    currency: str


@event
@dataclass(frozen=True, slots=True)
class RedemptionBooked:
    """Units of a product were given back and stand among the holdings no more; ``amount`` in ``currency`` is paid."""

    customer_id: int
    subject: str
    account_id: int
    product: str
    units: Decimal
    amount: Decimal
    currency: str


@event
@dataclass(frozen=True, slots=True)
class PurchaseReversed:
    """A purchase was taken back and stands among the holdings no more; ``amount`` in ``currency`` comes back."""

    customer_id: int
    subject: str
    account_id: int
    product: str
    amount: Decimal
    currency: str
