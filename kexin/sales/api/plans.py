"""Plans: drafting, sending to the customer, taking back, and the sale that comes of a line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.party.models import Customer
from kexin.sales.advice.choices import PlanState
from kexin.sales.advice.planning import change_plan, draft_plan, send_plan, withdraw_plan
from kexin.sales.advice.queries import VIEW, plan_file, plans
from kexin.sales.advice.rules import Line
from kexin.sales.advice.selling import open_planned_sale
from kexin.sales.choices import SaleChannel
from kexin.sales.models import Plan, PlanLine

router = Endpoints("plans", _("Plans"))
Words = Annotated[str, Field(max_length=4000)]


class PlanLineTaken(Taken):
    """A product that is proposed, how much, and why."""

    product_id: Id
    amount: Annotated[Decimal, Field(max_digits=20, decimal_places=2, gt=0, examples=["50000.00"])]
    why: str = Field(min_length=1, max_length=300, examples=["期限与教育金用款时间一致"])


class PlanTaken(Taken):
    """Content, term, fees, risk and products; a draft may have gaps."""

    title: str = Field(min_length=1, max_length=80, examples=["教育金安排"])
    content: Words = Field(default="", examples=["每季度检视一次，到期前十天提醒"])
    term: Words = Field(default="", examples=["一年"])
    fees: Words = Field(default="", examples=["服务不收费，产品费用见说明书"])
    risk: Words = Field(default="", examples=["产品非存款，可能亏损"])
    starts_on: dt.date | None = Field(default=None, examples=["2026-03-02"])
    ends_on: dt.date | None = Field(default=None, examples=["2027-03-01"])
    lines: list[PlanLineTaken] = Field(default=[], max_length=8, examples=[[]])


class PlanChangeTaken(PlanTaken):
    """The plan as it shall read; where the last version was sent, a new one begins."""

    version: Version


class PlanSendingTaken(Taken):
    """Which state of the plan was read."""

    version: Version


class PlanWithdrawalTaken(PlanSendingTaken):
    """Why it is taken back."""

    reason: str = Field(min_length=1, max_length=200, examples=["客户资金安排有变"])


class PlannedSaleTaken(Taken):
    """How the sale happens, and the matching opinion of today for this channel and the plan's amount."""

    channel: one_of(SaleChannel)  # type: ignore[valid-type]
    staff_took_part: bool = Field(examples=[True])
    decision_no: Id


class PlansWanted(Paging):
    """Which plans, which part of the list."""

    state: one_of(PlanState) | None = None  # type: ignore[valid-type]


class PlanLineShown(Shown):
    """A product of a plan; grade and fees as they were when it was sent."""

    id: Id
    product_id: Id
    product: str = Field(examples=["稳盈九十天"])
    amount: Amount
    currency: str = Field(examples=["CNY"])
    why: str = Field(examples=["期限与用款时间一致"])
    grade: int | None = Field(examples=[2])
    fees: str = Field(examples=["管理费 0.3%"])
    decision_no: Id | None
    sale_no: str = Field(examples=[""])


class PlanShown(Shown):
    """A plan in a list; ``state`` is that of its newest version."""

    id: Id
    plan_no: str = Field(examples=["P202600000001"])
    customer_id: Id
    number: int = Field(examples=[1])
    state: str = Field(examples=["sent"])
    made_at: Moment
    version: Version


class PlanWhole(PlanShown):
    """The newest version of a plan."""

    title: str = Field(examples=["教育金安排"])
    content: str = Field(examples=["每季度检视一次"])
    term: str = Field(examples=["一年"])
    fees: str = Field(examples=["服务不收费"])
    risk: str = Field(examples=["可能亏损"])
    starts_on: Day | None
    ends_on: Day | None
    written_by: str = Field(examples=["1001"])
    sent_at: Moment | None
    answered_at: Moment | None
    sha256: str = Field(examples=[""])
    lines: list[PlanLineShown]


class SaleOfPlan(Shown):
    """The sale that was opened; ``/sales/{id}`` has its gates."""

    sale_id: Id
    sale_no: str = Field(examples=["S202600000001"])


