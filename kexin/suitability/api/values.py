"""The value of customers by programme."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Page, Paging, Shown, page_of
from kexin.core.errors import NotFound
from kexin.suitability.models import CustomerValue
from kexin.suitability.value.queries import VIEW, class_counts, narrowed, value_file, values

router = Endpoints("values", _("Value of customers"))


class ValuePartShown(Shown):
    """One part of the value."""

    part: str = Field(examples=["assets"])
    weight: int = Field(description="Per cent", examples=[60])
    points: int | None = Field(description="Of 100; empty where it is not known", examples=[65])


class ValueShown(Shown):
    """The value of a customer, what it rests on and what follows."""

    value_class: str = Field(examples=["core"])
    label: str = Field(examples=["核心客户"])
    points: int = Field(examples=[62])
    assets: Decimal = Field(description="Monthly daily average when it was decided", examples=["523400.00"])
    parts: list[ValuePartShown]
    strategy: str = Field(examples=["每半年资产检视一次"])
    visit_months: int = Field(description="0: as the tier says", examples=[6])
    valid_from: Day


@router.read("/customers/{customer_id}/value", VIEW)
def read_customer_value(request: ApiRequest, customer_id: Id) -> ValueShown:
    """The value in force; 404 while none was decided."""
    found = value_file(request.actor, customer_id)
    if found is None:
        raise NotFound
    return ValueShown(
        value_class=found.row.value_class,
        label=found.label,
        points=found.row.points,
        assets=found.row.assets,
        parts=[ValuePartShown(part=each.part, weight=each.weight, points=each.points) for each in found.parts],
        strategy=found.strategy,
        visit_months=found.months,
        valid_from=found.row.valid_from,
    )


class ValuesTaken(Paging):
    """Which customers; all if empty."""

    value_class: str = Field(default="", max_length=20, examples=["core"])


class ValueLine(Shown):
    """One customer's class."""

    customer_id: Id
    customer_no: str = Field(examples=["C00010000001"])
    value_class: str = Field(examples=["core"])
    points: int = Field(examples=[62])
    valid_from: Day


def _line(row: CustomerValue) -> ValueLine:
    return ValueLine(
        customer_id=row.customer_id,
        customer_no=row.customer.customer_no,
        value_class=row.value_class,
        points=row.points,
        valid_from=row.valid_from,
    )


@router.read("/customer-values", VIEW)
def list_customer_values(request: ApiRequest, wanted: Query[ValuesTaken]) -> Page[ValueLine]:
    """Customers within reach, the highest value first."""
    rows = narrowed(values(request.actor), wanted.value_class).select_related("customer")
    lines, following = page_of(request, rows, wanted, [("points", "desc"), ("customer_id", "asc")], _line)
    return Page[ValueLine](items=lines, next=following)


class ValueCount(Shown):
    """How many customers stand in a class."""

    value_class: str = Field(examples=["core"])
    label: str = Field(examples=["核心客户"])
    customers: int = Field(examples=[312])


class ValueCounts(Shown):
    """From the highest class."""

    items: list[ValueCount]


@router.read("/customer-value-counts", VIEW)
def count_customer_values(request: ApiRequest) -> ValueCounts:
    """Customers within reach by class."""
    return ValueCounts(
        items=[
            ValueCount(value_class=code, label=label, customers=count)
            for code, label, count in class_counts(request.actor)
        ]
    )
