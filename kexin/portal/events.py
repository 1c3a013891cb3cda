"""Facts of the portal. Tokens and codes never stand in them; links and sessions are named by their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class CustomerInvited:
    """Somebody invited the customer to the portal, for one purpose."""

    customer_id: int
    subject: str
    link_id: int
    purpose: str
    delivery: str


@event
@dataclass(frozen=True, slots=True)
class LinkRevoked:
    customer_id: int
    subject: str
    link_id: int
    purpose: str


@event
@dataclass(frozen=True, slots=True)
class LinkRefused:
    """A link was opened that does not open any more: forwarded, replayed or too late. For inspection."""

    customer_id: int
    subject: str
    link_id: int
    purpose: str
    reason: str
    address: str


@event
@dataclass(frozen=True, slots=True)
class CodesExhausted:
    """Too many wrong codes: the session was closed. For inspection."""

    customer_id: int
    subject: str
    session_id: int
    purpose: str
    address: str


@event
@dataclass(frozen=True, slots=True)
class PortalEntered:
    """The customer showed who they are, and how."""

    customer_id: int
    subject: str
    session_id: int
    purpose: str
    proof: str


@event
@dataclass(frozen=True, slots=True)
class PortalLeft:
    customer_id: int
    subject: str
    session_id: int
    purpose: str
