"""Reports for other programmes: compute, keep, share, schedule, take out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.lookup import named
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Moment, Reason, Shown, Taken, one_of
from kexin.core.errors import NotPermitted, SecondFactorNeeded
from kexin.core.export import FORMATS
from kexin.core.reports.asked import ChartKind, Period, ReportAsked, RowOrder, measures_of
from kexin.core.ui.sending import sent
from kexin.desk.models import Report, ReportFile, ReportFormat, ReportRhythm
from kexin.desk.reports.operations import (
    change_report,
    copy_report,
    delete_report,
    download_report,
    export_report,
    save_report,
    schedule_report,
)
from kexin.desk.reports.queries import (
    VIEW_REPORTS,
    report_fields,
    report_file,
    report_files,
    report_in_reach,
    reports,
    run_report,
)
from kexin.people.models import OrgUnit

router = Endpoints("reports", _("Reports"))
Code = Annotated[str, Field(max_length=60, pattern="^[a-z_]+$", examples=["unit"])]
MeasureCode = Annotated[str, Field(max_length=60, pattern="^[a-z_:]+$", examples=["sum:assets"])]
Value = Annotated[str, Field(max_length=60, examples=["active"])]
Name = Annotated[str, Field(min_length=1, max_length=60, examples=["各支行客户与资产"])]


class FieldOfReport(Shown):
    """A field by which rows are divided, or something that is measured."""

    code: str = Field(examples=["unit"])
    label: str = Field(examples=["机构"])
    filters: bool = Field(default=False, description="Whether one may filter by it")


class DatasetOfReports(Shown):
    """Rows that reports are made of."""

    code: str = Field(examples=["party.customers"])
    label: str = Field(examples=["客户"])
    fields: list[FieldOfReport]
    measures: list[FieldOfReport]
    has_period: bool


class DatasetsOfReports(Shown):
    """Those whose rows the caller may see."""

    items: list[DatasetOfReports]


class ReportTaken(Taken):
    """What a report asks for; the codes are those of `/reports/fields`."""

    dataset: str = Field(max_length=60, pattern="^[a-z_.]+$", examples=["engagement.work"])
    rows: list[Code] = Field(min_length=1, max_length=2, examples=[["kind"]])
    column: Annotated[str, Field(max_length=60, pattern="^[a-z_]*$")] = Field(default="", examples=[""])
    measures: list[MeasureCode] = Field(default=["count"], min_length=1, max_length=4, examples=[["count"]])
    period: one_of(Period) = Field(default=Period.ALL.value, examples=["all"])  # type: ignore[valid-type]
    first: dt.date | None = Field(default=None, description="For the period `between`", examples=[None])
    last: dt.date | None = Field(default=None, examples=[None])
    filters: dict[Code, list[Value]] = Field(default={}, max_length=10, examples=[{}])
    chart: one_of(ChartKind) = Field(default=ChartKind.BAR.value, examples=["bar"])  # type: ignore[valid-type]
    order: one_of(RowOrder) = Field(default=RowOrder.NAME.value, examples=["name"])  # type: ignore[valid-type]

    def asked(self) -> ReportAsked:
        """As the doors take it."""
        return ReportAsked(
            dataset=self.dataset,
            rows=tuple(self.rows),
            column=self.column,
            measures=tuple(self.measures),
            period=str(self.period),
            first=self.first,
            last=self.last,
            filters={name: tuple(values) for name, values in self.filters.items()},
            chart=str(self.chart),
            order=str(self.order),
        )


class NamedReportTaken(Taken):
    """A report to be kept."""

    name: Name
    asked: ReportTaken


class ReportChanges(Taken):
    """What changes; what is left out stays. ``shared``: with ``unit_id`` and all below it, or not any more."""

    name: Name | None = None
    asked: ReportTaken | None = Field(default=None, examples=[None])
    shared: bool | None = Field(default=None, examples=[None])
    unit_id: Id | None = Field(default=None, examples=[None])


class ReportScheduleTaken(Taken):
    """When a report comes by itself, always on a working day, and as what."""

    rhythm: one_of(ReportRhythm) = Field(examples=["weekly"])  # type: ignore[valid-type]
    format: one_of(ReportFormat) = Field(default="xlsx", examples=["xlsx"])  # type: ignore[valid-type]


class ReportExportTaken(ReportTaken):
    """What leaves, in which format, and what for."""

    name: Annotated[str, Field(max_length=60)] = Field(default="", examples=["各支行待办"])
    format: Format = "csv"
    purpose: Reason


class ReportAskedShown(Shown):
    """What a kept report asks for."""

    dataset: str
    rows: list[str]
    column: str
    measures: list[str]
    period: str
    first: dt.date | None
    last: dt.date | None
    filters: dict[str, list[str]]
    chart: str
    order: str


class ReportShown(Shown):
    """A kept report, without figures."""

    id: Id
    name: Name
    own: bool
    shared_with: Id | None = Field(description="The unit; all below it, too")
    rhythm: str = Field(examples=["weekly"])
    next_on: Day | None
    stopped: str = Field(description="Why it is not made any more: left, rights, failed; or empty", examples=[""])
    asked: ReportAskedShown
    changed_at: Moment


class ReportsShown(Shown):
    """One's own first, then the shared ones."""

    items: list[ReportShown]


