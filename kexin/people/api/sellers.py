"""Certificates, training and product authorisations of sellers."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.shapes import Day, Id, Page, Paging, Reason, Shown, Taken, Why, page_of
from kexin.core.policy import in_force
from kexin.core.ui.sending import sent
from kexin.people.duty_queries import roster
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.models import Employee, ProductAuthorisation, Qualification
from kexin.people.operations import (
    end_qualification,
    export_sellers,
    propose_authorisation,
    record_qualification,
    record_training,
    withdraw_authorisation,
)
from kexin.people.operations.seller_export import sellers_file
from kexin.people.seller_queries import VIEW, authorisations, certificates, own_seller_file, seller_file, standing_of
from kexin.people.sellers import Sellable

router = Endpoints("sellers", _("Sellers"))


class QualificationShown(Shown):
    """A certificate."""

    id: Id
    employee_id: Id
    kind: str = Field(examples=["fund"])
    number: str = Field(examples=["A2026030200123"])
    issuer: str = Field(examples=["中国证券投资基金业协会"])
    issued_on: Day
    valid_until: Day | None
    ended_on: Day | None
    evidence: str = Field(examples=["协会官网查询，2026-03-02"])


class QualificationTaken(Taken):
    """A certificate with where it was checked."""

    kind: str = Field(min_length=1, max_length=30, examples=["fund"])
    number: str = Field(min_length=1, max_length=60, examples=["A2026030200123"])
    issuer: str = Field(min_length=1, max_length=80, examples=["中国证券投资基金业协会"])
    issued_on: Day
    valid_until: Day | None = None
    evidence: str = Field(min_length=1, max_length=200, examples=["协会官网查询，2026-03-02"])


class TrainingTaken(Taken):
    """A training and the certificates for which its hours count."""

    held_on: Day
    subject: str = Field(min_length=1, max_length=120, examples=["基金销售适当性"])
    kinds: list[str] = Field(min_length=1, max_length=20, examples=[["fund"]])
    hours: Decimal = Field(gt=0, max_digits=5, decimal_places=1, examples=["8.0"])
    ethics_hours: Decimal = Field(default=Decimal(0), ge=0, max_digits=5, decimal_places=1, examples=["2.0"])
    evidence: str = Field(min_length=1, max_length=200, examples=["签到表 2026-03"])


class TrainingShown(Shown):
    """A training."""

    id: Id
    held_on: Day
    subject: str = Field(examples=["基金销售适当性"])
    kinds: list[str] = Field(examples=[["fund"]])
    hours: Decimal = Field(examples=["8.0"])
    ethics_hours: Decimal = Field(examples=["2.0"])


class AuthorisationShown(Shown):
    """What a seller may recommend and sell, from when until when."""

    id: Id
    employee_id: Id
    classes: list[str] = Field(examples=[["fund", "wealth"]])
    regimes: list[str] = Field(description="None: all rules of sale", examples=[[]])
    highest_grade: int = Field(examples=[3])
    own_grade: int | None = Field(examples=[None])
    private: bool
    starts_on: Day
    ends_on: Day
    withdrawn_on: Day | None


class AuthorisationTaken(Taken):
    """A proposed authorisation."""

    classes: list[str] = Field(min_length=1, max_length=20, examples=[["fund", "wealth"]])
    regimes: list[str] = Field(default=[], max_length=10, examples=[[]])
    highest_grade: int = Field(ge=1, le=5, examples=[3])
    own_grade: int | None = Field(default=None, ge=1, le=5, examples=[None])
    private: bool = False
    starts_on: Day
    ends_on: Day
    reason: Reason


class ProposedAuthorisation(Shown):
    """What awaits the decision of a second person."""

    approval_id: Id


class SellerShown(Shown):
    """What an employee has learned and may sell."""

    certificates: list[QualificationShown]
    authorisations: list[AuthorisationShown]
    trainings: list[TrainingShown]


class OnDutyShown(Shown):
    """Somebody in a post that asks for certificates, and the kinds that are not in force today."""

    employee_id: Id
    roles: list[str] = Field(examples=[["wealth_manager"]])
    needed: list[str] = Field(examples=[["bank_wealth", "fund"]])
    lacking: list[str] = Field(examples=[["fund"]])


class SellableTaken(Taken):
    """The product that somebody would sell, and the day."""

    product_class: str = Field(max_length=20, examples=["fund"])
    regime: str = Field(default="", max_length=20, examples=["securities"])
    grade: int | None = Field(default=None, ge=1, le=5, examples=[3])
    private: bool = False
    on: Day | None = None


class StandingShown(Shown):
    """May it be sold by this seller, and every reason against it."""

    allowed: bool
    reasons: list[str] = Field(examples=[["certificate_expired"]])
    words: list[str] = Field(examples=[["销售人员的资格证书（基金从业资格）自 2026-03-01 起失效。"]])
    warnings: list[str] = Field(examples=[[]])


class SellersExport(Taken):
    """Which format, and what for."""

    format: Format = "csv"
    purpose: str = Field(min_length=1, max_length=200, examples=["季度持证检查"])


def _qualification(row: Qualification) -> QualificationShown:
    return QualificationShown(
        **{name: getattr(row, name) for name in QualificationShown.model_fields if name != "id"}, id=row.pk
    )


def _authorisation(row: ProductAuthorisation) -> AuthorisationShown:
    return AuthorisationShown(
        **{name: getattr(row, name) for name in AuthorisationShown.model_fields if name != "id"}, id=row.pk
    )


def _training(row: object) -> TrainingShown:
    return TrainingShown(**{name: getattr(row, name) for name in TrainingShown.model_fields})


@router.read("/employees/{employee_id}/selling", VIEW)
def read_seller(request: ApiRequest, employee_id: Id) -> SellerShown:
    """Certificates, authorisations and training of one employee."""
    return _file(seller_file(request.actor, employee_id))


@router.read("/me/selling", "people.view_own_qualifications")
def read_own_selling(request: ApiRequest) -> SellerShown:
    """The same of oneself; empty for who is no employee."""
    return _file(own_seller_file(request.actor))


def _file(found: object) -> SellerShown:
    if found is None:
        return SellerShown(certificates=[], authorisations=[], trainings=[])
    return SellerShown(
        certificates=[_qualification(line.row) for line in found.certificates],  # type: ignore[attr-defined]
        authorisations=[_authorisation(line.row) for line in found.authorisations],  # type: ignore[attr-defined]
        trainings=[_training(line.row) for line in found.trainings],  # type: ignore[attr-defined]
    )


@router.read("/employees/{employee_id}/standing", VIEW, _("See whether somebody may sell a product"))
def read_standing(request: ApiRequest, employee_id: Id, wanted: Query[SellableTaken]) -> StandingShown:
    """May this employee recommend and sell such a product on a day? Every reason against it."""
    product = Sellable(wanted.product_class, wanted.regime, wanted.grade, wanted.private)
    found = standing_of(request.actor, employee_id, product, wanted.on)
    return StandingShown(
        allowed=found.allowed,
        reasons=[each.code for each in found.reasons],
        words=[str(each.text) for each in found.reasons],
        warnings=[str(each.text) for each in found.warnings],
    )


@router.read("/authorisations", VIEW, _("List product authorisations"))
def list_authorisations(request: ApiRequest, wanted: Query[Paging]) -> Page[AuthorisationShown]:
    """Authorisations of employees within reach, the earliest end first; ended ones too."""
    rows = authorisations(request.actor)
    lines, following = page_of(request, rows, wanted, [("ends_on", "asc")], _authorisation)
    return Page[AuthorisationShown](items=lines, next=following)


@router.read("/qualifications", VIEW, _("List certificates"))
def list_qualifications(request: ApiRequest, wanted: Query[Paging]) -> Page[QualificationShown]:
    """Certificates of employees within reach, the earliest end first; ended ones too."""
    rows = certificates(request.actor)
    lines, following = page_of(request, rows, wanted, [("valid_until", "asc")], _qualification)
    return Page[QualificationShown](items=lines, next=following)


@router.read("/sellers/on-duty", VIEW, _("List who is on duty with which certificates"))
def list_on_duty(request: ApiRequest, wanted: Query[Paging]) -> Page[OnDutyShown]:
    """Employees within reach whose roles ask for certificates, and which of these they lack today."""
    asked = in_force(EvidencePolicy).by_role

    def line(row: Employee) -> OnDutyShown:
        roles: list[str] = row.duty_roles  # type: ignore[attr-defined]
        needed = {kind for role in roles for kind in asked.get(role, ())}
        missing = sorted(needed.difference(row.held_kinds))  # type: ignore[attr-defined]
        return OnDutyShown(employee_id=row.pk, roles=roles, needed=sorted(needed), lacking=missing)

    lines, following = page_of(request, roster(request.actor), wanted, [("staff_no", "asc")], line)
    return Page[OnDutyShown](items=lines, next=following)


@router.write("POST", "/employees/{employee_id}/qualifications", "people.record_qualification", status=201)
def add_qualification(request: ApiRequest, employee_id: Id, data: QualificationTaken) -> QualificationShown:
    """Record a certificate of somebody else."""
    return _qualification(record_qualification(Employee(pk=employee_id), actor=request.actor, **data.model_dump()))


@router.write("POST", "/qualifications/{qualification_id}/end", "people.end_qualification")
def stop_qualification(request: ApiRequest, qualification_id: Id, data: Why) -> QualificationShown:
    """It no longer counts from today on."""
    row = end_qualification(Qualification(pk=qualification_id), actor=request.actor, reason=data.reason)
    return _qualification(row)


@router.write("POST", "/employees/{employee_id}/training", "people.record_training", status=201)
def add_training(request: ApiRequest, employee_id: Id, data: TrainingTaken) -> TrainingShown:
    """Record a training of somebody else."""
    return _training(record_training(Employee(pk=employee_id), actor=request.actor, **data.model_dump()))


@router.write("POST", "/employees/{employee_id}/authorisations", "people.propose_authorisation", status=202)
def add_authorisation(request: ApiRequest, employee_id: Id, data: AuthorisationTaken) -> ProposedAuthorisation:
    """Propose what somebody may sell; it counts once another person has approved it."""
    made = propose_authorisation(Employee(pk=employee_id), actor=request.actor, **data.model_dump())
    return ProposedAuthorisation(approval_id=made.pk)


@router.write("POST", "/authorisations/{authorisation_id}/withdraw", "people.withdraw_authorisation")
def stop_authorisation(request: ApiRequest, authorisation_id: Id, data: Why) -> AuthorisationShown:
    """It no longer counts from today on."""
    row = withdraw_authorisation(ProductAuthorisation(pk=authorisation_id), actor=request.actor, reason=data.reason)
    return _authorisation(row)


@router.write("POST", "/authorisations/export", "people.export_sellers", once=False, content=TABLE)
def export_authorisations(request: ApiRequest, data: SellersExport) -> HttpResponse:
    """Sellers by authorisation as a file; watermarked and recorded."""
    actor = request.actor
    allowed = export_sellers(actor=actor, rows=ProductAuthorisation.objects.all(), purpose=data.purpose)
    return sent(data.format, sellers_file(allowed), actor)  # type: ignore[return-value]
