"""Reads of sellers: what somebody has learned and may sell, lists of certificates and authorisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.decision import Decision, Reason
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.choices import EmployeeStatus
from kexin.people.evidence import Gap
from kexin.people.evidence_queries import HAS_FILE, Files, TrainingLine, files_of, gaps_in, in_force_on, without_file
from kexin.people.models import Employee, ProductAuthorisation, Qualification, QualificationFile, TrainingRecord
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.sellers import (
    NOBODY,
    Authorisation,
    Certificate,
    Learned,
    Sellable,
    Seller,
    seller_standing,
    training_standing,
)
from kexin.people.vocabulary import class_words, regime_words

VIEW = "people.view_qualifications"


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate in words; ``state`` is good, warn (its end comes near) or bad. ``files``: the newest first."""

    row: Qualification
    label: str
    state: str
    running: bool
    files: Sequence[QualificationFile] = ()


@dataclass(frozen=True, slots=True)
class AuthorisationLine:
    """An authorisation in words."""

    row: ProductAuthorisation
    classes: list[str]
    regimes: list[str]
    state: str
    running: bool


@dataclass(frozen=True, slots=True)
class HoursLine:
    """Hours of this calendar year that count for a kind of certificate held, and what the policy asks."""

    label: str
    hours: object
    needed: object
    ethics: object
    ethics_needed: object
    years: int
    enough: bool
    warning: Reason | None


@dataclass(frozen=True, slots=True)
class SellerFile:
    """All that an employee has learned and may sell."""

    certificates: list[CertificateLine]
    authorisations: list[AuthorisationLine]
    hours: list[HoursLine]
    trainings: list[TrainingLine]
    employee: Employee | None = None
    gaps: list[Gap] = field(default_factory=list)


def facts_of(employees: Iterable[Employee]) -> dict[int, Seller]:
    """What the rule needs, per employee: three reads however many."""
    rows = list(employees)
    keys = [row.pk for row in rows]
    certificates: dict[int, list[Certificate]] = {}
    for each in Qualification.objects.filter(employee__in=keys).order_by("pk"):
        certificates.setdefault(each.employee_id, []).append(_certificate(each))
    granted: dict[int, list[Authorisation]] = {}
    for row in ProductAuthorisation.objects.filter(employee__in=keys).order_by("pk"):
        granted.setdefault(row.employee_id, []).append(_authorisation(row))
    learned: dict[int, list[Learned]] = {}
    for training in TrainingRecord.objects.filter(employee__in=keys).order_by("pk"):
        learned.setdefault(training.employee_id, []).extend(_learned(training))
    return {
        row.pk: Seller(
            in_service=row.status == EmployeeStatus.ACTIVE,
            certificates=tuple(certificates.get(row.pk, ())),
            authorisations=tuple(granted.get(row.pk, ())),
            trainings=tuple(learned.get(row.pk, ())),
        )
        for row in rows
    }


def seller_of(actor: Actor) -> tuple[Employee | None, Seller]:
    """The employee behind an actor and what the rule needs of it; nobody for systems and service accounts."""
    employee = Employee.objects.filter(user=actor.user_id).first() if actor.user_id is not None else None
    return (employee, facts_of([employee])[employee.pk]) if employee is not None else (None, NOBODY)


@query(VIEW, label=_("See certificates and product authorisations"))
def standing_of(actor: Actor, employee_id: int, product: Sellable, on: dt.date | None = None) -> Decision:
    """May an employee within reach recommend and sell a product on a day (today by default)? With every reason."""
    row = Employee.objects.fetch(employee_id, actor)
    return seller_standing(facts_of([row])[row.pk], product, in_force(QualificationPolicy), on or business_date())


@query(VIEW, label=_("See certificates and product authorisations"))
def seller_file(actor: Actor, employee_id: int) -> SellerFile:
    """What an employee within reach has learned and may sell."""
    return file_of(Employee.objects.fetch(employee_id, actor))


@query("people.view_own_qualifications", label=_("See one's own certificates"), open_to_all=True)
def own_seller_file(actor: Actor) -> SellerFile | None:
    """The same of oneself; nothing for who is no employee."""
    row = Employee.objects.filter(user=actor.user_id).first() if actor.user_id is not None else None
    return file_of(row) if row is not None else None


