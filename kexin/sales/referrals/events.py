"""Facts of referrals."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ReferralMade:
    customer_id: int
    subject: str
    referral_id: int
    from_line: str
    to_line: str


@event
@dataclass(frozen=True, slots=True)
class ReferralAnswered:
    customer_id: int
    subject: str
    referral_id: int
    accepted: bool


@event
@dataclass(frozen=True, slots=True)
class ReferralClosed:
    customer_id: int
    subject: str
    referral_id: int
    outcome: str


@event
@dataclass(frozen=True, slots=True)
class ReferralWithdrawn:
    customer_id: int
    subject: str
    referral_id: int


@event
@dataclass(frozen=True, slots=True)
class ReferralAttributed:
    """What giver and receiver agreed on was entered as shares of the customer; ``share`` is the giver's, in percent."""

    customer_id: int
    subject: str
    referral_id: int
    line: str
    share: str
