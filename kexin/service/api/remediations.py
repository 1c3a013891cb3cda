"""Measures against the causes of complaints: opened, done, their effect verified."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Page, Paging, Shown, Taken, Version, page_of
from kexin.service.api.complaints import complaint_named
from kexin.service.complaints.choices import RemedyState
from kexin.service.complaints.remedying import (
    VIEW_REMEDIES,
    finish_remediation,
    open_remediation,
    remediation,
    remediations,
    verify_remediation,
)
from kexin.service.models import Remediation

router = Endpoints("remediations", _("Root-cause remediation"))
Brief = Annotated[str, Field(min_length=1, max_length=500, examples=["等待保险公司回函"])]


class RemediationTaken(Taken):
    """The cause, what is wrong without naming the complainant, its owner, until when."""

    cause: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["risk_told"])
    problem: Brief
    post_id: Id
    due_on: Day


class RemediationDoneTaken(Taken):
    """The measure, and what came of it."""

    measure: str = Field(min_length=1, max_length=1000, examples=["双录前增加产品性质确认"])
    done: str = Field(min_length=1, max_length=1000, examples=["已上线"])


class RemediationEffectTaken(Taken):
    """Whether it works; where not, until when it goes on."""

    effective: bool = Field(examples=[True])
    effect: str = Field(min_length=1, max_length=1000, examples=["一个月无同类投诉"])
    due_on: Day | None = Field(default=None, examples=[None])


class RemediationsWanted(Paging):
    """Which measures."""

    state: Annotated[str, Field(pattern=f"^(late|{'|'.join(RemedyState.values)}|)$", examples=["open"])] = ""


class RemediationShown(Shown):
    """A measure against a cause."""

    id: Id
    complaint_id: Id
    cause: str = Field(examples=["risk_told"])
    problem: str = Field(examples=["柜面未提示保险性质"])
    owner_unit_id: Id
    owner_post_id: Id
    measure: str = Field(examples=[""])
    due_on: Day
    state: str = Field(examples=["open"])
    done_by: str = Field(examples=[""])
    verified_by: str = Field(examples=[""])
    effect: str = Field(examples=[""])
    version: Version


def _remediation(row: Remediation) -> RemediationShown:
    names = set(RemediationShown.model_fields) - {"id"}
    return RemediationShown(id=row.pk, **{name: getattr(row, name) for name in names})


def _measure(request: ApiRequest, permission: str, pk: int) -> Remediation:
    return existing(request.actor, permission, Remediation.objects.all(), pk)


@router.write("POST", "/complaints/{complaint_id}/remediations", "service.open_remediation", status=201)
def remediation_opened(request: ApiRequest, complaint_id: Id, data: RemediationTaken) -> RemediationShown:
    """Give the cause of a case its owner, outside the complaint team."""
    row = complaint_named(request, "service.open_remediation", complaint_id)
    return _remediation(open_remediation(row, actor=request.actor, **data.model_dump()))


@router.read("/remediations", VIEW_REMEDIES)
def list_remediations(request: ApiRequest, wanted: Query[RemediationsWanted]) -> Page[RemediationShown]:
    """Measures within reach, the newest first."""
    rows = remediations(request.actor, state=wanted.state)
    items, following = page_of(request, rows, wanted, [("opened_at", "desc"), ("pk", "desc")], _remediation)
    return Page[RemediationShown](items=items, next=following)


@router.read("/remediations/{remediation_id}", VIEW_REMEDIES)
def read_remediation(request: ApiRequest, remediation_id: Id) -> RemediationShown:
    """One measure."""
    return _remediation(remediation(request.actor, remediation_id))


@router.write("POST", "/remediations/{remediation_id}/completion", "service.finish_remediation")
def remediation_finished(request: ApiRequest, remediation_id: Id, data: RemediationDoneTaken) -> RemediationShown:
    """Report a measure as done, by its owner."""
    row = _measure(request, "service.finish_remediation", remediation_id)
    return _remediation(finish_remediation(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/remediations/{remediation_id}/effect", "service.verify_remediation")
def remediation_verified(request: ApiRequest, remediation_id: Id, data: RemediationEffectTaken) -> RemediationShown:
    """Say whether a measure works, by somebody else."""
    row = _measure(request, "service.verify_remediation", remediation_id)
    return _remediation(verify_remediation(row, actor=request.actor, **data.model_dump()))