class ReportRow(Shown):
    """A row: the words of its fields, then per column its measures."""

    names: list[str] = Field(examples=[["城东支行"]])
    values: list[list[Decimal | None]] = Field(description="Per column, then per measure", examples=[[["412"]]])
    total: list[Decimal | None] | None = Field(examples=[None])


class ReportFigures(Shown):
    """A computed report of the caller's own reach. No totals where adding up would mean nothing."""

    columns: list[str] = Field(description="One empty name where the report has no columns", examples=[[""]])
    measures: list[str] = Field(examples=[["count"]])
    rows: list[ReportRow]
    column_totals: list[list[Decimal | None]] | None
    total: list[Decimal | None] | None
    counted: int = Field(description="Rows of the dataset that stand behind it", examples=[412])
    left_out: dict[str, int] = Field(description="Per figure, rows without a value", examples=[{}])
    as_of: str = Field(description="The one month taken, where figures are not added up over months", examples=[""])


class ReportFileShown(Shown):
    """A file of a scheduled report that lies ready."""

    id: Id
    file_name: str
    made_on: Day
    kept_until: Day
    lines: int


class ReportFilesShown(Shown):
    """The newest first."""

    items: list[ReportFileShown]


@contextmanager
def _said_at_its_field() -> Iterator[None]:
    """Figures that the caller's operations do not open are told as a wrong value: the endpoint itself is granted."""
    try:
        yield
    except SecondFactorNeeded:
        raise
    except NotPermitted as refusal:
        raise InvalidRequest(fields={"dataset": _("Your posts do not open these figures")}) from refusal


def _shown(actor: Actor, row: Report) -> ReportShown:
    return ReportShown(
        id=row.pk,
        name=row.name,
        own=row.owner_id == actor.user_id,
        shared_with=row.shared_with_id,
        rhythm=row.rhythm,
        next_on=row.next_on,
        stopped=row.stopped,
        asked=ReportAskedShown(**ReportAsked.from_json(row.asked).as_json()),
        changed_at=row.changed_at,
    )


def _file(row: ReportFile) -> ReportFileShown:
    return ReportFileShown(
        id=row.pk, file_name=row.file_name, made_on=row.made_on, kept_until=row.kept_until, lines=row.lines
    )


def _figures(actor: Actor, asked: ReportAsked) -> ReportFigures:
    with _said_at_its_field():
        found = run_report(actor, asked)
    nothing = [None] * len(found.measures)

    def values(numbers: tuple[Decimal | int | None, ...] | None) -> list[Decimal | None]:
        return [None if each is None else Decimal(each) for each in numbers] if numbers is not None else [*nothing]

    return ReportFigures(
        columns=[" ".join(each.names) for each in found.columns],
        measures=[each.code for each in found.measures],
        rows=[
            ReportRow(
                names=list(row.names),
                values=[values(found.cells.get((row.key, column.key))) for column in found.columns],
                total=values(found.row_totals[row.key]) if found.row_totals is not None else None,
            )
            for row in found.rows
        ],
        column_totals=[values(found.column_totals.get(each.key)) for each in found.columns]
        if found.column_totals is not None
        else None,
        total=values(found.total) if found.total is not None else None,
        counted=found.counted,
        left_out={str(label): number for label, _why, number in found.left_out},
        as_of=found.as_of,
    )


@router.read("/reports/fields", VIEW_REPORTS, _("What may stand in a report"))
def list_report_fields(request: ApiRequest) -> DatasetsOfReports:
    """Datasets, fields and measures, as far as the caller's rights go."""
    actor = request.actor
    return DatasetsOfReports(
        items=[
            DatasetOfReports(
                code=each.code,
                label=str(each.label),
                fields=[
                    FieldOfReport(code=one.code, label=str(one.label), filters=one.narrow is not None)
                    for one in each.dimensions
                    if not one.right or actor.may(one.right)
                ],
                measures=[
                    FieldOfReport(code=one.code, label=str(one.label))
                    for one in measures_of(each)
                    if one.figure is None or not one.figure.right or actor.may(one.figure.right)
                ],
                has_period=bool(each.period),
            )
            for each in report_fields(actor)
        ]
    )


