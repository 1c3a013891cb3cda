"""The book of loads: beginning and ending one are operations, reading them is a query."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.errors import NotFound
from kexin.core.events import emit
from kexin.core.imports.events import ImportFinished
from kexin.core.imports.reasons import REASONS
from kexin.core.models import ImportRejection, ImportRun, ImportStatus
from kexin.core.operation import operation
from kexin.core.policies import ImportPolicy
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.values import Duration, Unit
from kexin.core.workflow import WorkKind, duty_holder, open_work, register_work_kind

REVIEW = "core.import_rejected"
COUNTS = ("read", "created", "updated", "unchanged", "rejected")
HeadOffice = Callable[[], int | None]


def _nowhere() -> int | None:
    return None


_head_office: HeadOffice = _nowhere


def set_head_office(find: HeadOffice) -> None:
    """The people floor tells which unit owes work that concerns the whole institution."""
    global _head_office
    _head_office = find


@operation(
    "core.start_import", label=gettext_lazy("Start an import"), plain=("profile", "source", "location", "fingerprint")
)
def start_import(
    *,
    actor: Actor,
    profile: str,
    source: str,
    location: str,
    fingerprint: str,
    dry_run: bool = False,
    marks: list[dict[str, Any]],
) -> ImportRun:
    """Open a load, or take up again the same load (profile and files byte for byte) that was not finished."""
    if not dry_run:
        unfinished = ImportRun.objects.select_for_update().filter(fingerprint=fingerprint, dry_run=False)
        run = unfinished.exclude(status=ImportStatus.DONE).order_by("-pk").first()
        if run is not None:
            run.status, run.error, run.finished_at = ImportStatus.RUNNING, "", None
            run.save(update_fields=["status", "error", "finished_at", "progress_at"])
            return run
    return ImportRun.objects.create(
        profile=profile,
        source=source,
        location=location[:200],
        fingerprint=fingerprint,
        dry_run=dry_run,
        started_by=actor.name,
        marks=marks,
    )


@operation("core.finish_import", label=gettext_lazy("Finish an import"))
def finish_import(run: ImportRun, *, actor: Actor, closing: tuple[Callable[[], None], ...] = ()) -> ImportRun:
    """Close a load: tell it, and open work for the data steward where rows were refused."""
    row = ImportRun.objects.select_for_update().get(pk=run.pk)
    row.status, row.finished_at, row.result = ImportStatus.DONE, timezone.now(), run.result
    row.seconds = round(run.seconds, 3)
    row.save(update_fields=["status", "finished_at", "result", "seconds", "progress_at"])
    for close in closing:
        close()
    if not row.dry_run:
        emit(ImportFinished(str(row.pk), row.profile, row.read, row.created, row.updated, row.unchanged, row.rejected))
        unit_id = _head_office()
        if row.rejected and unit_id is not None:
            _ask_for_review(row, unit_id)
    return row


def _ask_for_review(run: ImportRun, unit_id: int) -> None:
    policy = in_force(ImportPolicy)
    due = add(timezone.now(), Duration(Decimal(policy.rejected_review_working_days), Unit.WORKING_DAYS))
    steward = duty_holder("core.start_import", unit_id)
    if steward is None:  # nobody was given imports yet: the report shows the rows all the same
        return
    open_work(
        REVIEW,
        unit_id=unit_id,
        owner_post_id=steward,
        due_at=due.at,
        due_provisional=due.provisional,
        subject_kind="core.ImportRun",
        subject_id=run.pk,
        details={"profile": run.profile, "rejected": run.rejected, "location": run.location, **due.memo()},
        policy_id=policy.policy_version,
    )


@operation("core.stop_import", label=gettext_lazy("Record that an import stopped"))
def stop_import(run: ImportRun, *, actor: Actor, error: str, interrupted: bool) -> ImportRun:
    """Write down that a load ended before its end, and why; the next start of the same load resumes it."""
    row = ImportRun.objects.select_for_update().get(pk=run.pk)
    row.status = ImportStatus.INTERRUPTED if interrupted else ImportStatus.FAILED
    row.error, row.finished_at = error[:2000], timezone.now()
    row.save(update_fields=["status", "error", "finished_at", "progress_at"])
    return row


def _page_of(run_id: int | None) -> str:
    """Where a load is shown: its own page, or the workbench where the wizard is not installed."""
    try:
        return reverse("core:import", args=[run_id])
    except NoReverseMatch:
        return "/"


register_work_kind(
    WorkKind(
        code=REVIEW,
        label=gettext_lazy("Import with rejected rows"),
        sentence=lambda item: gettext_lazy("%(profile)s: %(rejected)s rows were rejected") % item.details,
        url=lambda item: _page_of(item.subject_id),
        icon="file-alert",
        outcomes={
            "corrected": gettext_lazy("Corrected in the source and imported again"),
            "accepted": gettext_lazy("The rows stay out"),
        },
    )
)


@query("core.view_imports", label=gettext_lazy("See imports"))
def imports(actor: Actor) -> QuerySet[ImportRun]:
    """All loads, newest first."""
    return ImportRun.objects.order_by("-pk")


@query("core.view_imports", label=gettext_lazy("See imports"))
def report(actor: Actor, run_id: int) -> dict[str, Any]:
    """Totals, counts per file, reasons of rejection with how often, and what the floors have to say."""
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return summary(run)


def summary(run: ImportRun) -> dict[str, Any]:
    """The report of a load as plain values."""
    per_target: dict[str, dict[str, int]] = {}
    for mark in run.marks:
        sums = per_target.setdefault(mark["target"], dict.fromkeys(COUNTS, 0))
        for count in COUNTS:
            sums[count] += mark[count]
    return {
        "run": run.pk,
        "profile": run.profile,
        "dry_run": run.dry_run,
        "status": run.status,
        **{count: getattr(run, count) for count in COUNTS},
        "seconds": run.seconds,
        "targets": per_target,
        **run.result,
    }


@query("core.view_imports", label=gettext_lazy("See imports"))
def rejections(actor: Actor, run_id: int) -> QuerySet[ImportRejection]:
    """The refused rows of a load in the order they stand."""
    return ImportRejection.objects.filter(run_id=run_id).order_by("pk")


def rejections_csv(rows: QuerySet[ImportRejection]) -> Iterator[str]:
    """The refused rows as lines of CSV, streamed; cells that a spreadsheet would compute are disarmed."""
    heading = [_("file"), _("line"), _("column"), _("value (masked)"), _("reason"), _("what became of the row")]
    yield "\ufeff" + _csv_line(heading)
    for row in rows.iterator(chunk_size=2_000):
        fate = _("refused") if row.whole_row else _("taken over without this value")
        why = str(REASONS.get(row.reason, row.reason))
        yield _csv_line([row.file, str(row.line), row.column, row.value, why, fate])


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(["'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return line.getvalue()


def running_since(run: ImportRun) -> dt.timedelta:
    """How long ago the load last gave a sign."""
    return timezone.now() - run.progress_at
