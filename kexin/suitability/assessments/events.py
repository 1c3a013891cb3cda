"""Facts of assessments. Answers and points stay out of events; the grade is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class AssessmentInvited:
    customer_id: int
    subject: str
    session_id: int
    kind: str
    channel: str


@event
@dataclass(frozen=True, slots=True)
class AssessmentSubmitted:
    """The customer submitted answers; ``unconfirmed``: the grade changed and is still to be confirmed."""

    customer_id: int
    subject: str
    assessment_id: int
    grade: int
    previous: int | None
    unconfirmed: bool
    valid_until: dt.date


@event
@dataclass(frozen=True, slots=True)
class ChangedResultConfirmed:
    customer_id: int
    subject: str
    assessment_id: int
    grade: int
    previous: int | None


@event
@dataclass(frozen=True, slots=True)
class ElderResultReviewed:
    """A supervisor lifted the ceiling of an elderly customer's result, or left it."""

    customer_id: int
    subject: str
    assessment_id: int
    lifted: bool
    grade: int


@event
@dataclass(frozen=True, slots=True)
class AssessmentExpiring:
    customer_id: int
    subject: str
    assessment_id: int
    valid_until: dt.date


@event
@dataclass(frozen=True, slots=True)
class InsuranceNeedsStated:
    customer_id: int
    subject: str
    needs_id: int
    valid_until: dt.date


@event
@dataclass(frozen=True, slots=True)
class CapacityNoted:
    customer_id: int
    subject: str
    capacity: str


@event
@dataclass(frozen=True, slots=True)
class ProfessionalStatusGranted:
    customer_id: int
    subject: str
    category: str
    valid_until: dt.date


@event
@dataclass(frozen=True, slots=True)
class StandingSettled:
    """After files were merged, or parted again: which assessment counts for a file; none where ``grade`` is None."""

    customer_id: int
    subject: str
    assessment_id: int | None
    grade: int | None
    doubtful: bool
    undone: bool


@event
@dataclass(frozen=True, slots=True)
class QuestionnaireApproved:
    """A version was approved; it is asked from ``in_force_from`` on."""

    subject: str
    version_id: int
    in_force_from: dt.date
