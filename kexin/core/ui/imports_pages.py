"""Imports: the list of loads, the report of one, its refused rows as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.imports.engine import is_stale
from kexin.core.imports.findings import findings
from kexin.core.imports.importable import importables
from kexin.core.imports.reasons import REASONS
from kexin.core.imports.runs import COUNTS, imports, rejections, rejections_csv, report
from kexin.core.imports.uploads import OWN, RIGHT, is_there, uploads
from kexin.core.listing import listed
from kexin.core.models import ImportRejection, ImportRun, ImportStatus, ImportUpload
from kexin.core.ui.columns import Column
from kexin.core.ui.form_page import found_or_refuse, need
from kexin.core.ui.table import Table

VIEW = "core.view_imports"
_LEVELS = {
    ImportStatus.RUNNING: "calm",
    ImportStatus.DONE: "good",
    ImportStatus.FAILED: "bad",
    ImportStatus.INTERRUPTED: "warn",
}


def state(run: ImportRun) -> Any:
    """The state as a chip; a load that has been silent for long is said to hang."""
    if run.status == ImportStatus.RUNNING and is_stale(run):
        return format_html('<span class="chip warn">{}</span>', _("No sign of life"))
    level = _LEVELS[ImportStatus(run.status)]
    words = _("Finished") if run.status == ImportStatus.DONE else run.get_status_display()
    return format_html('<span class="chip {}">{}</span>', level, words)


def _number(name: str) -> Any:
    return lambda row: f"{getattr(row, name):,}"


class ImportTable(Table):
    """All loads, newest first."""

    name = "core.imports"
    caption = _("Imports")
    default_sort = "-started"
    empty_title = _("Nothing was imported yet")
    empty_text = _("Every load appears here with what became of its rows.")
    empty_icon = "database-import"
    columns = (
        Column("location", _("File or folder"), value="location", phone="title", always=True),
        Column("profile", _("Profile"), value=lambda row: profile_of(row)),
        Column("state", _("State"), value=state, phone="sub"),
        Column("trial", _("Kind"), value=lambda row: _("Trial") if row.dry_run else _("Import")),
        Column("read", _("Rows read"), value=_number("read"), align="end"),
        Column("created", _("Created"), value=_number("created"), align="end"),
        Column("updated", _("Updated"), value=_number("updated"), align="end"),
        Column("unchanged", _("Unchanged"), value=_number("unchanged"), align="end"),
        Column("rejected", _("Rows refused"), value=_number("rejected"), align="end"),
        Column("who", _("Started by"), value=lambda row: row.who),
        Column("started", _("Started"), value=lambda row: _moment(row.started_at), sort="id", first="desc"),
    )

    def row_url(self, row: Any) -> str:
        return reverse("core:import", args=[row.pk])


def _moment(value: Any) -> str:
    return localtime(value).strftime("%Y-%m-%d %H:%M")


def _named(rows: Iterable[ImportRun]) -> None:
    """Give each load the name of who started it; the command and other systems have codes only."""
    rows = list(rows)
    known = names.people([row.started_by for row in rows])
    for row in rows:
        vars(row)["who"] = known.get(row.started_by, row.started_by)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All loads, and above them the uploads that wait for something."""
    actor = need(request, VIEW)
    table = ImportTable(request, imports(actor).order_by())
    _named(table.page.rows)
    waiting: list[ImportUpload] = list(uploads(actor)[:20]) if actor.may(RIGHT) else []
    context = {"title": _("Imports"), "table": table, "waiting": [_waiting(each) for each in waiting]}
    return render(request, "core/imports.html", context)


def _waiting(upload: ImportUpload) -> dict[str, Any]:
    known = importables()
    what = upload.profile or (known[upload.target].label if upload.target in known else upload.target)
    return {
        "upload": upload,
        "files": listed(each["name"] for each in upload.files[:3]) + ("…" if len(upload.files) > 3 else ""),
        "what": what,
        "who": names.people([upload.uploaded_by]).get(upload.uploaded_by, upload.uploaded_by),
        "url": reverse("core:import_check", args=[upload.pk]),
    }


