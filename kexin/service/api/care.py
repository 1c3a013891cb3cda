"""Care plans, whom they would touch, pauses."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Reason, Shown, Taken, Version, one_of
from kexin.party.models import Customer
from kexin.service.care.choices import CareAct, Occasion
from kexin.service.care.planning import DRAFT, PROPOSE, draft_care_plan, propose_care_plan, stop_care_plan
from kexin.service.care.queries import VIEW, care_coming, care_of, care_plan, care_plans
from kexin.service.care.running import pause_care
from kexin.service.models import CarePlan

router = Endpoints("care", _("Care plans"))


class CarePlanTaken(Taken):
    """A plan: occasion, whom, how long before, what comes of it, in which words."""

    name: str = Field(max_length=60, examples=["生日祝福"])
    name_en: str = Field(max_length=60, examples=["Birthday greeting"])
    unit_id: Id
    occasion: Annotated[one_of(Occasion), Field(examples=["birthday"])]  # type: ignore[valid-type]
    act: Annotated[one_of(CareAct), Field(examples=["message"])]  # type: ignore[valid-type]
    text: str = Field(max_length=300, examples=["祝您生日快乐！"])
    text_en: str = Field(max_length=300, examples=["Happy birthday!"])
    tiers: list[str] = Field(default=[], max_length=20, examples=[[]])
    festivals: list[str] = Field(default=[], max_length=20, examples=[[]])
    every_months: int = Field(default=0, ge=0, le=60, examples=[0])
    ahead_days: int = Field(default=0, ge=0, le=60, examples=[0])


class CareProposalTaken(Taken):
    """Why it should run."""

    reason: Reason


class CarePauseTaken(Taken):
    """Until when, and why; no day lets care go on."""

    until: dt.date | None = Field(default=None, examples=[None])
    reason: str = Field(default="", max_length=200, examples=[""])


class CarePlanShown(Shown):
    """One plan."""

    id: Id
    name: str = Field(examples=["生日祝福"])
    name_en: str = Field(examples=["Birthday greeting"])
    unit_id: Id
    occasion: str = Field(examples=["birthday"])
    act: str = Field(examples=["message"])
    text: str = Field(examples=["祝您生日快乐！"])
    text_en: str = Field(examples=["Happy birthday!"])
    tiers: list[str] = Field(examples=[[]])
    festivals: list[str] = Field(examples=[[]])
    every_months: int = Field(examples=[0])
    ahead_days: int = Field(examples=[0])
    state: str = Field(examples=["running"])
    version: Version


class CarePlansShown(Shown):
    """Plans within reach."""

    items: list[CarePlanShown]


class CareComingLine(Shown):
    """One customer whom a plan would touch; ``held`` says why perhaps not."""

    customer_id: Id
    day: Day
    held: str = Field(examples=["consent"])


class CareComingShown(Shown):
    """The next 31 days, at most 300 customers."""

    items: list[CareComingLine]


class CareTouchLine(Shown):
    """What came of one occasion."""

    plan_id: Id
    day: Day
    state: str = Field(examples=["sent"])
    held: str = Field(examples=[""])


class CustomerCareShown(Shown):
    """A customer's care of late, and until when it is paused."""

    items: list[CareTouchLine]
    paused_until: Day | None


def _shown(row: CarePlan) -> CarePlanShown:
    names = [name for name in CarePlanShown.model_fields if name != "id"]
    return CarePlanShown(id=row.pk, **{name: getattr(row, name) for name in names})


@router.read("/care-plans", VIEW)
def list_care_plans(request: ApiRequest) -> CarePlansShown:
    """Plans within reach."""
    return CarePlansShown(items=[_shown(each.row) for each in care_plans(request.actor)])


@router.write("POST", "/care-plans", DRAFT, status=201)
def care_plan_drafted(request: ApiRequest, data: CarePlanTaken) -> CarePlanShown:
    """Draft a plan."""
    return _shown(draft_care_plan(actor=request.actor, **data.model_dump()))


@router.read("/care-plans/{plan_id}", VIEW)
def read_care_plan(request: ApiRequest, plan_id: Id) -> CarePlanShown:
    """One plan."""
    return _shown(care_plan(request.actor, plan_id))


@router.read("/care-plans/{plan_id}/coming", VIEW)
def list_care_coming(request: ApiRequest, plan_id: Id) -> CareComingShown:
    """Whom it would touch within 31 days, as things stand today."""
    items = [
        CareComingLine(customer_id=each.customer.pk, day=each.day, held=str(each.held))
        for each in care_coming(request.actor, plan_id)
    ]
    return CareComingShown(items=items)


@router.write("POST", "/care-plans/{plan_id}/proposal", PROPOSE, status=201)
def care_plan_proposed(request: ApiRequest, plan_id: Id, data: CareProposalTaken) -> ApprovalShown:
    """Propose it; somebody else lets it run."""
    row = existing(request.actor, PROPOSE, CarePlan.objects.all(), plan_id)
    return approval_of(propose_care_plan(row, actor=request.actor, reason=data.reason))


@router.write("POST", "/care-plans/{plan_id}/stop", "service.stop_care_plan")
def care_plan_stopped(request: ApiRequest, plan_id: Id) -> CarePlanShown:
    """Stop it."""
    row = existing(request.actor, "service.stop_care_plan", CarePlan.objects.all(), plan_id)
    return _shown(stop_care_plan(row, actor=request.actor))


def _of(request: ApiRequest, customer_id: int) -> CustomerCareShown:
    touches, pause = care_of(request.actor, customer_id)
    items = [CareTouchLine(plan_id=each.plan_id, day=each.day, state=each.state, held=each.held) for each in touches]
    return CustomerCareShown(items=items, paused_until=pause.until if pause else None)


@router.read("/customers/{customer_id}/care", VIEW)
def read_customer_care(request: ApiRequest, customer_id: Id) -> CustomerCareShown:
    """A customer's care of late."""
    return _of(request, customer_id)


@router.write("PUT", "/customers/{customer_id}/care/pause", "service.pause_care")
def customer_care_paused(request: ApiRequest, customer_id: Id, data: CarePauseTaken) -> CustomerCareShown:
    """Leave the customer in peace until a day, or let care go on."""
    customer = existing(request.actor, "service.pause_care", Customer.objects.all(), customer_id)
    pause_care(customer, actor=request.actor, until=data.until, reason=data.reason)
    return _of(request, customer_id)
