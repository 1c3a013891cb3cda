"""What oversight asks of recordings: which are missing, which fail, which wait for their inspection or correction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.models import WorkItem
from kexin.core.query import query
from kexin.sales.choices import Gate, SaleState
from kexin.sales.models import Sale, SalesRecording
from kexin.sales.recordings.choices import InspectionResult, RecordingState
from kexin.sales.recordings.queries import VIEW_RECORDINGS
from kexin.sales.recordings.work import CORRECT, LABEL


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
    complete = SalesRecording.objects.filter(sale=OuterRef("pk"), round=OuterRef("round"), state=RecordingState.DONE)
    told = sales.annotate(has=Exists(complete)).aggregate(
        asked=Count("pk"),
        recorded=Count("pk", filter=Q(has=True)),
        missing=Count("pk", filter=Q(has=False, state__in=(SaleState.SENT, SaleState.EXECUTED))),
        unfinished=Count("pk", filter=Q(has=False, state=SaleState.OPEN)),
    )
    owed = WorkItem.objects.filter(kind=CORRECT, subject_kind=LABEL, subject_id=OuterRef("pk"), status=WorkStatus.OPEN)
    rows = SalesRecording.objects.filter(state=RecordingState.DONE, sale__in=sales.order_by().values("pk"))
    found = rows.annotate(owed=Exists(owed)).aggregate(
        awaited=Count("pk", filter=Q(sampled=True, inspection=None)),
        passed=Count("pk", filter=Q(inspection__result=InspectionResult.PASSED)),
        faulty=Count("pk", filter=Q(inspection__result=InspectionResult.FAULTY)),
        uncorrected=Count("pk", filter=Q(owed=True)),
    )
    return RecordingFigures(**told, **found)