class RejectionTable(Table):
    """Refused rows in the order of the file."""

    name = "core.import_rejections"
    caption = _("Refused rows")
    default_sort = "line"
    empty_title = _("No row was refused")
    empty_icon = "circle-check"
    columns = (
        Column("line", _("Line"), value=_number("line"), sort="id", align="end"),
        Column("file", _("File name"), value="file"),
        Column("column", _("Column"), value=lambda row: row.where),
        Column("value", _("Value (masked)"), value="value"),
        Column(
            "reason", _("Reason"), value=lambda row: reason_of(row.reason), phone="title", width="wide", always=True
        ),
        Column("fate", _("What became of it"), value=lambda row: fate_of(row)),
    )


def reason_of(code: str) -> Any:
    """Why, in words."""
    return REASONS.get(code, code)


def fate_of(row: ImportRejection) -> Any:
    """Whether the whole row stayed out."""
    return _("row refused") if row.whole_row else _("loaded without this value")


def profile_of(run: ImportRun) -> Any:
    """The profile's name; a mapping that nobody saved has none."""
    return _("Own mapping") if run.profile == OWN else run.profile


def _placed(run: ImportRun, rows: Iterable[ImportRejection]) -> None:
    """Say the column of each row; a value that stands in no column is said by its field's name in words."""
    known = importables()
    targets = {mark["file"]: known[mark["target"]] for mark in run.marks if mark["target"] in known}
    for row in rows:
        target = targets.get(row.file)
        field = target.field(row.column) if target is not None else None
        vars(row)["where"] = field.label if field is not None else row.column


def rejection_lines(run: ImportRun, rows: Iterable[ImportRejection]) -> list[dict[str, Any]]:
    """Refused rows for a plain table."""
    rows = list(rows)
    _placed(run, rows)
    return [{"row": row, "reason": reason_of(row.reason), "fate": fate_of(row)} for row in rows]


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of one load; while it runs the figures come anew every two seconds."""
    actor = need(request, VIEW)
    run = found_or_refuse(imports(actor), pk)
    figures = _figures(run)
    if request.headers.get("HX-Request"):
        answer = render(request, "core/parts/import_figures.html", figures)
        if run.status != ImportStatus.RUNNING:
            answer.headers["HX-Refresh"] = "true"
        return answer
    _named([run])
    found = rejections(actor, pk)
    table = RejectionTable(request, found.order_by(), counted=False)
    _placed(run, table.page.rows)
    upload = ImportUpload.objects.filter(run=run).order_by("-pk").first() if actor.may(RIGHT) else None
    summary = report(actor, pk)
    known = importables()
    reasons = found.order_by().values("reason", "whole_row").annotate(n=Count("pk")).order_by("-n")
    context = figures | {
        "title": run.location,
        "profile": profile_of(run),
        "state": state(run),
        "targets": [
            (known[code].label if code in known else code, [f"{counts[name]:,}" for name in COUNTS])
            for code, counts in summary["targets"].items()
        ],
        "reasons": [
            (
                reason_of(each["reason"]),
                _("row refused") if each["whole_row"] else _("loaded without this value"),
                each["n"],
            )
            for each in reasons
        ],
        "findings": findings(run.result),
        "table": table,
        "upload": upload,
        "there": upload is not None and is_there(upload),
    }
    return render(request, "core/import_run.html", context)


def _figures(run: ImportRun) -> dict[str, Any]:
    done, rows = sum(each["done"] for each in run.marks), sum(each["rows"] for each in run.marks)
    return {
        "run": run,
        "running": run.status == ImportStatus.RUNNING and not is_stale(run),
        "figures": [
            (_("Rows read"), f"{run.read:,}", ""),
            (_("Created"), f"{run.created:,}", ""),
            (_("Updated"), f"{run.updated:,}", ""),
            (_("Unchanged"), f"{run.unchanged:,}", ""),
            (_("Rows refused"), f"{run.rejected:,}", "warn" if run.rejected else ""),
        ],
        "done": done,
        "rows": max(rows, done),
        "speed": int(run.read / run.seconds) if run.seconds > 1 else None,
    }


@require_GET
def rejected_rows(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows as CSV: values masked, cells that a spreadsheet would compute disarmed."""
    actor = need(request, VIEW)
    run = found_or_refuse(imports(actor), pk)
    response = StreamingHttpResponse(rejections_csv(rejections(actor, run.pk)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{run.pk}-rejected.csv"'
    return response
