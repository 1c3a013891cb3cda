"""Facts of notices to customers."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class NoticeMade:
    """Holders of a product are to be told; ``subject`` is the product's code."""

    subject: str
    product_id: int
    notice_id: int
    matter: str


@event
@dataclass(frozen=True, slots=True)
class CustomerNoticed:
    """The notice lies in the customer's portal; ``channel`` of the prompt, empty where there is none."""

    customer_id: int
    subject: str
    notice_id: int
    matter: str
    product: str
    channel: str


@event
@dataclass(frozen=True, slots=True)
class NoticeOpened:
    """The customer opened it on the portal."""

    customer_id: int
    subject: str
    notice_id: int
    matter: str
    product: str
