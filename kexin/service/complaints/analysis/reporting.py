"""Statutory reports: made by one, approved by another, the same to the digit whenever they are asked for.

A report counts every complaint of the institution, whoever is complained about: it names none, and the list behind it
stays as narrow as its reader's reach.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.crypto import key_ring
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, duty_holder, open_work, register_work_kind
from kexin.people.models import OrgUnit, Post
from kexin.people.queries import units_below, units_in_reach
from kexin.service.complaints.analysis import disclosure
from kexin.service.complaints.analysis.asking import brought_in, of_units
from kexin.service.complaints.analysis.denominators import sizes
from kexin.service.complaints.analysis.disclosure import Differences, differences, fingerprint, kept_case, period_of
from kexin.service.complaints.analysis.facts import CaseFacts, facts_of, regions
from kexin.service.complaints.analysis.figures import Key, counted, sized
from kexin.service.complaints.analysis.policies import FiguresPolicy
from kexin.service.complaints.analysis.words import labels_of
from kexin.service.complaints.choices import ReportKind
from kexin.service.complaints.events import ComplaintReportDecided, ComplaintReportMade
from kexin.service.models import Complaint, ComplaintGroup, ComplaintReport, ComplaintReportDecision
from kexin.service.rules import clean

VIEW_REPORTS = "service.view_complaint_reports"
MAKE, APPROVE = "service.make_complaint_report", "service.approve_complaint_report"
WORK, SUBJECT = "service.complaint_report", "service.ComplaintReport"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LONGEST = 500


@query(VIEW_REPORTS, label=_("See statutory reports of complaints"))
def complaint_reports(actor: Actor) -> QuerySet[ComplaintReport]:
    """Reports within reach, without their content."""
    rows = ComplaintReport.objects.visible_to(actor, VIEW_REPORTS).select_related("decision", "unit")
    return rows.defer("content", "cases")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report with what was decided of it. ``intact``: tables, cases and signature fit together still."""

    row: ComplaintReport
    decision: ComplaintReportDecision | None
    intact: bool


