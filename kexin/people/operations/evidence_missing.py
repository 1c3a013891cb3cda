"""The clock's duty: a certificate in force whose file nobody has attached becomes somebody's work."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.choices import WorkStatus
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.people.choices import EmployeeStatus
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.evidence_queries import in_force_on, without_file
from kexin.people.models import Qualification

MISSING = "people.evidence_missing"
LABEL = "people.Qualification"
BATCH = 500


@operation("people.flag_missing_evidence", label=_("Open work for certificates without a file"))
def flag_missing_evidence(*, actor: Actor, today: dt.date) -> int:
    """One item per certificate, once, owed by whoever attaches files nearest to the employee's unit; how many.

    At most 500 in one transaction; who has nobody above waits for the next night.
    """
    rules = in_force(EvidencePolicy)
    _close(actor, Qualification.objects.exclude(in_force_on(today), employee__status=EmployeeStatus.ACTIVE))
    since = dt.datetime.combine(today - dt.timedelta(days=rules.remind_days), dt.time.max, zone())
    known = WorkItem.objects.filter(kind=MISSING, subject_kind=LABEL).values("subject_id")
    rows = without_file().filter(in_force_on(today), employee__status=EmployeeStatus.ACTIVE, recorded_at__lte=since)
    opened = 0
    for row in rows.exclude(pk__in=known).select_related("employee").order_by("pk")[:BATCH]:
        employee = row.employee
        owner = duty_holder("people.attach_evidence", employee.unit_id, employee.user_id)
        if owner is None:
            continue
        open_work(
            MISSING,
            unit_id=employee.unit_id,
            owner_post_id=owner,
            due_at=dt.datetime.combine(today + dt.timedelta(days=rules.remind_days), dt.time(23, 59, 59), zone()),
            subject_kind=LABEL,
            subject_id=row.pk,
            details={"employee": employee.pk, "name": employee.name, "name_en": employee.name_en, "kind": row.kind},
            policy_id=rules.policy_version,
        )
        opened += 1
    return opened


def close_missing(actor: Actor, row: Qualification) -> None:
    """Inside an operation: the file has come, or the certificate no longer counts."""
    _close(actor, Qualification.objects.filter(pk=row.pk))


def _close(actor: Actor, rows: QuerySet[Qualification]) -> None:
    these = WorkItem.objects.open().filter(kind=MISSING, subject_kind=LABEL, subject_id__in=rows.values("pk"))
    these.update(status=WorkStatus.DONE, outcome="done", closed_at=timezone.now(), closed_by=actor.name)
