"""Certificates, training and product authorisations of sellers: recorded by others, granted by two others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, RuleViolation, type_text
from kexin.core.listing import listed
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.core.policy import in_force
from kexin.core.vault import StoredFile
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Employee, ProductAuthorisation, Qualification, TrainingRecord
from kexin.people.operations.evidence import keep, somebody_else
from kexin.people.operations.evidence_missing import close_missing
from kexin.people.operations.qualification_expiry import close_settled
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.vocabulary import class_choices, class_words, regime_choices, regime_words

declare_right("people.approve_authorisation", _("Approve product authorisations"))


def _said(fields: dict[str, str]) -> None:
    missing = {name: _("This is needed.") for name, value in fields.items() if not value.strip()}
    if missing:
        raise RuleViolation(fields=missing)


def _in_service(employee: Employee) -> None:
    if employee.status != EmployeeStatus.ACTIVE:
        raise RuleViolation(_("This employee is not in service."))


@operation(
    "people.record_qualification",
    label=_("Record a certificate"),
    plain=("kind", "number", "issuer", "evidence"),
)
def record_qualification(
    employee: Employee,
    *,
    actor: Actor,
    kind: str,
    number: str,
    issuer: str,
    issued_on: dt.date,
    evidence: str,
    valid_until: dt.date | None = None,
    file: StoredFile | None = None,
) -> Qualification:
    """Enter a certificate of an employee with where it was checked and its scan; an expired one may be entered.

    Raises RuleViolation for an unknown kind, days that make no sense, or one's own; Conflict for a number in use.
    """
    row = Employee.objects.lock(employee, actor)
    somebody_else(row, actor)
    _in_service(row)
    rules = in_force(QualificationPolicy)
    if rules.kind(kind) is None:
        raise RuleViolation(fields={"kind": _("There is no such kind of certificate.")})
    _said({"number": number, "issuer": issuer, "evidence": evidence})
    if issued_on > business_date():
        raise RuleViolation(fields={"issued_on": _("This day has not come yet.")})
    if valid_until is not None and valid_until < issued_on:
        raise RuleViolation(fields={"valid_until": _("The end lies before the beginning.")})
    if Qualification.objects.filter(kind=kind, number=number.strip()).exists():
        raise Conflict(fields={"number": _("A certificate of this kind and number is recorded already.")})
    made = Qualification.objects.create(
        employee=row,
        kind=kind,
        number=number.strip(),
        issuer=issuer.strip(),
        issued_on=issued_on,
        valid_until=valid_until,
        evidence=evidence.strip(),
        recorded_by=actor.name,
    )
    if file is not None:
        keep(made, file, actor)
    close_settled(actor, row)
    return made


@operation("people.end_qualification", label=_("End a certificate"), plain=("reason",))
def end_qualification(qualification: Qualification, *, actor: Actor, reason: str) -> Qualification:
    """A certificate no longer counts from today on (withdrawn, lapsed, entered by mistake); it stays readable."""
    row = Qualification.objects.lock(qualification, actor)
    somebody_else(row.employee, actor)
    _said({"reason": reason})
    if row.ended_on is not None:
        raise RuleViolation(_("This certificate was ended already."))
    row.ended_on, row.ended_by, row.end_reason = business_date(), actor.name, reason.strip()[:200]
    row.save(update_fields=["ended_on", "ended_by", "end_reason"])
    close_settled(actor, row.employee)
    close_missing(actor, row)
    return row


@operation("people.record_training", label=_("Record training"), plain=("subject", "kinds", "evidence"))
def record_training(
    employee: Employee,
    *,
    actor: Actor,
    held_on: dt.date,
    subject: str,
    kinds: Sequence[str],
    hours: Decimal,
    evidence: str,
    ethics_hours: Decimal = Decimal(0),
    file: StoredFile | None = None,
) -> TrainingRecord:
    """Enter a training and the certificates for which its hours count, with the sheet that proves it."""
    row = Employee.objects.lock(employee, actor)
    somebody_else(row, actor)
    rules = in_force(QualificationPolicy)
    _said({"subject": subject, "evidence": evidence})
    if not kinds or any(rules.kind(kind) is None for kind in kinds):
        raise RuleViolation(fields={"kinds": _("Choose for which certificates the hours count.")})
    if held_on > business_date():
        raise RuleViolation(fields={"held_on": _("This day has not come yet.")})
    if not 0 < hours <= 400 or hours != round(hours, 1):
        raise RuleViolation(fields={"hours": _("From 0.1 to 400 hours, one decimal.")})
    if not 0 <= ethics_hours <= hours or ethics_hours != round(ethics_hours, 1):
        raise RuleViolation(fields={"ethics_hours": _("At most the hours of the training.")})
    if TrainingRecord.objects.filter(employee=row, held_on=held_on, subject=subject.strip()).exists():
        raise Conflict(fields={"subject": _("This training of that day is recorded already.")})
    made = TrainingRecord.objects.create(
        employee=row,
        held_on=held_on,
        subject=subject.strip(),
        kinds=sorted(set(kinds)),
        hours=hours,
        ethics_hours=ethics_hours,
        evidence=evidence.strip(),
        recorded_by=actor.name,
    )
    if file is not None:
        keep(made, file, actor)
    return made


@operation(
    "people.propose_authorisation",
    label=_("Propose a product authorisation"),
    plain=("classes", "regimes", "reason"),
)
def propose_authorisation(
    employee: Employee,
    *,
    actor: Actor,
    classes: Sequence[str],
    highest_grade: int,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    regimes: Sequence[str] = (),
    own_grade: int | None = None,
    private: bool = False,
) -> Approval:
    """Propose what a seller may recommend and sell; somebody else approves. Certificates are checked at each sale."""
    row = Employee.objects.lock(employee, actor)
    somebody_else(row, actor)
    _in_service(row)
    _check_authorisation(classes, regimes, highest_grade, own_grade, starts_on, ends_on)
    summary: dict[str, Any] = {
        str(_("Employee")): f"{row.name} {row.staff_no}",
        str(_("product classes")): listed(class_words(sorted(set(classes)))),
        str(_("rules of sale")): listed(regime_words(sorted(set(regimes)))) or str(_("all")),
        str(_("up to the risk grade")): f"R{highest_grade}",
        str(_("the seller's own grade")): str(own_grade or "–"),
        str(_("private offerings too")): str(_("yes") if private else _("no")),
        str(_("Period")): f"{starts_on} – {ends_on}",
    }
    return propose(
        "people.propose_authorisation",
        actor=actor,
        arguments={
            "employee": row.pk,
            "classes": sorted(set(classes)),
            "regimes": sorted(set(regimes)),
            "highest_grade": highest_grade,
            "own_grade": own_grade,
            "private": private,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
            "proposed_by": actor.name,
        },
        summary=summary,
        unit_id=row.unit_id,
        reason=reason,
        subject_kind="people.Employee",
        subject_id=row.pk,
    )


def _check_authorisation(
    classes: Sequence[str],
    regimes: Sequence[str],
    highest_grade: int,
    own_grade: int | None,
    starts_on: dt.date,
    ends_on: dt.date,
) -> None:
    rules = in_force(QualificationPolicy)
    wrong: dict[str, type_text] = {}
    known = {code for code, _label in class_choices()} - set(rules.free)
    if not classes or not set(classes) <= known:
        wrong["classes"] = _("Choose the classes of products.")
    if not set(regimes) <= {code for code, _label in regime_choices()}:
        wrong["regimes"] = _("There are no such rules of sale.")
    if not 1 <= highest_grade <= 5:
        wrong["highest_grade"] = _("A grade from 1 to 5.")
    if own_grade is not None and rules.top_of(own_grade) is None:
        wrong["own_grade"] = _("The policy knows no such grade of sellers.")
    if own_grade is None and set(classes) & set(rules.graded):
        wrong["own_grade"] = _("Sellers of these products have a grade of their own.")
    if starts_on < business_date():
        wrong["starts_on"] = _("An authorisation cannot begin in the past.")
    if ends_on < starts_on:
        wrong["ends_on"] = _("The end lies before the beginning.")
    elif (ends_on - starts_on).days >= rules.longest_authorisation:
        wrong["ends_on"] = _("At most %(days)s days.") % {"days": rules.longest_authorisation}
    if wrong:
        raise RuleViolation(fields=wrong)


def _grant(actor: Actor, arguments: dict[str, Any]) -> ProductAuthorisation:
    employee = Employee.objects.select_for_update().get(pk=arguments["employee"])
    somebody_else(employee, actor)
    _in_service(employee)
    made = ProductAuthorisation.objects.create(
        employee=employee,
        classes=arguments["classes"],
        regimes=arguments["regimes"],
        highest_grade=arguments["highest_grade"],
        own_grade=arguments["own_grade"],
        private=arguments["private"],
        starts_on=dt.date.fromisoformat(arguments["starts_on"]),
        ends_on=dt.date.fromisoformat(arguments["ends_on"]),
        proposed_by=arguments["proposed_by"],
        granted_by=actor.name,
    )
    close_settled(actor, employee)
    return made


register_approvable(
    Approvable(
        operation="people.propose_authorisation",
        decide="people.approve_authorisation",
        label=_("Product authorisation"),
        apply=_grant,
        url=lambda approval: reverse("people_employee", args=[approval.subject_id]),
    )
)


@operation("people.withdraw_authorisation", label=_("Withdraw a product authorisation"), plain=("reason",))
def withdraw_authorisation(authorisation: ProductAuthorisation, *, actor: Actor, reason: str) -> ProductAuthorisation:
    """It no longer counts from today on. Taking away needs a reason and no second person."""
    row = ProductAuthorisation.objects.lock(authorisation, actor)
    _said({"reason": reason})
    if row.withdrawn_on is not None or row.ends_on < business_date():
        raise RuleViolation(_("This authorisation has ended already."))
    row.withdrawn_on, row.withdrawn_by, row.withdraw_reason = business_date(), actor.name, reason.strip()[:200]
    row.save(update_fields=["withdrawn_on", "withdrawn_by", "withdraw_reason"])
    close_settled(actor, row.employee)
    return row
