"""Keeping, changing, copying, deleting, scheduling a report, and taking it out as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date, is_working
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.export import Leaving, may_leave, need_purpose
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.reports.asked import ReportAsked, checked, rights_needed
from kexin.core.reports.pivot import computed
from kexin.core.workflow import close_work
from kexin.desk.models import Report, ReportFile, ReportFormat, ReportRhythm
from kexin.desk.policies import ReportPolicy
from kexin.desk.reports import files, shown
from kexin.desk.reports.queries import files_of, first_due, limits, reports_of, share_choices
from kexin.desk.reports.work import FILE, READY, STOPPED, SUBJECT
from kexin.people.models import OrgUnit


def _owner(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotPermitted  # a service account computes reports; it keeps none
    return actor.user_id


def _own(actor: Actor, pk: int) -> Report:
    """One's own report, locked."""
    row = Report.objects.select_for_update().filter(pk=pk, owner_id=_owner(actor)).first()
    if row is None:
        raise NotFound
    return row


def _named(name: str) -> str:
    name = " ".join(name.split())[:60]
    if not name:
        raise RuleViolation(fields={"name": _("A name is needed.")})
    return name


def _kept(row: Report) -> Report:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(fields={"name": _("You have a report of this name already.")}) from error
    act = frame.current.get()
    if act is not None:
        act.subject = ("desk.Report", row.pk)
    return row


def _allowed(actor: Actor, asked: ReportAsked) -> ReportAsked:
    """A report that makes sense and that its owner may see."""
    dataset, asked = checked(asked)
    for right in rights_needed(dataset, asked):
        if not actor.may(right):
            raise actor.refusal(right)
    return asked


@operation("desk.save_report", label=_("Save a report"))
def save_report(*, actor: Actor, name: str, asked: ReportAsked) -> Report:
    """Keep a report of one's own under a name."""
    owner, asked = _owner(actor), _allowed(actor, asked)
    if Report.objects.filter(owner_id=owner).count() >= in_force(ReportPolicy).most_reports:
        raise RuleViolation(_("You have as many reports as the policy allows; delete one first."))
    return _kept(Report(name=_named(name), owner_id=owner, asked=asked.as_json()))


@operation("desk.change_report", label=_("Change a report"))
def change_report(
    report_id: int,
    *,
    actor: Actor,
    name: str | None = None,
    asked: ReportAsked | None = None,
    share: bool | None = None,
    unit: OrgUnit | None = None,
) -> Report:
    """Rename one's own report, ask something else, share it with a ``unit`` and all below it (``share``), or stop that.

    What is None stays. Sharing shows nobody a figure beyond the own reach.
    """
    row = _own(actor, report_id)
    if name is not None:
        row.name = _named(name)
    if asked is not None:
        row.asked = _allowed(actor, asked).as_json()
    if share is not None:
        if share and unit not in share_choices(actor):
            raise RuleViolation(fields={"unit": _("Choose your own unit or one within your reach.")})
        row.shared_with = unit if share else None
    row.version += 1
    return _kept(row)


@operation("desk.copy_report", label=_("Copy a report"))
def copy_report(report_id: int, *, actor: Actor) -> Report:
    """A report of one's own that asks the same as a shared or an own one; neither shared nor scheduled."""
    source = reports_of(actor).filter(pk=report_id).first()
    if source is None:
        raise NotFound
    taken = set(Report.objects.filter(owner_id=_owner(actor)).values_list("name", flat=True))
    if len(taken) >= in_force(ReportPolicy).most_reports:
        raise RuleViolation(_("You have as many reports as the policy allows; delete one first."))
    name, number = source.name, 2
    while name in taken:
        name, number = f"{source.name[:55]} ({number})", number + 1
    return _kept(Report(name=name, owner_id=_owner(actor), asked=source.asked))


@operation("desk.delete_report", label=_("Delete a report"))
def delete_report(report_id: int, *, actor: Actor) -> None:
    """Delete one's own report. Files already made lie until their time; its notices are closed."""
    row = _own(actor, report_id)
    close_work(STOPPED, SUBJECT, row.pk, outcome="deleted", by=actor.name, cancelled=True)
    row.delete()


@operation("desk.schedule_report", label=_("Have a report made by itself"), plain=("rhythm", "form"))
def schedule_report(report_id: int, *, actor: Actor, rhythm: str, form: str = ReportFormat.XLSX) -> Report:
    """Have one's own report made on working days, for the inbox, with the rights one has on that day; "" ends it."""
    row = _own(actor, report_id)
    if rhythm not in ReportRhythm.values:
        raise RuleViolation(fields={"rhythm": _("There is no such rhythm.")})
    if form not in ReportFormat.values:
        raise RuleViolation(fields={"form": _("There is no such format.")})
    if rhythm and actor.post_id is None:
        raise RuleViolation(_("Only who holds a post has an inbox."))
    if rhythm:
        _allowed(actor, ReportAsked.from_json(row.asked))
    row.rhythm, row.format, row.stopped = rhythm, form, ""
    row.next_on = first_due(rhythm, business_date(), is_working) if rhythm else None
    row.version += 1
    close_work(STOPPED, SUBJECT, row.pk, outcome="scheduled", by=actor.name)
    return _kept(row)


@operation("desk.export_report", label=_("Export a report"), plain=("purpose",))
def export_report(*, actor: Actor, asked: ReportAsked, name: str, purpose: str) -> Leaving:
    """Allow a report of the reader's own reach to leave for a purpose; the audit keeps of what and how many."""
    need_purpose(purpose)
    pivot = computed(actor, asked, limits())
    may_leave(len(pivot.rows), purpose)
    return shown.as_file(pivot, name or _t("Report"))


@operation("desk.download_report", label=_("Download a file of a scheduled report"))
def download_report(file_id: int, *, actor: Actor) -> tuple[ReportFile, Iterator[bytes]]:
    """The bytes of one's own file, decrypted piece by piece; its notice in the inbox is done with that.

    Who may not see such figures any more, or has not shown the second factor, does not get them by a file either.
    """
    row = files_of(actor).filter(pk=file_id).first()
    if row is None:
        raise NotFound
    _allowed(actor, ReportAsked.from_json(row.asked))
    close_work(READY, FILE, row.pk, outcome="fetched", by=actor.name)
    act = frame.current.get()
    if act is not None:
        act.subject, act.notes["rows"] = ("desk.ReportFile", row.pk), row.lines
    return row, files.read(row.stored_as, bytes(row.sealed_key))
