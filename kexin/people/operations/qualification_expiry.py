"""The clock's duty: certificates and authorisations whose end comes near become their head's and holder's work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
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
from kexin.people.models import Employee, ProductAuthorisation, Qualification
from kexin.people.qualification_policies import QualificationPolicy

CERTIFICATE = "people.qualification_expiring"
AUTHORISATION = "people.authorisation_expiring"
_LABELS = {CERTIFICATE: "people.Qualification", AUTHORISATION: "people.ProductAuthorisation"}


@operation("people.flag_expiring_qualifications", label=_("Open work for expiring certificates and authorisations"))
def flag_expiring_qualifications(*, actor: Actor, today: dt.date) -> int:
    """One open item per certificate or authorisation in its last days, rising at each step; how many changed.

    It is owed by whoever records certificates (for authorisations: proposes them) nearest to the employee's unit,
    never by the employee. One that a longer one of the same kind follows is nobody's work.
    """
    rules = in_force(QualificationPolicy)
    _close(actor, CERTIFICATE, _settled_certificates())
    _close(actor, AUTHORISATION, _settled_authorisations())
    last = today + dt.timedelta(days=rules.warn_days[0])
    working = Q(employee__status=EmployeeStatus.ACTIVE)
    ending = Qualification.objects.filter(working, ended_on=None, valid_until__lte=last).exclude(_followed())
    changed = sum(
        _flag(CERTIFICATE, row.pk, row.employee, row.valid_until, {"kind": row.kind}, today, rules)
        for row in ending.select_related("employee").order_by("pk")
        if row.valid_until is not None
    )
    granted = ProductAuthorisation.objects.filter(working, withdrawn_on=None, ends_on__lte=last).exclude(_renewed())
    return changed + sum(
        _flag(AUTHORISATION, row.pk, row.employee, row.ends_on, {"classes": row.classes}, today, rules)
        for row in granted.select_related("employee").order_by("pk")
    )


def _followed() -> Exists:
    """Does the employee hold another certificate of the kind that is valid for longer?"""
    newer = Qualification.objects.filter(employee=OuterRef("employee"), kind=OuterRef("kind"), ended_on=None)
    return Exists(newer.filter(Q(valid_until=None) | Q(valid_until__gt=OuterRef("valid_until"))))


def _renewed() -> Exists:
    """Does another authorisation cover the same classes for longer?"""
    newer = ProductAuthorisation.objects.filter(employee=OuterRef("employee"), withdrawn_on=None)
    return Exists(newer.filter(classes__contains=OuterRef("classes"), ends_on__gt=OuterRef("ends_on")))


def _flag(
    kind: str,
    pk: int,
    employee: Employee,
    ends_on: dt.date,
    about: dict[str, object],
    today: dt.date,
    rules: QualificationPolicy,
) -> int:
    left = (ends_on - today).days
    steps = sum(left <= step for step in rules.warn_days) + (left < 0)
    known = WorkItem.objects.filter(kind=kind, subject_kind=_LABELS[kind], subject_id=pk).order_by("-pk").first()
    if known is not None and known.details.get("steps") == steps:
        return 0
    duty = "people.record_qualification" if kind == CERTIFICATE else "people.propose_authorisation"
    owner = duty_holder(duty, employee.unit_id, employee.user_id)
    if owner is None:
        return 0
    details = {**about, "employee": employee.pk, "name": employee.name, "name_en": employee.name_en,
               "ends_on": ends_on.isoformat(), "steps": steps}  # fmt: skip
    item = open_work(
        kind,
        unit_id=employee.unit_id,
        owner_post_id=owner,
        due_at=dt.datetime.combine(max(ends_on, today), dt.time(23, 59, 59), zone()),
        subject_kind=_LABELS[kind],
        subject_id=pk,
        details=details,
        priority=1 + steps,
        policy_id=rules.policy_version,
    )
    if item.details.get("steps") != steps:
        WorkItem.objects.filter(pk=item.pk).update(
            details={**item.details, **details},
            priority=1 + steps,
            snoozed_until=None,
            reminded_at=timezone.now(),
            version=F("version") + 1,
        )
    return 1


def _settled_certificates() -> QuerySet[Qualification]:
    gone = ~Q(employee__status=EmployeeStatus.ACTIVE) | Q(ended_on__isnull=False)
    return Qualification.objects.filter(gone | Q(_followed()))


def _settled_authorisations() -> QuerySet[ProductAuthorisation]:
    gone = ~Q(employee__status=EmployeeStatus.ACTIVE) | Q(withdrawn_on__isnull=False)
    return ProductAuthorisation.objects.filter(gone | Q(_renewed()))


def close_settled(actor: Actor, employee: Employee) -> None:
    """What was renewed or ended for an employee is nobody's work any more. Inside an operation."""
    _close(actor, CERTIFICATE, _settled_certificates().filter(employee=employee))
    _close(actor, AUTHORISATION, _settled_authorisations().filter(employee=employee))


def _close(actor: Actor, kind: str, rows: QuerySet[Any]) -> None:
    these = WorkItem.objects.open().filter(kind=kind, subject_kind=_LABELS[kind], subject_id__in=rows.values("pk"))
    these.update(status=WorkStatus.DONE, outcome="renewed", closed_at=timezone.now(), closed_by=actor.name)
