"""What oversight asks of recordings: which are missing, which fail, which wait for their inspection or correction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.sales.choices import Gate, SaleState
from kexin.sales.models import Sale, SalesRecording
from kexin.sales.recordings.choices import InspectionResult, RecordingState
from kexin.sales.recordings.queries import VIEW_RECORDINGS, is_uncorrected

SOLD = (SaleState.SENT, SaleState.EXECUTED)


@dataclass(frozen=True, slots=True)
class RecordingFigures:
    """Sales that have to be recorded and how their recordings stand, over the sales opened in a period.

    ``missing``: executed or on their way without a complete recording (the gates forbid it: anything but nought is an
    alarm); ``unfinished``: open sales not recorded yet; ``uncorrected``: faults whose correction is still owed.
    """

    asked: int
    recorded: int
    missing: int
    unfinished: int
    awaited: int
    passed: int
    faulty: int
    uncorrected: int


def _complete() -> Exists:
    """Whether a sale has a complete recording of its present round."""
    rows = SalesRecording.objects.filter(state=RecordingState.DONE)
    return Exists(rows.filter(sale=OuterRef("pk"), round=OuterRef("round")))


def sales_by_recording(rows: QuerySet[Sale], which: str) -> QuerySet[Sale]:
    """Sales that have to be recorded; ``unfinished``: those open without a recording, ``missing``: those sold so."""
    rows = rows.filter(needed__contains=[int(Gate.RECORDED)])
    if which == "unfinished":
        return rows.filter(~_complete(), state=SaleState.OPEN)
    return rows.filter(~_complete(), state__in=SOLD) if which == "missing" else rows


@query(VIEW_RECORDINGS, label=_("See recordings of sales"))
def recording_figures(
    actor: Actor,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    unit: int | None = None,
) -> RecordingFigures:
    """The figures over sales within reach; both days inclusive, ``unit`` alone (without the units below it)."""
    sales = Sale.objects.visible_to(actor, VIEW_RECORDINGS).filter(needed__contains=[int(Gate.RECORDED)])
    if since is not None:
        sales = sales.filter(opened_on__gte=since)
    if until is not None:
        sales = sales.filter(opened_on__lte=until)
    if unit is not None:
        sales = sales.filter(unit_id=unit)
    told = sales.annotate(has=_complete()).aggregate(
        asked=Count("pk"),
        recorded=Count("pk", filter=Q(has=True)),
        missing=Count("pk", filter=Q(has=False, state__in=SOLD)),
        unfinished=Count("pk", filter=Q(has=False, state=SaleState.OPEN)),
    )
    rows = SalesRecording.objects.filter(state=RecordingState.DONE, sale__in=sales.order_by().values("pk"))
    found = rows.annotate(owed=is_uncorrected()).aggregate(
        awaited=Count("pk", filter=Q(sampled=True, inspection=None)),
        passed=Count("pk", filter=Q(inspection__result=InspectionResult.PASSED)),
        faulty=Count("pk", filter=Q(inspection__result=InspectionResult.FAULTY)),
        uncorrected=Count("pk", filter=Q(owed=True)),
    )
    return RecordingFigures(**told, **found)
