"""Facts of advice."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class VisitRecorded:
    customer_id: int
    subject: str
    visit_id: int
    purpose: str
    way: str


@event
@dataclass(frozen=True, slots=True)
class VisitChanged:
    customer_id: int
    subject: str
    visit_id: int


@event
@dataclass(frozen=True, slots=True)
class NeedsAnalysed:
    """``number`` counts a customer's analyses."""

    customer_id: int
    subject: str
    analysis_id: int
    number: int


@event
@dataclass(frozen=True, slots=True)
class PlanDrafted:
    """A version of a plan was begun; ``subject`` is the number of the plan."""

    customer_id: int
    subject: str
    plan_id: int
    number: int


@event
@dataclass(frozen=True, slots=True)
class PlanSent:
    """A version lies with the customer; earlier ones count no more."""

    customer_id: int
    subject: str
    plan_id: int
    number: int


@event
@dataclass(frozen=True, slots=True)
class PlanWithdrawn:
    customer_id: int
    subject: str
    plan_id: int
    number: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class PlanAnswered:
    """The customer accepted or declined a version."""

    customer_id: int
    subject: str
    plan_id: int
    number: int
    accepted: bool


@event
@dataclass(frozen=True, slots=True)
class PlanSaleOpened:
    """A line of an accepted plan became a sale."""

    customer_id: int
    subject: str
    plan_id: int
    sale_no: str