def _plain(row: Plan) -> dict[str, Any]:
    names = ("plan_no", "customer_id", "number", "state", "made_at", "version")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _whole(request: ApiRequest, pk: int) -> PlanWhole:
    file = plan_file(request.actor, pk)
    words = ("title", "content", "term", "fees", "risk")
    texts: dict[str, Any] = {name: str(getattr(file.shown, name) or "") for name in words}
    names = ("starts_on", "ends_on", "written_by", "sent_at", "answered_at", "sha256")
    lines = [
        PlanLineShown(
            id=each.pk,
            product_id=each.product_id,
            product=each.product.name,
            amount=each.amount,
            currency=each.currency,
            why=str(each.why or ""),
            grade=each.grade,
            fees=each.fee_text,
            decision_no=each.decision_no,
            sale_no=each.sale.sale_no if each.sale is not None else "",
        )
        for each in file.lines
    ]
    return PlanWhole(**_plain(file.plan), **texts, **{name: getattr(file.shown, name) for name in names}, lines=lines)


def _taken(data: PlanTaken) -> dict[str, Any]:
    said = data.model_dump(exclude={"lines", "version"})
    return {**said, "lines": [Line(each.product_id, each.amount, each.why) for each in data.lines]}


def _plan(request: ApiRequest, permission: str, pk: int) -> Plan:
    return existing(request.actor, permission, Plan.objects.all(), pk)


@router.read("/plans", VIEW)
def list_plans(request: ApiRequest, wanted: Query[PlansWanted]) -> Page[PlanShown]:
    """Plans of customers within reach, newest first."""
    rows = plans(request.actor, wanted.state or "")
    order = [("made_at", "desc"), ("pk", "desc")]
    items, following = page_of(request, rows, wanted, order, lambda row: PlanShown(**_plain(row)))  # type: ignore[arg-type]
    return Page[PlanShown](items=items, next=following)


@router.read("/plans/{plan_id}", VIEW)
def read_plan(request: ApiRequest, plan_id: Id) -> PlanWhole:
    """One plan, its newest version."""
    return _whole(request, plan_id)


@router.write("POST", "/customers/{customer_id}/plans", "sales.draft_plan", status=201)
def begin_plan(request: ApiRequest, customer_id: Id, data: PlanTaken) -> PlanWhole:
    """Draft a plan."""
    customer = existing(request.actor, "sales.draft_plan", Customer.objects.all(), customer_id)
    return _whole(request, draft_plan(customer, actor=request.actor, **_taken(data)).pk)


@router.write("PUT", "/plans/{plan_id}", "sales.change_plan")
def rewrite_plan(request: ApiRequest, plan_id: Id, data: PlanChangeTaken) -> PlanWhole:
    """Change the draft, or begin a new version."""
    row = _plan(request, "sales.change_plan", plan_id)
    return _whole(request, change_plan(row, actor=request.actor, version=data.version, **_taken(data)).pk)


@router.write("POST", "/plans/{plan_id}/sending", "sales.send_plan")
def plan_to_customer(request: ApiRequest, plan_id: Id, data: PlanSendingTaken) -> PlanWhole:
    """Send the draft to the customer; each product is matched once more."""
    row = _plan(request, "sales.send_plan", plan_id)
    return _whole(request, send_plan(row, actor=request.actor, version=data.version).pk)


@router.write("POST", "/plans/{plan_id}/withdrawal", "sales.withdraw_plan")
def plan_taken_back(request: ApiRequest, plan_id: Id, data: PlanWithdrawalTaken) -> PlanWhole:
    """Take the newest version back."""
    row = _plan(request, "sales.withdraw_plan", plan_id)
    return _whole(request, withdraw_plan(row, actor=request.actor, version=data.version, reason=data.reason).pk)


@router.write("POST", "/plan-lines/{line_id}/sale", "sales.open_planned_sale", status=201)
def sale_of_plan(request: ApiRequest, line_id: Id, data: PlannedSaleTaken) -> SaleOfPlan:
    """Open the sale of a line of an accepted plan."""
    line = existing(request.actor, "sales.open_planned_sale", PlanLine.objects.all(), line_id)
    sale = open_planned_sale(line, actor=request.actor, **data.model_dump())
    return SaleOfPlan(sale_id=sale.pk, sale_no=sale.sale_no)
