"""Reports that come by themselves: made with the owner's rights of the day, kept encrypted, told in the inbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kexin.core import calendar
from kexin.core.actor import Actor
from kexin.core.errors import KexinError, NotPermitted
from kexin.core.events import emit
from kexin.core.export import Leaving, csv_lines, xlsx_file
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.reports.asked import ReportAsked
from kexin.core.reports.pivot import computed
from kexin.core.values import Duration, Unit
from kexin.core.workflow import close_work, open_work
from kexin.desk.events import ReportDelivered, ReportStopped
from kexin.desk.models import Report, ReportFile, ReportFormat
from kexin.desk.policies import ReportPolicy
from kexin.desk.reports import files, shown
from kexin.desk.reports.queries import VIEW_REPORTS, first_due, limits
from kexin.desk.reports.work import FILE, READY, STOPPED, SUBJECT
from kexin.people.models import Post
from kexin.people.queries import actor_for

_CHUNK = 256 * 1024


def due_reports(now: dt.datetime) -> list[int]:
    """Reports due today or before; none on a day off, none before the hour of the policy."""
    today = calendar.business_date()
    if not calendar.is_working(today) or now.astimezone(calendar.zone()).hour < in_force(ReportPolicy).from_hour:
        return []
    return list(Report.objects.filter(next_on__lte=today).order_by("next_on", "pk").values_list("pk", flat=True))


@operation("desk.deliver_reports", label=_("Make scheduled reports"))
def deliver_report(report_id: int, *, actor: Actor) -> ReportFile | None:
    """Make one due report for its owner, or stop its schedule and say why; None where nothing was due (any more).

    The owner's rights and reach are those of today. Made once a day, whatever the clock does. Raises NotPermitted for
    anybody but the clock.
    """
    if not actor.everything:
        raise NotPermitted
    today = calendar.business_date()
    row = Report.objects.select_for_update().filter(pk=report_id, next_on__lte=today).first()
    if row is None:
        return None
    owner = actor_for(row.owner, session="schedule", methods=("password", "mfa"))
    if owner.post_id is None or not row.owner.is_active:
        return _stop(row, "left", None)
    if not owner.may(VIEW_REPORTS):
        return _stop(row, "rights", owner)
    with translation.override(row.owner.language or None):
        try:
            pivot = computed(owner, ReportAsked.from_json(row.asked), limits())
        except NotPermitted:
            return _stop(row, "rights", owner)
        except KexinError:
            return _stop(row, "failed", owner)
        table = shown.as_file(pivot, row.name)
        stored_as, sealed_key = files.store(_content(row, owner, table))
    made = ReportFile.objects.create(
        report=row,
        owner=row.owner,
        post_id=owner.post_id,
        name=row.name,
        asked=row.asked,
        file_name=f"report-{row.pk}-{today:%Y%m%d}.{row.format}",
        format=row.format,
        stored_as=stored_as,
        sealed_key=sealed_key,
        lines=len(pivot.rows),
        made_on=today,
        kept_until=today + dt.timedelta(days=in_force(ReportPolicy).keep_days),
    )
    row.next_on = first_due(row.rhythm, today, calendar.is_working)
    row.save(update_fields=["next_on"])
    # yesterday's notice gives way to today's: one open matter per report, never a pile
    for earlier in ReportFile.objects.filter(report=row).exclude(pk=made.pk).values_list("pk", flat=True):
        close_work(READY, FILE, earlier, outcome="done", by=actor.name, cancelled=True)
    _tell(READY, FILE, made.pk, owner.post_id, {"name": row.name, "day": today.isoformat()})
    emit(ReportDelivered(str(row.pk), row.pk, made.lines))
    return made


def _content(row: Report, owner: Actor, table: Leaving) -> Iterator[bytes]:
    heads = [str(head) for head in table.heads]
    if row.format == ReportFormat.CSV:
        yield from csv_lines(heads, table.rows, owner)
        return
    with xlsx_file(heads, table.rows, owner, row.name) as file:
        while piece := file.read(_CHUNK):
            yield piece


def _tell(kind: str, subject: str, pk: int, post_id: int, details: dict[str, str]) -> None:
    """A notice in the inbox of the owner; it climbs to nobody."""
    post = Post.objects.get(pk=post_id)
    item = open_work(
        kind,
        unit_id=post.unit_id,
        owner_post_id=post.pk,
        due_at=calendar.add(timezone.now(), Duration(1, Unit.WORKING_DAYS)),
        subject_kind=subject,
        subject_id=pk,
        details=details,
        priority=1,
    )
    item.next_step_at = None
    item.save(update_fields=["next_step_at"])


def _stop(row: Report, reason: str, owner: Actor | None) -> ReportFile | None:
    """No further files until somebody schedules it anew; the owner is told, if there is one."""
    row.next_on, row.stopped = None, reason
    row.save(update_fields=["next_on", "stopped"])
    if owner is not None and owner.post_id is not None:
        _tell(STOPPED, SUBJECT, row.pk, owner.post_id, {"name": row.name, "reason": reason})
    emit(ReportStopped(str(row.pk), row.pk, reason))
    return None


@operation("desk.sweep_report_files", label=_("Remove files of reports whose time is over"))
def sweep_report_files(*, actor: Actor) -> int:
    """Remove files past their day with their rows and notices, and files without a row; how many."""
    if not actor.everything:
        raise NotPermitted
    rows = list(ReportFile.objects.filter(kept_until__lt=calendar.business_date()).only("pk", "stored_as")[:1000])
    for row in rows:
        close_work(READY, FILE, row.pk, outcome="expired", by=actor.name, cancelled=True)
    ReportFile.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def known(names: list[str]) -> set[str]:
        return set(ReportFile.objects.filter(Q(stored_as__in=names)).values_list("stored_as", flat=True))

    lost = files.orphans(known)
    files.remove({*lost, *(row.stored_as for row in rows)})
    return len(rows) + len(lost)
