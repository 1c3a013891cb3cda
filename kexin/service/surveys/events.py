"""Facts of surveys. No answer and no score stands in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class SurveyApproved:
    """A version of a survey is asked from a day on; ``subject`` is its code."""

    subject: str
    version_id: int
    in_force_from: dt.date


@event
@dataclass(frozen=True, slots=True)
class SampleAsked:
    """A sample was drawn; ``subject`` is its period."""

    subject: str
    wave_id: int
    count: int


@event
@dataclass(frozen=True, slots=True)
class SurveyInvited:
    """A customer may answer a survey; ``subject`` is the number of the service, empty for samples."""

    customer_id: int
    subject: str
    invitation_id: int
    trigger: str
    survey: str


@event
@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The answers were sent."""

    customer_id: int
    subject: str
    invitation_id: int
    trigger: str
    survey: str
    low: bool
