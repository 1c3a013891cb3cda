"""Visits and analyses of needs."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.core.fields import decrypt_rows
from kexin.engagement.choices import Channel
from kexin.party.models import Customer
from kexin.sales.advice.choices import Cover, Goal, Horizon, Liquidity, VisitPurpose, YearlyRange
from kexin.sales.advice.queries import NEEDS_TEXTS, VIEW, VISIT_TEXTS, needs_file, visit_file, visits
from kexin.sales.advice.recording import analyse_needs, change_visit, record_visit
from kexin.sales.models import NeedsAnalysis, Visit

router = Endpoints("advice", _("Visits and needs"))
Words = Annotated[str, Field(max_length=4000)]


class VisitFactsTaken(Taken):
    """What a visit brought."""

    purpose: one_of(VisitPurpose)  # type: ignore[valid-type]
    way: one_of(Channel)  # type: ignore[valid-type]
    visited_on: Day
    facts: Words = Field(examples=["女儿明年出国读书，需要一笔可随时取用的资金"])
    place: str = Field(default="", max_length=200, examples=["城东支行"])
    people: str = Field(default="", max_length=200, examples=["客户本人与先生"])
    next_step: str = Field(default="", max_length=500, examples=[""])
    next_on: dt.date | None = Field(default=None, examples=[None])


class VisitMade(VisitFactsTaken):
    """A visit, and the meeting that it came of."""

    appointment_id: Id | None = Field(default=None, examples=[None])


class VisitChangeTaken(VisitFactsTaken):
    """One's own visit, changed."""

    version: Version


class NeedsTaken(Taken):
    """Goals, means and needs of a customer."""

    goals: list[one_of(Goal)] = Field(min_length=1, examples=[["education", "reserve"]])  # type: ignore[valid-type]
    horizon: one_of(Horizon)  # type: ignore[valid-type]
    liquidity: one_of(Liquidity)  # type: ignore[valid-type]
    income: one_of(YearlyRange)  # type: ignore[valid-type]
    outgoings: one_of(YearlyRange)  # type: ignore[valid-type]
    cover: list[one_of(Cover)] = Field(default=[], examples=[["pension"]])  # type: ignore[valid-type]
    product_needs: Words = Field(default="", examples=["一年内可用的稳健产品"])
    service_needs: Words = Field(default="", examples=[""])
    risk_needs: Words = Field(default="", examples=[""])
    wealth_needs: Words = Field(default="", examples=[""])


class VisitShown(Shown):
    """A visit."""

    id: Id
    customer_id: Id
    purpose: str = Field(examples=["needs"])
    way: str = Field(examples=["branch"])
    visited_on: Day
    place: str = Field(examples=["城东支行"])
    people: str = Field(examples=["客户本人"])
    facts: str = Field(examples=["女儿明年出国读书"])
    next_step: str = Field(examples=[""])
    next_on: Day | None
    appointment_id: Id | None
    written_by: str = Field(examples=["1001"])
    written_at: Moment
    version: Version


class NeedsShown(Shown):
    """An analysis of needs; it is never changed, a new one follows it."""

    id: Id
    customer_id: Id
    number: int = Field(examples=[2])
    visit_id: Id | None
    goals: list[str] = Field(examples=[["education"]])
    horizon: str = Field(examples=["three"])
    liquidity: str = Field(examples=["month"])
    income: str = Field(examples=["to_500k"])
    outgoings: str = Field(examples=["to_200k"])
    cover: list[str] = Field(examples=[["pension"]])
    product_needs: str = Field(examples=["一年内可用的稳健产品"])
    service_needs: str = Field(examples=[""])
    risk_needs: str = Field(examples=[""])
    wealth_needs: str = Field(examples=[""])
    written_by: str = Field(examples=["1001"])
    written_at: Moment


def _visit(row: Visit) -> VisitShown:
    texts: dict[str, Any] = {name: str(getattr(row, name) or "") for name in VISIT_TEXTS}
    plain = {name: getattr(row, name) for name in VisitShown.model_fields if name not in VISIT_TEXTS and name != "id"}
    return VisitShown(id=row.pk, **plain, **texts)


def _needs(row: NeedsAnalysis) -> NeedsShown:
    texts: dict[str, Any] = {name: str(getattr(row, name) or "") for name in NEEDS_TEXTS}
    plain = {name: getattr(row, name) for name in NeedsShown.model_fields if name not in NEEDS_TEXTS and name != "id"}
    return NeedsShown(id=row.pk, **plain, **texts)


def _opened(rows: Any) -> None:
    decrypt_rows(Visit, list(rows), VISIT_TEXTS)


@router.read("/visits", VIEW)
def list_visits(request: ApiRequest, paging: Query[Paging]) -> Page[VisitShown]:
    """Visits to customers within reach, newest first."""
    order = [("visited_on", "desc"), ("pk", "desc")]
    items, following = page_of(request, visits(request.actor), paging, order, _visit, _opened)  # type: ignore[arg-type]
    return Page[VisitShown](items=items, next=following)


@router.read("/visits/{visit_id}", VIEW)
def read_visit(request: ApiRequest, visit_id: Id) -> VisitShown:
    """One visit."""
    return _visit(visit_file(request.actor, visit_id))


@router.write("POST", "/customers/{customer_id}/visits", "sales.record_visit", status=201)
def write_visit(request: ApiRequest, customer_id: Id, data: VisitMade) -> VisitShown:
    """Write down a visit that was made."""
    customer = existing(request.actor, "sales.record_visit", Customer.objects.all(), customer_id)
    return _visit(record_visit(customer, actor=request.actor, **data.model_dump()))


@router.write("PUT", "/visits/{visit_id}", "sales.change_visit")
def rewrite_visit(request: ApiRequest, visit_id: Id, data: VisitChangeTaken) -> VisitShown:
    """Change a visit of one's own."""
    row = existing(request.actor, "sales.change_visit", Visit.objects.all(), visit_id)
    return _visit(change_visit(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/customers/{customer_id}/needs", "sales.analyse_needs", status=201)
def write_needs(request: ApiRequest, customer_id: Id, data: NeedsTaken) -> NeedsShown:
    """Write down an analysis of needs."""
    customer = existing(request.actor, "sales.analyse_needs", Customer.objects.all(), customer_id)
    return _needs(analyse_needs(customer, actor=request.actor, **data.model_dump()))


@router.read("/needs/{analysis_id}", VIEW)
def read_needs(request: ApiRequest, analysis_id: Id) -> NeedsShown:
    """One analysis of needs."""
    return _needs(needs_file(request.actor, analysis_id))