@query(VIEW, label=_("See certificates and product authorisations"))
def authorisations(actor: Actor) -> QuerySet[ProductAuthorisation]:
    """Authorisations of employees within reach, ended ones too."""
    missing = without_file().filter(in_force_on(business_date()), employee=OuterRef("employee")).order_by()
    counted = missing.values("employee").annotate(n=Count("pk")).values("n")
    rows = ProductAuthorisation.objects.visible_to(actor, VIEW).annotate(files_missing=Subquery(counted))
    return rows.select_related("employee__unit")


@query(VIEW, label=_("See certificates and product authorisations"))
def certificates(actor: Actor) -> QuerySet[Qualification]:
    """Certificates of employees within reach, ended ones too."""
    rows = Qualification.objects.visible_to(actor, VIEW).annotate(has_file=HAS_FILE)
    return rows.select_related("employee__unit")


def _certificate(row: Qualification) -> Certificate:
    return Certificate(row.kind, row.issued_on, row.valid_until, row.ended_on)


def _authorisation(row: ProductAuthorisation) -> Authorisation:
    return Authorisation(
        tuple(row.classes),
        tuple(row.regimes),
        row.highest_grade,
        row.own_grade,
        row.private,
        row.starts_on,
        row.ends_on,
        row.withdrawn_on,
    )


def _learned(row: TrainingRecord) -> list[Learned]:
    return [Learned(kind, row.held_on, row.hours, row.ethics_hours) for kind in row.kinds]


def certificate_line(
    row: Qualification, rules: QualificationPolicy, on: dt.date, files: Sequence[QualificationFile] = ()
) -> CertificateLine:
    running = _certificate(row).runs(on)
    near = row.valid_until is not None and (row.valid_until - on).days <= rules.warn_days[0]
    return CertificateLine(row, rules.kind_label(row.kind), _state(running, near), running, files)


def authorisation_line(row: ProductAuthorisation, rules: QualificationPolicy, on: dt.date) -> AuthorisationLine:
    running = _authorisation(row).runs(on)
    near = (row.ends_on - on).days <= rules.warn_days[0]
    state = "" if row.starts_on > on and row.withdrawn_on is None else _state(running, near)
    return AuthorisationLine(row, class_words(row.classes), regime_words(row.regimes), state, running)


def _state(running: bool, near: bool) -> str:
    if not running:
        return "bad"
    return "warn" if near else "good"


def file_of(employee: Employee) -> SellerFile:
    """The whole file of an employee whom the caller has found within reach."""
    rules, on = in_force(QualificationPolicy), business_date()
    held = list(Qualification.objects.filter(employee=employee).order_by("ended_on", "-valid_until", "pk"))
    granted = list(ProductAuthorisation.objects.filter(employee=employee).order_by("-ends_on", "pk"))
    trainings = list(TrainingRecord.objects.filter(employee=employee).order_by("-held_on", "-pk"))
    learned = [each for row in trainings for each in _learned(row)]
    lines = []
    for certificate in held:
        rule = rules.kind(certificate.kind)
        if rule is None or not rule.hours or not _certificate(certificate).runs(on):
            continue
        first = on.year - rule.years + 1
        these = [each for each in learned if each.kind == rule.code and first <= each.held_on.year <= on.year]
        hours, ethics = sum(each.hours for each in these), sum(each.ethics for each in these)
        standing = training_standing(_certificate(certificate), learned, rules, on)
        lines.append(
            HoursLine(
                rule.label,
                hours,
                rule.hours,
                ethics,
                rule.ethics,
                rule.years,
                hours >= rule.hours and ethics >= rule.ethics,
                next(iter((*standing.reasons, *standing.warnings)), None),
            )
        )
    facts = Seller(
        employee.status == EmployeeStatus.ACTIVE,
        tuple(_certificate(row) for row in held),
        tuple(_authorisation(row) for row in granted),
        tuple(learned),
    )
    files = files_of(employee) if held or trainings else Files()
    return SellerFile(
        [certificate_line(row, rules, on, files.certificates.get(row.pk, ())) for row in held],
        [authorisation_line(row, rules, on) for row in granted],
        lines,
        [TrainingLine(row, files.trainings.get(row.pk, ())) for row in trainings],
        employee,
        gaps_in(employee, facts, held, trainings, files, on) if facts.in_service else [],
    )
