"""Statutory reports of complaints for other systems."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, one_of, page_of
from kexin.service.complaints.analysis.reporting import (
    APPROVE,
    MAKE,
    VIEW_REPORTS,
    ReportFile,
    approve_complaint_report,
    complaint_report,
    complaint_reports,
    file_of,
    make_complaint_report,
    report_differences,
)
from kexin.service.complaints.choices import ReportKind
from kexin.service.models import ComplaintReport

router = Endpoints("complaint-reports", _("Statutory reports of complaints"))


class ComplaintReportTaken(Taken):
    """A quarter or a year that is over; a note where it was reported already."""

    kind: one_of(ReportKind) = Field(examples=["quarter"])  # type: ignore[valid-type]
    year: int = Field(ge=2000, le=2200, examples=[2026])
    quarter: int = Field(default=0, ge=0, le=4, description="0 for a year", examples=[1])
    note: str = Field(default="", max_length=500, examples=[""])
    unit_id: Id | None = Field(
        default=None, description="Of this unit and all below it; without it of the whole institution", examples=[None]
    )


class ComplaintReportDecisionTaken(Taken):
    """Approved and signed, or returned with a note."""

    approve: bool = Field(examples=[True])
    note: str = Field(default="", max_length=500, examples=[""])


class ComplaintReportBrief(Shown):
    """A report without its tables. ``approved`` is nothing while nobody decided."""

    id: Id
    report_no: str = Field(examples=["CR2026Q1-1"])
    kind: str = Field(examples=["quarter"])
    unit_id: Id
    first: Day
    last: Day
    revision: int = Field(examples=[1])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    made_by: str = Field(examples=["1023"])
    made_at: Moment
    approved: bool | None = Field(examples=[True])
    approved_by: str = Field(examples=["1013"])


class ComplaintReportTable(Shown):
    """A table: codes in the first place of each line, then what the heads say."""

    code: str = Field(examples=["cause"])
    heads: list[str] = Field(examples=[["cases", "share"]])
    rows: list[list[str | int]] = Field(examples=[[["fees", 12, "8.51"]]])


class ComplaintReportShown(ComplaintReportBrief):
    """A report as it was counted. ``intact``: tables, cases and signature fit together still."""

    intact: bool = Field(examples=[True])
    signature: str = Field(description="Ed25519 over the number and the fingerprint, in hexadecimal", examples=[""])
    tables: list[ComplaintReportTable]
    names: dict[str, dict[str, dict[str, str]]] = Field(
        description="By table and code: the names then, in `zh` and `en`",
        examples=[{"cause": {"fees": {"zh": "定价收费", "en": "Prices and fees"}}}],
    )
    cases: int = Field(description="How many complaints were counted, joined ones too", examples=[141])


class ComplaintReportCell(Shown):
    """A digit that is another today."""

    table: str = Field(examples=["cause"])
    key: str = Field(examples=["fees"])
    head: str = Field(examples=["cases"])
    then: str | None = Field(examples=["12"])
    now: str | None = Field(examples=["13"])


class ComplaintReportDifferences(Shown):
    """What would be counted otherwise today."""

    cells: list[ComplaintReportCell]
    added: int = Field(examples=[1])
    gone: int = Field(examples=[0])
    changed: int = Field(examples=[2])


def _brief(row: ComplaintReport) -> dict[str, Any]:
    decision = getattr(row, "decision", None)
    return {
        "id": row.pk,
        "report_no": row.report_no,
        "kind": row.kind,
        "unit_id": row.unit_id,
        "first": row.first_day,
        "last": row.last_day,
        "revision": row.revision,
        "sha256": row.sha256,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "approved": decision.approved if decision else None,
        "approved_by": decision.by if decision else "",
    }


def _shown(found: ReportFile) -> ComplaintReportShown:
    row, decision = found.row, found.decision
    signature = bytes(decision.signature).hex() if decision and decision.signature else ""
    return ComplaintReportShown(
        **_brief(row),
        intact=found.intact,
        signature=signature,
        tables=row.content["tables"],
        names=row.content["names"],
        cases=len(row.cases),
    )


@router.read("/complaint-reports", VIEW_REPORTS)
def list_complaint_reports(request: ApiRequest, wanted: Query[Paging]) -> Page[ComplaintReportBrief]:
    """Reports, the newest period first."""
    order: Any = [("first_day", "desc"), ("pk", "desc")]
    rows = complaint_reports(request.actor)
    items, following = page_of(request, rows, wanted, order, lambda row: ComplaintReportBrief(**_brief(row)))
    return Page(items=items, next=following)


@router.write("POST", "/complaint-reports", MAKE, status=201)
def complaint_report_made(request: ApiRequest, data: ComplaintReportTaken) -> ComplaintReportShown:
    """Count a period that is over, and freeze it."""
    return _shown(file_of(make_complaint_report(actor=request.actor, **data.model_dump())))


@router.read("/complaint-reports/{report_id}", VIEW_REPORTS)
def read_complaint_report(request: ApiRequest, report_id: Id) -> ComplaintReportShown:
    """A report as it was counted."""
    return _shown(complaint_report(request.actor, report_id))


@router.read(
    "/complaint-reports/{report_id}/differences", VIEW_REPORTS, _("See what a report would count otherwise today")
)
def read_report_differences(request: ApiRequest, report_id: Id) -> ComplaintReportDifferences:
    """Digit by digit; how many cases came in, count no longer, or count otherwise."""
    found = report_differences(request.actor, report_id)
    cells = [
        ComplaintReportCell(table=each.table, key=each.key, head=each.head, then=each.then, now=each.now)
        for each in found.cells
    ]
    return ComplaintReportDifferences(
        cells=cells, added=len(found.added), gone=len(found.gone), changed=len(found.changed)
    )


@router.write("POST", "/complaint-reports/{report_id}/decision", APPROVE)
def complaint_report_decided(
    request: ApiRequest, report_id: Id, data: ComplaintReportDecisionTaken
) -> ComplaintReportShown:
    """Approve and sign a report, or return it; never who made it."""
    row = existing(request.actor, APPROVE, ComplaintReport.objects.all(), report_id)
    approve_complaint_report(row, actor=request.actor, **data.model_dump())
    return _shown(file_of(row))
