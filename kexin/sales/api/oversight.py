"""Oversight of sales for other systems: the rate, its parts, the sales and opinions behind the numbers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Shown, Taken
from kexin.sales.oversight.compliance import (
    VIEW_OVERSIGHT,
    Asked,
    asked_for,
    exceptional_sales,
    judged_sales,
    oversight,
    refused_opinions,
)

router = Endpoints("oversight", _("Oversight of sales"))
MOST = 1000


class OversightAsked(Taken):
    """Unit, period, and the day at whose end it was known; this year, as known today, where left out."""

    unit_id: Id | None = None
    first: Day | None = None
    last: Day | None = None
    as_of: Day | None = None


class OversightSalesAsked(OversightAsked):
    """Which of the executed sales: a fault, ``none`` for those in order, empty for all."""

    fault: str = Field(default="", max_length=20, examples=["contradicted"])


class ExceptionsAsked(OversightAsked):
    """``approved``, ``refused``, ``insisted`` or ``unrecorded``."""

    what: Annotated[str, Field(pattern="^(approved|refused|insisted|unrecorded)$", examples=["approved"])]


class RefusedAsked(OversightAsked):
    """Opinions that speak against a sale; ``code``: for this reason."""

    code: str = Field(default="", max_length=40, examples=["concentration"])


class ComplianceRateShown(Shown):
    """Executed sales and those in order."""

    key: Id | None = Field(description="Unit or employee; none for the whole")
    label: str = Field(examples=["城东支行"])
    executed: int = Field(examples=[40])
    compliant: int = Field(examples=[38])
    percent: str | None = Field(examples=["95.0"])


class CountShown(Shown):
    """How many."""

    code: str = Field(examples=["call_late"])
    count: int = Field(examples=[2])


class OversightShown(Shown):
    """The sales compliance rate and what lies behind it; the same question gives the same figures again."""

    first: Day
    last: Day
    as_of: Day
    rate: ComplianceRateShown
    faults: list[CountShown]
    units: list[ComplianceRateShown]
    sellers: list[ComplianceRateShown]
    refusals: list[CountShown]
    exceptions: list[CountShown]
    items: list[CountShown]


class JudgedShown(Shown):
    """An executed sale and its faults; none: in order."""

    sale_id: Id
    sale_no: str = Field(examples=["S202600000001"])
    executed_at: Moment
    unit_id: Id
    seller: str = Field(examples=["1001"])
    faults: list[str] = Field(examples=[["call_late"]])


class JudgedSales(Shown):
    """Executed sales with their faults, the newest first, at most 1,000; ``count`` is how many there are."""

    items: list[JudgedShown]
    count: int = Field(examples=[40])


class OversightKeys(Shown):
    """The numbers of the rows behind a figure, the newest first, at most 1,000."""

    ids: list[Id]
    count: int = Field(examples=[3])


def _asked(wanted: OversightAsked) -> Asked:
    return asked_for(wanted.first, wanted.last, wanted.unit_id, wanted.as_of)


@router.read("/sales-oversight", VIEW_OVERSIGHT)
def read_oversight(request: ApiRequest, wanted: Query[OversightAsked]) -> OversightShown:
    """The figures of a unit and a period."""
    found = oversight(request.actor, _asked(wanted))

    def rate(key: int | None, label: str, one: object) -> ComplianceRateShown:
        percent = getattr(one, "percent", None)
        return ComplianceRateShown(
            key=key,
            label=label,
            executed=getattr(one, "executed", 0),
            compliant=getattr(one, "compliant", 0),
            percent=str(percent) if percent is not None else None,
        )

    exceptions = (("approved", found.approved), ("refused", found.turned_down), ("insisted", found.insisted))
    return OversightShown(
        first=found.asked.first,
        last=found.asked.last,
        as_of=found.asked.as_of,
        rate=rate(None, "", found.rate),
        faults=[CountShown(code=fault.value, count=count) for fault, count in found.faults],
        units=[rate(line.key, line.label, line.rate) for line in found.units],
        sellers=[rate(line.key, line.label, line.rate) for line in found.sellers],
        refusals=[CountShown(code=row.code, count=row.count) for row in found.refusals],
        exceptions=[
            CountShown(code=code, count=count) for code, count in (*exceptions, ("unrecorded", found.unrecorded))
        ],
        items=[CountShown(code=source.value, count=count) for source, count, _sure in found.items],
    )


@router.read("/sales-oversight/sales", VIEW_OVERSIGHT, _("See the executed sales of a period with their faults"))
def judged(request: ApiRequest, wanted: Query[OversightSalesAsked]) -> JudgedSales:
    """Executed sales of the period, the newest first, at most 1,000."""
    rows = judged_sales(request.actor, _asked(wanted), wanted.fault)
    items = [
        JudgedShown(
            sale_id=row.sale.pk,
            sale_no=row.sale.sale_no,
            executed_at=row.executed_at.astimezone(dt.UTC),
            unit_id=row.sale.unit_id,
            seller=row.sale.seller.staff_no,
            faults=[fault.value for fault in row.faults],
        )
        for row in rows[:MOST]
    ]
    return JudgedSales(items=items, count=len(rows))


@router.read("/sales-oversight/exceptions", VIEW_OVERSIGHT, _("See sales out of the ordinary"))
def exceptions(request: ApiRequest, wanted: Query[ExceptionsAsked]) -> OversightKeys:
    """Sales approved or refused by a second person, insisted on, or waiting for a recording."""
    rows = exceptional_sales(request.actor, _asked(wanted), wanted.what)
    return OversightKeys(ids=[row.pk for row in rows[:MOST]], count=rows.count())


@router.read("/sales-oversight/refusals", VIEW_OVERSIGHT, _("See opinions that speak against a sale"))
def refusals(request: ApiRequest, wanted: Query[RefusedAsked]) -> OversightKeys:
    """Matching opinions against a sale, by their numbers."""
    rows = refused_opinions(request.actor, _asked(wanted), wanted.code)
    return OversightKeys(ids=list(rows.values_list("pk", flat=True)[:MOST]), count=rows.count())
