"""Facts about products. ``subject`` is the product's code; floors above react to them."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ProductDrafted:
    subject: str
    product_id: int


@event
@dataclass(frozen=True, slots=True)
class ProductChanged:
    """A draft was changed; ``what`` says which part of it (data, fees, risks, terms)."""

    subject: str
    product_id: int
    what: str


@event
@dataclass(frozen=True, slots=True)
class ProductSubmitted:
    subject: str
    product_id: int
    round: int


@event
@dataclass(frozen=True, slots=True)
class ProductReviewed:
    """A step of admission was passed."""

    subject: str
    product_id: int
    step: str


@event
@dataclass(frozen=True, slots=True)
class ProductReturned:
    subject: str
    product_id: int
    step: str
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ProductAdmitted:
    """From now on the product can be opened in a sale. ``grade`` is the one that rules, 0 where none applies."""

    subject: str
    product_id: int
    grade: int


@event
@dataclass(frozen=True, slots=True)
class ProductSuspended:
    subject: str
    product_id: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ProductResumed:
    subject: str
    product_id: int


@event
@dataclass(frozen=True, slots=True)
class ProductWithdrawn:
    subject: str
    product_id: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class OfferingFailed:
    """The product is not established: what was ordered in its offering fails, the money goes back."""

    subject: str
    product_id: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ProductRedrafted:
    """Taken back to draft: it passes all four steps again before it may be sold."""

    subject: str
    product_id: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ProductRerated:
    """The ruling grade went from ``before`` to ``after`` (1 to 5; ``before`` 0 where there was none). Holders are
    matched anew; nobody is made to sell."""

    subject: str
    product_id: int
    before: int
    after: int


@event
@dataclass(frozen=True, slots=True)
class BenchmarkChanged:
    subject: str
    product_id: int
    before: str
    after: str
    from_on: str


@event
@dataclass(frozen=True, slots=True)
class TradingTermsChanged:
    subject: str
    product_id: int
