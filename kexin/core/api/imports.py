"""Loads: what became of their rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, page_of
from kexin.core.errors import NotFound
from kexin.core.imports.runs import imports, rejections, rejections_csv, report
from kexin.core.models import ImportRejection, ImportRun

router = Endpoints("imports", _("Imports"))


class RunShown(Shown):
    """One load."""

    id: Id
    profile: str = Field(examples=["berka"])
    status: str = Field(examples=["done"])
    dry_run: bool
    started_by: str = Field(examples=["1006"])
    started_at: Moment
    finished_at: Moment | None
    read: int = Field(examples=[5369])
    created: int = Field(examples=[5369])
    updated: int = Field(examples=[0])
    unchanged: int = Field(examples=[0])
    rejected: int = Field(examples=[0])


class RunPage(Page[RunShown]):
    """Loads, newest first, part of a list."""


class RunReport(Shown):
    """Totals, counts per file, and why rows were refused."""

    report: dict[str, Any] = Field(examples=[{"run": 1, "read": 5369, "rejected": 0}])


class RejectionShown(Shown):
    """One refused row or value, masked."""

    file: str = Field(examples=["client.asc"])
    line: int = Field(examples=[17])
    column: str = Field(examples=["birth_number"])
    value: str = Field(examples=["70***"])
    reason: str = Field(examples=["date"])
    whole_row: bool


class RejectionPage(Page[RejectionShown]):
    """Refused rows in the order they stand, part of a list."""


def run_of(row: ImportRun) -> RunShown:
    """A load as it is shown."""
    return RunShown(
        id=row.pk,
        profile=row.profile,
        status=row.status,
        dry_run=row.dry_run,
        started_by=row.started_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        read=row.read,
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        rejected=row.rejected,
    )


def _rejection(row: ImportRejection) -> RejectionShown:
    return RejectionShown(
        file=row.file, line=row.line, column=row.column, value=row.value, reason=row.reason, whole_row=row.whole_row
    )


@router.read("/imports", "core.view_imports")
def list_imports(request: ApiRequest, wanted: Query[Paging]) -> RunPage:
    """All loads, newest first."""
    lines, following = page_of(request, imports(request.actor), wanted, [("id", "desc")], run_of)
    return RunPage(items=lines, next=following)


@router.read("/imports/{run_id}", "core.view_imports", _("See the report of an import"))
def read_import(request: ApiRequest, run_id: Id) -> RunReport:
    """The report of one load; while it runs, how far it has come."""
    return RunReport(report=report(request.actor, run_id))


@router.read("/imports/{run_id}/rejections", "core.view_imports", _("See the refused rows of an import"))
def list_rejections(request: ApiRequest, run_id: Id, wanted: Query[Paging]) -> RejectionPage:
    """Refused rows of one load."""
    rows = rejections(request.actor, run_id)
    lines, following = page_of(request, rows, wanted, [("id", "asc")], _rejection)
    return RejectionPage(items=lines, next=following)


@router.read(
    "/imports/{run_id}/rejections.csv",
    "core.view_imports",
    _("Download the refused rows of an import"),
    content={"text/csv": {"schema": {"type": "string", "format": "binary"}}},
)
def download_rejections(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Refused rows as CSV with reasons in words; values masked, cells that a spreadsheet would compute disarmed."""
    run = imports(request.actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    response = StreamingHttpResponse(rejections_csv(rejections(request.actor, run.pk)), content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{run.pk}-rejected.csv"'
    return response  # type: ignore[return-value]