@query(VIEW_REPORTS, label=_("See statutory reports of complaints"))
def complaint_report(actor: Actor, pk: int) -> ReportFile:
    """One report within reach. NotFound."""
    rows = ComplaintReport.objects.visible_to(actor, VIEW_REPORTS).select_related("unit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return file_of(row)


def file_of(row: ComplaintReport) -> ReportFile:
    """The report with its decision, examined."""
    decision = ComplaintReportDecision.objects.filter(report=row).first()
    intact = fingerprint(row.content, row.cases) == row.sha256
    if intact and decision is not None and decision.approved:
        signed = disclosure.signed_text(row.report_no, row.sha256, row.content["form"])
        intact = key_ring().verify(bytes(decision.signature or b""), signed)
    return ReportFile(row, decision, intact)


@query(VIEW_REPORTS, label=_("See statutory reports of complaints"))
def report_differences(actor: Actor, pk: int) -> Differences:
    """What would be counted otherwise today. NotFound."""
    row = complaint_report(actor, pk).row
    content, cases = _counted(row.kind, row.unit, row.first_day, row.last_day, timezone.now(), row.content["form"])
    return differences(row.content, content, row.cases, cases)


def _counted(
    kind: str, unit: OrgUnit, first: dt.date, last: dt.date, at: dt.datetime, form: int = disclosure.FORM
) -> tuple[dict[str, Any], list[Any]]:
    """The tables of a period and a unit with all below it as they are now, with every case in them."""
    region_of = regions()
    below = None if unit.parent_id is None else units_below(unit.pk)
    cases = facts_of(of_units(brought_in(Complaint.objects.all(), first, last), below), at)
    counts = counted(cases, region_of)
    size = sized(sizes(below, last, in_force(FiguresPolicy).outlet_kinds), region_of)
    majors = sum(1 for case in cases if case.major and not case.joined)
    made = disclosure.tables(counts, size, majors, _groups(cases) if form > 1 else None)
    content = {
        "form": form,
        "kind": kind,
        "institution": _both(_institution()),
        **({"unit": _both(unit)} if below is not None else {}),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "tables": made,
        "names": _names([(t["code"], line[0]) for t in made if t["code"] != disclosure.OVERVIEW for line in t["rows"]]),
    }
    return content, [kept_case(case, form) for case in cases]


def _groups(cases: Iterable[CaseFacts]) -> disclosure.Groups:
    """Group complaints as they touch the period; a group is counted once, however many cases it has."""
    inside = [case.group for case in cases if case.group and not case.joined]
    reported = ComplaintGroup.objects.filter(group_no__in=set(inside)).exclude(regulatory_major="")
    return disclosure.Groups(len(set(inside)), len(inside), reported.count())


def _names(places: Iterable[Key]) -> dict[str, dict[str, dict[str, str]]]:
    """Names of the codes in both languages, as they are now."""
    wanted, found = list(places), {}  # type: ignore[var-annotated]
    for short, language in LANGUAGES.items():
        with translation.override(language):
            for (dimension, key), name in labels_of(wanted).items():
                found.setdefault(dimension, {}).setdefault(key, {})[short] = name
    return found


def _both(unit: OrgUnit) -> dict[str, str]:
    return {"zh": unit.name, "en": unit.name_en or unit.name}


def _institution() -> OrgUnit:
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    if root is None:
        raise NotFound
    return root


@operation(MAKE, label=_("Make a statutory report of complaints"), plain=("kind", "year", "quarter", "unit_id"))
def make_complaint_report(
    *, actor: Actor, kind: str, year: int, quarter: int = 0, note: str = "", unit_id: int | None = None
) -> ComplaintReport:
    """Count a whole quarter or year that is over, and freeze it. One reported already is counted anew, with why.

    ``unit_id``: of this unit and all below it, within the maker's reach; without it of the whole institution.
    """
    if kind not in ReportKind.values:
        raise RuleViolation(fields={"kind": _("Choose one of the list.")})
    if not 2000 <= year <= 2200:
        raise RuleViolation(fields={"year": _("This is not a year.")})
    if kind == ReportKind.QUARTER and not 1 <= quarter <= 4:
        raise RuleViolation(fields={"quarter": _("Choose the quarter.")})
    first, last = period_of(kind, year, quarter)
    if last >= business_date():
        raise RuleViolation(fields={"year": _("The period is not over yet.")})
    root, at, why = _institution(), timezone.now(), clean(note)[:LONGEST]
    reach, unit = units_in_reach(actor, MAKE), root
    if unit_id is not None and unit_id != root.pk:
        found = reach.filter(pk=unit_id).first()
        if found is None:
            raise RuleViolation(fields={"unit_id": _("Choose a unit within your reach.")})
        unit = found
    elif not reach.filter(pk=root.pk).exists():
        raise actor.refusal(MAKE)  # the institution's report needs the institution's reach
    earlier = ComplaintReport.objects.select_for_update().filter(kind=kind, first_day=first, unit=unit)
    revision = len(earlier.values_list("pk", flat=True)) + 1
    if revision > 1 and not why:
        raise RuleViolation(fields={"note": _("This period was reported already: say why it is counted anew.")})
    approver = duty_holder(APPROVE, unit.pk, actor.user_id)
    if approver is None:
        raise RuleViolation(_("Nobody else may approve this report."))
    content, cases = _counted(kind, unit, first, last, at)
    rules, of_unit = in_force(FiguresPolicy), f"-{unit.code}" if unit.pk != root.pk else ""
    made = ComplaintReport(
        report_no=f"CR{year}{f'Q{quarter}' if kind == ReportKind.QUARTER else 'Y'}{of_unit}-{revision}",
        unit=unit, kind=kind, first_day=first, last_day=last, revision=revision, content=content, cases=cases,
        sha256=fingerprint(content, cases), note=why, made_by=actor.name, made_at=at, policy_id=rules.policy_version,
    )  # fmt: skip
    made.save(force_insert=True)
    open_work(
        WORK,
        unit_id=Post.objects.get(pk=approver).unit_id,
        owner_post_id=approver,
        due_at=add(at, Duration(rules.report_days, "working_days")),
        subject_kind=SUBJECT,
        subject_id=made.pk,
        details={"report_no": made.report_no},
        policy_id=rules.policy_version,
    )
    emit(ComplaintReportMade(made.report_no, made.pk, made.sha256))
    return made


@operation(APPROVE, label=_("Approve a statutory report of complaints"), plain=("approve",))
def approve_complaint_report(
    report: ComplaintReport | int, *, actor: Actor, approve: bool, note: str = ""
) -> ComplaintReportDecision:
    """Somebody else than who made it; approving signs its fingerprint. A returned one is made anew."""
    row, why = ComplaintReport.objects.lock(report, actor), clean(note)[:LONGEST]
    if ComplaintReportDecision.objects.filter(report=row).exists():
        raise RuleViolation(_("This report was decided on already."))
    if row.made_by == actor.name:
        raise RuleViolation(_("Somebody else than who made it approves a report."))
    if not approve and not why:
        raise RuleViolation(fields={"note": _("Say why.")})
    signed = disclosure.signed_text(row.report_no, row.sha256, row.content["form"])
    made = ComplaintReportDecision(
        report=row, made_by=row.made_by, approved=approve, note=why, by=actor.name, at=timezone.now(),
        signature=key_ring().sign(signed) if approve else None,
    )  # fmt: skip
    made.save(force_insert=True)
    close_work(WORK, SUBJECT, row.pk, outcome="approved" if approve else "returned", by=actor.name)
    emit(ComplaintReportDecided(row.report_no, row.pk, row.sha256, approve))
    return made


def register() -> None:
    """Declare the kind of work, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Statutory report of complaints"),
            lambda item: _t("Approve the report of complaints %(report_no)s, or return it.") % item.details,
            lambda item: reverse("complaints:report", args=[item.subject_id]),
            icon="report",
            outcomes={
                "approved": pgettext_lazy("complaint report", "Report approved"),
                "returned": pgettext_lazy("complaint report", "Report returned"),
            },
            closable=False,
        )
    )
