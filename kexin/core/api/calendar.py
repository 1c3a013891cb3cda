"""The institution's calendar."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Shown, Taken, one_of
from kexin.core.calendar_operations import remove_calendar_day, set_calendar_day, upload_calendar
from kexin.core.models.calendar import CalendarKind
from kexin.core.ui.calendar_pages import months_of

router = Endpoints("calendar", _("Calendar"))
Year = Annotated[int, Field(ge=1990, le=2100, examples=[2026])]


class DayShown(Shown):
    """One day. ``settled`` is false where the notice for its year is not published yet."""

    day: Day
    is_open: bool
    nature: str = Field(examples=["workday"])
    name: str = Field(examples=["春节"])
    settled: bool


class YearShown(Shown):
    """All days of a year."""

    year: int = Field(examples=[2026])
    kind: str = Field(examples=["working"])
    open_days: int = Field(examples=[248])
    days: list[DayShown]


class YearWanted(Taken):
    """Which calendar."""

    kind: one_of(CalendarKind) = "working"  # type: ignore[valid-type]


class DayTaken(Taken):
    """Whether the day is open, whatever the published calendar says."""

    is_open: bool = Field(examples=[False])
    name: str = Field(default="", max_length=60, examples=["系统升级日"])


class OwnDay(Shown):
    """A day the institution states itself."""

    day: Day
    kind: str = Field(examples=["working"])
    is_open: bool
    name: str = Field(examples=["系统升级日"])


class UploadTaken(Taken):
    """CSV with the heads ``day,kind,open,name``, or the public JSON of a year."""

    content: str = Field(max_length=1_000_000, examples=["day,kind,open,name\n2026-03-09,working,0,系统升级日\n"])


class UploadShown(Shown):
    """What an upload did; deadlines of the years named stay provisional."""

    created: int = Field(examples=[1])
    updated: int = Field(examples=[0])
    unchanged: int = Field(examples=[0])
    unpublished_years: list[int] = Field(examples=[[]])


@router.read("/calendar/{year}", "core.view_calendar")
def read_year(request: ApiRequest, year: Year, wanted: Query[YearWanted]) -> YearShown:
    """Every day of a year: open or not, and why."""
    months = months_of(request.actor, year, wanted.kind)
    return YearShown(
        year=year,
        kind=wanted.kind,
        open_days=sum(month.open_days for month in months),
        days=[
            DayShown(day=each.day, is_open=each.is_open, nature=each.nature, name=each.name, settled=each.settled)
            for month in months
            for each in month.days
        ],
    )


@router.write("PUT", "/calendar/{kind}/{day}", "core.set_calendar_day")
def set_day(
    request: ApiRequest,
    kind: one_of(CalendarKind),  # type: ignore[valid-type]
    day: dt.date,
    data: DayTaken,
) -> OwnDay:
    """State whether one day is worked (or traded)."""
    row = set_calendar_day(actor=request.actor, day=day, is_open=data.is_open, kind=kind, name=data.name)
    return OwnDay(day=row.day, kind=row.kind, is_open=row.is_open, name=row.name)


@router.write("DELETE", "/calendar/{kind}/{day}", "core.remove_calendar_day")
def remove_day(
    request: ApiRequest,
    kind: one_of(CalendarKind),  # type: ignore[valid-type]
    day: dt.date,
) -> None:
    """The published calendar decides about this day again."""
    remove_calendar_day(actor=request.actor, day=day, kind=kind)


@router.write("POST", "/calendar", "core.upload_calendar")
def upload(request: ApiRequest, data: UploadTaken) -> UploadShown:
    """Enter many days at once, all or none."""
    done = upload_calendar(actor=request.actor, content=data.content.encode())
    return UploadShown(
        created=done.created,
        updated=done.updated,
        unchanged=done.unchanged,
        unpublished_years=list(done.unpublished_years),
    )