@router.write("POST", "/reports/figures", VIEW_REPORTS, _("Compute a report"), once=False)
def compute_report(request: ApiRequest, data: ReportTaken) -> ReportFigures:
    """A report of the caller's own reach, without keeping it. Reading it is recorded."""
    return _figures(request.actor, data.asked())


@router.write("POST", "/reports/export", "desk.export_report", once=False, content=TABLE)
def take_out_report(request: ApiRequest, data: ReportExportTaken) -> HttpResponse:
    """A report of the caller's own reach as a file; watermarked and recorded."""
    with _said_at_its_field():
        table = export_report(actor=request.actor, asked=data.asked(), name=data.name, purpose=data.purpose)
    return sent(data.format, table, request.actor)  # type: ignore[return-value]


@router.read("/reports", VIEW_REPORTS)
def list_reports(request: ApiRequest) -> ReportsShown:
    """One's own reports and those shared with one's unit or a unit above it."""
    return ReportsShown(items=[_shown(request.actor, line.report) for line in reports(request.actor)])


@router.write("POST", "/reports", "desk.save_report", status=201)
def add_report(request: ApiRequest, data: NamedReportTaken) -> ReportShown:
    """Keep a report under a name. Only a person keeps reports."""
    with _said_at_its_field():
        return _shown(request.actor, save_report(actor=request.actor, name=data.name, asked=data.asked.asked()))


@router.read("/reports/{report_id}", VIEW_REPORTS)
def read_report(request: ApiRequest, report_id: Id) -> ReportShown:
    """A report of one's own or a shared one, without figures."""
    return _shown(request.actor, report_in_reach(request.actor, report_id))


@router.read("/reports/{report_id}/figures", VIEW_REPORTS, _("Compute a kept report"))
def read_report_figures(request: ApiRequest, report_id: Id) -> ReportFigures:
    """The figures of the caller's own reach, whoever made the report."""
    return _figures(request.actor, ReportAsked.from_json(report_in_reach(request.actor, report_id).asked))


@router.write("PATCH", "/reports/{report_id}", "desk.change_report")
def edit_report(request: ApiRequest, report_id: Id, data: ReportChanges) -> ReportShown:
    """Rename, ask something else, share or stop sharing one's own report."""
    unit = named(OrgUnit.objects.all(), data.unit_id, "unit_id", _("There is no such unit."))
    if data.unit_id is not None and not data.shared:
        raise InvalidRequest(fields={"unit_id": _("Only with “shared”.")})
    row = change_report(
        report_id,
        actor=request.actor,
        name=data.name,
        asked=data.asked.asked() if data.asked else None,
        share=data.shared,
        unit=unit,
    )
    return _shown(request.actor, row)


@router.write("DELETE", "/reports/{report_id}", "desk.delete_report")
def remove_report(request: ApiRequest, report_id: Id) -> None:
    """Delete one's own report."""
    delete_report(report_id, actor=request.actor)


@router.write("POST", "/reports/{report_id}/copy", "desk.copy_report", status=201)
def duplicate_report(request: ApiRequest, report_id: Id) -> ReportShown:
    """A report of one's own that asks the same."""
    return _shown(request.actor, copy_report(report_id, actor=request.actor))


@router.write("PUT", "/reports/{report_id}/schedule", "desk.schedule_report")
def set_report_schedule(request: ApiRequest, report_id: Id, data: ReportScheduleTaken) -> ReportShown:
    """Have one's own report made by itself, or (empty rhythm) no longer."""
    row = schedule_report(report_id, actor=request.actor, rhythm=str(data.rhythm), form=str(data.format))
    return _shown(request.actor, row)


@router.read("/reports/{report_id}/files", VIEW_REPORTS, _("Files of a scheduled report"))
def list_report_files(request: ApiRequest, report_id: Id) -> ReportFilesShown:
    """What lies ready for the caller."""
    row = report_in_reach(request.actor, report_id)
    return ReportFilesShown(items=[_file(each) for each in report_files(request.actor, row)])


@router.read("/report-files/{file_id}", VIEW_REPORTS, _("A file of a scheduled report"))
def read_report_file(request: ApiRequest, file_id: Id) -> ReportFileShown:
    """What it is called and how long it lies."""
    return _file(report_file(request.actor, file_id))


@router.write("POST", "/report-files/{file_id}/fetch", "desk.download_report", once=False, content=TABLE)
def fetch_report_file(request: ApiRequest, file_id: Id) -> HttpResponse:
    """The file itself; recorded, and its notice in the inbox is done."""
    row, pieces = download_report(file_id, actor=request.actor)
    response = StreamingHttpResponse(pieces, content_type=FORMATS[row.format])
    response.headers["Content-Disposition"] = f'attachment; filename="{row.file_name}"'
    return response  # type: ignore[return-value]
