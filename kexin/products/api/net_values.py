"""Net values for other systems, and what may be said of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, Version, page_of
from kexin.products.models import NetValue
from kexin.products.values.measures import drawdowns
from kexin.products.values.operations import correct_net_value, enter_net_value
from kexin.products.values.queries import (
    VIEW_NET_VALUES,
    Performance,
    corrections,
    net_value_of,
    net_values,
    performance,
)
from kexin.products.values.value_at_risk import Loss

router = Endpoints("net values", _("Net values and performance"))

UnitValue = Annotated[
    Decimal, Field(gt=0, max_digits=18, decimal_places=6, examples=["1.023400"], description="Decimal, as a string")
]
Share = Annotated[float, Field(examples=[0.0321], description="A fraction: 0.01 is one per cent")]


class ValuesWanted(Paging):
    """Which days, which part of the list."""

    first: dt.date | None = Field(default=None, description="From this day", examples=["2026-01-01"])
    last: dt.date | None = Field(default=None, description="To this day", examples=["2026-11-20"])


class NetValueShown(Shown):
    """The net value of a day."""

    id: Id
    product_id: Id
    day: Day
    unit_value: UnitValue
    accumulated: UnitValue
    source: str = Field(examples=["custodian"])
    version: Version


class NetValueTaken(Taken):
    """A net value of a day that has none. Without `accumulated` nothing was paid out so far."""

    day: Day
    unit_value: UnitValue
    accumulated: UnitValue | None = Field(default=None, examples=["1.053400"])
    confirmed: bool = Field(default=False, description="It is right though it moves far", examples=[False])


class NetValueChange(Taken):
    """What stands there from now on, and why."""

    unit_value: UnitValue
    accumulated: UnitValue
    reason: Reason
    confirmed: bool = Field(default=False, description="It is right though it moves far", examples=[False])


class CorrectionShown(Shown):
    """A net value that was changed."""

    at: Moment
    by: str = Field(examples=["1006"])
    day: Day
    before: UnitValue
    after: UnitValue


class CorrectionList(Shown):
    """The latest corrections, the newest first."""

    items: list[CorrectionShown]


class PerformanceWanted(Taken):
    """Since when."""

    first: dt.date | None = Field(default=None, description="From the beginning, if left out", examples=["2026-01-01"])


class LossShown(Shown):
    """By one method, as fractions of the value."""

    value_at_risk: Share
    expected_shortfall: Share


class RiskShown(Shown):
    """Value at risk by the policy's confidence and horizon."""

    observations: int = Field(description="Daily returns used", examples=[500])
    historical: LossShown
    parametric: LossShown
    cornish_fisher: LossShown | None = Field(description="Empty where the expansion does not hold")


class PointShown(Shown):
    """A day: what one yuan of the first day became, and how far below the highest so far."""

    day: Day
    level: float = Field(examples=[1.0123])
    below_top: Share


class PerformanceShown(Shown):
    """What may be said of the past today, and the words that must stand beside it."""

    product_id: Id
    may_be_shown: bool = Field(examples=[True])
    why_not: str = Field(description="Empty where it may be shown", examples=[""])
    began: Day | None
    latest: Day | None
    gained: Share | None
    by_year: Share | None = Field(description="Empty for a span shorter than the policy says")
    largest_fall: Share | None
    fell_from: Day | None
    fell_to: Day | None
    reached_again: Day | None
    volatility: Share | None
    risk: RiskShown | None
    returns_missing: int = Field(description="Daily returns missing for a value at risk", examples=[0])
    past_words: str = Field(examples=["过往业绩不代表未来表现，不构成对产品业绩的保证。"])
    benchmark_words: str = Field(examples=["业绩比较基准不等于预期收益率，不构成收益承诺。"])
    points: list[PointShown]


def _shown(row: NetValue) -> NetValueShown:
    return NetValueShown(
        id=row.pk,
        product_id=row.product_id,
        day=row.day,
        unit_value=row.unit_value,
        accumulated=row.accumulated,
        source=row.source,
        version=row.version,
    )


@router.read("/products/{product_id}/net-values", VIEW_NET_VALUES)
def list_net_values(request: ApiRequest, product_id: Id, wanted: Query[ValuesWanted]) -> Page[NetValueShown]:
    """Net values of a product, the newest first."""
    rows = net_values(request.actor, product_id, wanted.first, wanted.last)
    lines, following = page_of(request, rows, wanted, [("day", "desc")], _shown)
    return Page[NetValueShown](items=lines, next=following)


@router.write("POST", "/products/{product_id}/net-values", "products.enter_net_value", status=201)
def add_net_value(request: ApiRequest, product_id: Id, data: NetValueTaken) -> NetValueShown:
    """Enter the net value of a day that has none; a load of them goes by `/import-uploads`."""
    return _shown(enter_net_value(product_id, actor=request.actor, **data.model_dump()))


@router.write("PATCH", "/net-values/{net_value_id}", "products.correct_net_value", conditional=True, etag=True)
def change_net_value(request: ApiRequest, net_value_id: Id, data: NetValueChange) -> NetValueShown:
    """Correct a net value; what stood there stays in the history."""
    version = expected_version(request, lambda: net_value_of(request.actor, net_value_id).version)
    row = correct_net_value(net_value_id, actor=request.actor, version=version, **data.model_dump())
    tell_version(request, row.version)
    return _shown(row)


@router.read("/products/{product_id}/net-values/corrections", VIEW_NET_VALUES, _("See corrections of net values"))
def list_corrections(request: ApiRequest, product_id: Id) -> CorrectionList:
    """The latest corrections, by hand or by a later file."""
    names = CorrectionShown.model_fields
    found = corrections(request.actor, product_id)
    return CorrectionList(items=[CorrectionShown(**{name: getattr(each, name) for name in names}) for each in found])


@router.read("/products/{product_id}/performance", VIEW_NET_VALUES, _("See performance"))
def show_performance(request: ApiRequest, product_id: Id, wanted: Query[PerformanceWanted]) -> PerformanceShown:
    """Return, largest fall, volatility and value at risk, as far as the disclosure rule lets them be shown."""
    return _performance(performance(request.actor, product_id, wanted.first))


def _performance(found: Performance) -> PerformanceShown:
    risk, fall, series = found.risk, found.fall, found.series
    points = zip(series.days, series.level, drawdowns(series), strict=True)
    return PerformanceShown(
        product_id=found.product.pk,
        may_be_shown=found.shown.allowed,
        why_not=" ".join(str(reason.text) for reason in found.shown.reasons),
        began=found.began,
        latest=found.latest,
        gained=found.gained,
        by_year=found.by_year,
        largest_fall=fall.depth if fall else None,
        fell_from=fall.top if fall else None,
        fell_to=fall.bottom if fall else None,
        reached_again=fall.back if fall else None,
        volatility=found.fluctuation,
        risk=RiskShown(
            observations=risk.observations,
            historical=_loss(risk.historical),
            parametric=_loss(risk.parametric),
            cornish_fisher=_loss(risk.cornish_fisher) if risk.cornish_fisher else None,
        )
        if risk
        else None,
        returns_missing=found.returns_missing,
        past_words=found.past_words,
        benchmark_words=found.benchmark_words,
        points=[PointShown(day=day, level=float(level), below_top=float(below)) for day, level, below in points],
    )


def _loss(loss: Loss) -> LossShown:
    return LossShown(value_at_risk=loss.value_at_risk, expected_shortfall=loss.expected_shortfall)
