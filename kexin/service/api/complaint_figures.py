"""Figures of complaints, their trend, and the effect of measures, for other systems."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Shown, Taken
from kexin.service.complaints.analysis.asking import VIEW_FIGURES, FiguresAsked, figures_asked
from kexin.service.complaints.analysis.effects import Side, effect_of
from kexin.service.complaints.analysis.figures import DIMENSIONS, WHOLE, Figures, complaint_figures
from kexin.service.complaints.analysis.trend import complaint_signals, complaint_trend
from kexin.service.complaints.remedying import remediation

router = Endpoints("complaint-figures", _("Figures of complaints"))
BY = f"^({'|'.join(DIMENSIONS)})$"
Rate = Annotated[float | None, Field(description="None where there is nothing to divide by", examples=[52.4])]


class ComplaintFiguresWanted(Taken):
    """Unit with those below, and the period; this year so far and everything within reach where left out."""

    unit_id: Id | None = None
    first: Day | None = None
    last: Day | None = None

    def asked(self) -> FiguresAsked:
        """The same with what was left out filled in."""
        return figures_asked(self.first, self.last, self.unit_id)


class ComplaintTrendWanted(ComplaintFiguresWanted):
    """And by what: the whole, or one value of a dimension."""

    by: Annotated[str, Field(pattern=BY, examples=["cause"])] = WHOLE
    key: str = Field(default="", max_length=60, examples=["fees"])


class ComplaintFiguresLine(Shown):
    """The figures of the whole or of one value; all but ``brought`` count after joining."""

    by: str = Field(examples=["cause"])
    key: str = Field(description="Code, or id of the unit; empty: not classified", examples=["fees"])
    brought: int = Field(description="Joined ones, too", examples=[14])
    cases: int = Field(examples=[12])
    before: int = Field(description="Cases of the period of the same length before", examples=[9])
    told: int = Field(examples=[11])
    repeated: int = Field(examples=[2])
    escalated: int = Field(examples=[1])
    at_once: int = Field(description="Solved at first contact", examples=[3])
    late_ours: int = Field(description="Late by our limits", examples=[1])
    late_legal: int = Field(description="Late by law", examples=[0])
    customers: int = Field(description="Personal customers on the last day", examples=[120000])
    outlets: int = Field(examples=[24])
    per_customers: Rate
    per_outlets: Rate


class ComplaintFiguresShown(Shown):
    """The figures of a period."""

    first: Day
    last: Day
    at: Moment
    lines: list[ComplaintFiguresLine]


class ComplaintMonthShown(Shown):
    """A month of a trend; ``signals``: the rules that it breaks."""

    month: Day
    count: int = Field(examples=[12])
    customers: int = Field(examples=[120000])
    rate: Rate
    low: Rate
    high: Rate
    signals: list[str] = Field(examples=[["beyond"]])


class ComplaintTrendShown(Shown):
    """Months with control limits. Rates are per 10 million customers, or plain counts where no customers are known."""

    by: str = Field(examples=["whole"])
    key: str = Field(examples=[""])
    per_customers: bool = Field(examples=[True])
    centre: Rate
    spread: float = Field(description="Above 1: limits were widened so", examples=[1.0])
    based_on: int = Field(description="Months that say what is usual", examples=[24])
    months: list[ComplaintMonthShown]


class ComplaintSignalShown(Shown):
    """A business or cause whose last whole month is unlike the others."""

    by: str = Field(examples=["cause"])
    key: str = Field(examples=["fees"])
    month: Day
    count: int = Field(examples=[9])
    rate: float = Field(examples=[75.0])
    centre: float = Field(examples=[20.5])
    rules: list[str] = Field(examples=[["beyond"]])


class ComplaintSignalsShown(Shown):
    """What rose first, then what fell."""

    signals: list[ComplaintSignalShown]


class EffectSideShown(Shown):
    """One side of the day on which a measure was done."""

    first: Day
    last: Day
    cases: int = Field(examples=[6])


class RemediationEffectShown(Shown):
    """How often a cause came before and after its measure; nothing yet on the day of the measure."""

    before: EffectSideShown | None
    after: EffectSideShown | None
    unit_id: Id | None = Field(description="Counted there; nothing: in the whole institution")
    ratio: Rate
    low: Rate
    high: Rate
    confidence: int = Field(examples=[95])


@router.read("/complaint-figures", VIEW_FIGURES)
def read_complaint_figures(request: ApiRequest, wanted: Query[ComplaintFiguresWanted]) -> ComplaintFiguresShown:
    """Received, repeated, escalated, late; per 10 million customers and 1,000 outlets; by business, cause, region,
    unit, place, channel, source, product, seller."""
    found = complaint_figures(request.actor, wanted.asked())
    lines = [_line(found, dimension, key) for dimension in DIMENSIONS for key in found.keys(dimension)]
    return ComplaintFiguresShown(first=found.asked.first, last=found.asked.last, at=found.at, lines=lines)


def _line(found: Figures, dimension: str, key: str) -> ComplaintFiguresLine:
    count, size = found.count(dimension, key), found.size(dimension, key)
    return ComplaintFiguresLine(
        by=dimension,
        key=key,
        brought=count.brought,
        cases=count.cases,
        before=found.count_before(dimension, key).cases,
        told=count.told,
        **count.flags,
        customers=size.customers,
        outlets=size.outlets,
        per_customers=found.per_customers(dimension, key),
        per_outlets=found.per_outlets(dimension, key),
    )


@router.read("/complaint-figures/trend", VIEW_FIGURES, _("See the trend of complaints"))
def read_complaint_trend(request: ApiRequest, wanted: Query[ComplaintTrendWanted]) -> ComplaintTrendShown:
    """Month by month with control limits."""
    found = complaint_trend(request.actor, wanted.asked(), wanted.by, wanted.key)
    months = [
        ComplaintMonthShown(
            month=month, count=point.count, customers=customers, rate=point.rate, low=point.low, high=point.high,
            signals=list(point.signals),
        )
        for month, customers, point in zip(found.months, found.customers, found.chart.points, strict=True)
    ]  # fmt: skip
    return ComplaintTrendShown(
        by=found.dimension, key=found.key, per_customers=found.per_customers, centre=found.chart.centre,
        spread=found.chart.spread, based_on=found.chart.based_on, months=months,
    )  # fmt: skip


@router.read("/complaint-figures/signals", VIEW_FIGURES, _("See what is unlike the months before"))
def read_complaint_signals(request: ApiRequest, wanted: Query[ComplaintFiguresWanted]) -> ComplaintSignalsShown:
    """Businesses and causes whose last whole month is a signal."""
    found = complaint_signals(request.actor, wanted.asked())
    return ComplaintSignalsShown(
        signals=[
            ComplaintSignalShown(
                by=each.dimension, key=each.key, month=each.month, count=each.count, rate=each.rate,
                centre=each.centre, rules=list(each.rules),
            )
            for each in found
        ]
    )  # fmt: skip


@router.read("/remediations/{remediation_id}/comparison", VIEW_FIGURES, _("See the effect of a measure"))
def read_remediation_effect(request: ApiRequest, remediation_id: Id) -> RemediationEffectShown:
    """Cases of its cause before and after, with the interval of the ratio."""
    found = effect_of(request.actor, remediation(request.actor, remediation_id))
    if found is None:
        return RemediationEffectShown(
            before=None, after=None, unit_id=None, ratio=None, low=None, high=None, confidence=0
        )
    told = found.change
    return RemediationEffectShown(
        before=_side(found.before),
        after=_side(found.after),
        unit_id=found.unit_id,
        ratio=told.value if told else None,
        low=told.low if told else None,
        high=told.high if told else None,
        confidence=found.confidence,
    )


def _side(side: Side) -> EffectSideShown:
    return EffectSideShown(first=side.first, last=side.last, cases=side.cases)
