"""The service board for other systems."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Shown, Taken
from kexin.service.oversight.figures import (
    DIMENSIONS,
    VIEW_BOARD,
    Done,
    Now,
    Times,
    asked_for,
    board_now,
    service_board,
)
from kexin.service.oversight.others import COMPLAINT_RATE, COMPLAINTS, SATISFACTION

OTHERS = (COMPLAINTS, COMPLAINT_RATE, SATISFACTION)
router = Endpoints("service-board", _("Service board"))
Hours = Annotated[float | None, Field(description="Hours by the wall clock", examples=[5.5])]


class ServiceBoardWanted(Taken):
    """Unit with those below, and the period; the last 30 days and everything within reach where left out."""

    unit_id: Id | None = None
    first: Day | None = None
    last: Day | None = None


class ServiceNowWanted(Taken):
    """Unit with those below; everything within reach where left out."""

    unit_id: Id | None = None


class ServiceNowShown(Shown):
    """What is unfinished now."""

    open: int = Field(examples=[12])
    late: int = Field(examples=[1])
    risk: int = Field(description="Due within 24 hours", examples=[3])
    waiting: int = Field(description="Await the customer's word", examples=[2])
    offered: int = Field(examples=[0])
    snoozed: int = Field(examples=[1])


class ServiceTimesShown(Shown):
    """How long milestones took; ``bars``: how many within each step, the last above it."""

    count: int = Field(examples=[40])
    on_time: int = Field(examples=[38])
    median: Hours
    p90: Hours
    bars: list[int] = Field(examples=[[10, 20, 8, 1, 1]])


class ServiceDoneShown(Shown):
    """What a period brought."""

    received: int = Field(examples=[45])
    told: int = Field(examples=[40])
    solved: int = Field(examples=[36])
    at_once: int = Field(description="Solved at first contact", examples=[20])
    again: int = Field(description="Opened again", examples=[2])
    resolution: float | None = Field(description="Solved per received, in per cent", examples=[80.0])
    answers: ServiceTimesShown
    results: ServiceTimesShown


class ServiceBoardLine(Shown):
    """The figures of the whole, a unit, a post or a kind of request."""

    by: str = Field(description="whole, unit, post or kind", examples=["unit"])
    key: str = Field(description="Id of the unit or post, code of the kind", examples=["12"])
    now: ServiceNowShown
    period: ServiceDoneShown
    before: ServiceDoneShown = Field(description="The period of the same length before it")
    complaints: int | None = Field(description="Consumer complaints after joining; null for none", examples=[3])
    complaint_rate: float | None = Field(description="Complaints in per cent of the customers", examples=[0.012])
    satisfaction: float | None = Field(
        description="Mean score on 100 of the surveys answered; null for few", examples=[86.5]
    )


class ServiceBoardShown(Shown):
    """The service board of a period."""

    first: Day
    last: Day
    at: Moment
    lines: list[ServiceBoardLine]


def _now(row: Now) -> ServiceNowShown:
    return ServiceNowShown(**{name: getattr(row, name) for name in ServiceNowShown.model_fields})


def _times(row: Times) -> ServiceTimesShown:
    return ServiceTimesShown(count=row.count, on_time=row.on_time, median=row.median, p90=row.p90, bars=list(row.bars))


def _done(row: Done) -> ServiceDoneShown:
    plain: dict[str, Any] = {
        name: getattr(row, name) for name in ("received", "told", "solved", "at_once", "again", "resolution")
    }
    return ServiceDoneShown(answers=_times(row.answers), results=_times(row.results), **plain)


@router.read("/service-board", VIEW_BOARD)
def read_service_board(request: ApiRequest, wanted: Query[ServiceBoardWanted]) -> ServiceBoardShown:
    """Open, late, times, solved, at first contact, opened again, complaints, satisfaction: by unit, person and kind."""
    asked = asked_for(wanted.first, wanted.last, wanted.unit_id)
    found = service_board(request.actor, asked)
    lines = [
        ServiceBoardLine(
            by=dimension,
            key=key,
            now=_now(found.now.get((dimension, key), Now())),
            period=_done(found.period.get((dimension, key), Done())),
            before=_done(found.before.get((dimension, key), Done())),
            **{name: found.others.get(name, {}).get((dimension, key)) for name in OTHERS},
        )
        for dimension in DIMENSIONS
        for key in found.keys(dimension)
    ]
    return ServiceBoardShown(first=asked.first, last=asked.last, at=found.at, lines=lines)


@router.read("/service-board/now", VIEW_BOARD)
def read_service_now(request: ApiRequest, wanted: Query[ServiceNowWanted]) -> ServiceNowShown:
    """What is unfinished now."""
    return _now(board_now(request.actor, wanted.unit_id))
