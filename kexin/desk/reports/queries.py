"""Reads of reports: what may stand in one, one's own and those shared, and a report computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.reports.asked import ReportAsked, open_to
from kexin.core.reports.fields import Dataset, datasets
from kexin.core.reports.pivot import Limits, Pivot, computed
from kexin.desk.models import Report, ReportFile
from kexin.desk.policies import ReportPolicy
from kexin.people.models import OrgUnit
from kexin.people.queries import units_in_reach

VIEW_REPORTS = "desk.view_reports"
LABEL = _("See reports")


@query(VIEW_REPORTS, label=LABEL)
def report_fields(actor: Actor) -> list[Dataset]:
    """The datasets of which this actor may see rows at all; within them figures may ask for further rights."""
    return [each for each in datasets() if open_to(actor, each)]


def limits() -> Limits:
    """The limits of the policy in force."""
    policy = in_force(ReportPolicy)
    return Limits(policy.seconds, policy.cells, policy.columns)


@query(VIEW_REPORTS, label=LABEL, record="list")
def run_report(actor: Actor, asked: ReportAsked) -> Pivot:
    """Compute a report for its reader; the access entry says of what, by what, and how many groups came."""
    return computed(actor, asked, limits())


def reports_of(actor: Actor) -> QuerySet[Report]:
    """One's own reports and those shared with one's unit or a unit above it."""
    mine = Q(owner_id=actor.user_id or 0)
    path = OrgUnit.objects.filter(pk=actor.unit_id or 0).values_list("path", flat=True).first()
    above = [int(each) for each in (path or "").split("/") if each]
    return Report.objects.filter(mine | Q(shared_with__in=above)).select_related("shared_with", "owner__employee")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in the list."""

    report: Report
    own: bool
    owner_name: str
    files: int


@query(VIEW_REPORTS, label=LABEL)
def reports(actor: Actor) -> list[ReportLine]:
    """One's own first, then the shared ones, by name. Three reads."""
    rows = list(reports_of(actor).order_by("name", "pk")[:500])
    waiting: dict[int | None, int] = {}
    for report_id in files_of(actor).values_list("report_id", flat=True):
        waiting[report_id] = waiting.get(report_id, 0) + 1
    lines = [ReportLine(row, row.owner_id == actor.user_id, owner_of(row), waiting.get(row.pk, 0)) for row in rows]
    return sorted(lines, key=lambda line: not line.own)


def owner_of(report: Report) -> str:
    """The name of a report's owner."""
    employee = getattr(report.owner, "employee", None)
    return employee.shown_name if employee else report.owner.username


@query(VIEW_REPORTS, label=LABEL)
def report_in_reach(actor: Actor, pk: int) -> Report:
    """One report of one's own or shared, without its figures."""
    row = reports_of(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def files_of(actor: Actor) -> QuerySet[ReportFile]:
    """Files of one's own scheduled reports that are still kept."""
    return ReportFile.objects.filter(owner_id=actor.user_id or 0, kept_until__gte=business_date())


@query(VIEW_REPORTS, label=LABEL)
def report_files(actor: Actor, report: Report) -> list[ReportFile]:
    """What lies ready of a report for its owner, newest first."""
    return list(files_of(actor).filter(report=report).order_by("-made_on")[:60])


@query(VIEW_REPORTS, label=LABEL)
def report_file(actor: Actor, pk: int) -> ReportFile:
    """One file of one's own, without its content."""
    row = files_of(actor).select_related("report").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def share_choices(actor: Actor) -> list[OrgUnit]:
    """Units with which one may share: one's own, and those in which one's grants to change reports reach."""
    own = Q(pk=actor.unit_id or 0)
    reach = Q(pk__in=units_in_reach(actor, "desk.change_report").order_by().values("pk"))
    return list(OrgUnit.objects.filter(own | reach, closed_on=None).order_by("path")[:500])


def first_due(rhythm: str, today: dt.date, working: Callable[[dt.date], bool]) -> dt.date | None:
    """The first day after ``today`` on which a rhythm is due; weeks begin on Monday."""
    day = today
    for _count in range(62):
        day += dt.timedelta(days=1)
        if not working(day):
            continue
        if rhythm == "daily":
            return day
        begin = day - dt.timedelta(days=day.weekday()) if rhythm == "weekly" else day.replace(day=1)
        earlier = (begin + dt.timedelta(days=n) for n in range((day - begin).days))
        if not any(working(each) for each in earlier):
            return day
    return None
