"""Inspection items for other systems."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.sales.models import InspectionItem
from kexin.sales.oversight.choices import ItemSource, ItemState
from kexin.sales.oversight.queries import VIEW_ITEMS, ItemFilter, inspection_item, inspection_items
from kexin.sales.oversight.raising import SETTLE
from kexin.sales.oversight.settling import settle_inspection_item

router = Endpoints("inspection", _("Inspection items"))


class ItemsWanted(Taken):
    """Which items."""

    state: one_of(ItemState) | None = None  # type: ignore[valid-type]
    source: one_of(ItemSource) | None = None  # type: ignore[valid-type]
    found_from: Day | None = None
    found_until: Day | None = None


class InspectionItemShown(Shown):
    """Something about a sale that somebody must look at, or has looked at."""

    id: Id
    source: str = Field(examples=["same_device"])
    sale_id: Id | None
    customer_id: Id
    seller: str = Field(examples=["1001"])
    unit: str = Field(examples=["城东支行"])
    facts: dict[str, Any] = Field(examples=[{"customers": 3}])
    state: str = Field(examples=["open"])
    found_at: Moment
    reason: str = Field(examples=[""])
    settled_at: Moment | None
    settled_by: str = Field(examples=[""])


class ItemSettled(Taken):
    """``cleared`` or ``confirmed``, and why."""

    outcome: Annotated[str, Field(pattern="^(cleared|confirmed)$", examples=["cleared"])]
    reason: Reason


def _shown(row: InspectionItem) -> InspectionItemShown:
    names = ("source", "sale_id", "customer_id", "facts", "state", "found_at", "reason", "settled_at", "settled_by")
    return InspectionItemShown(
        id=row.pk,
        seller=row.seller.staff_no if row.seller is not None else "",
        unit=row.unit.name,
        **{name: getattr(row, name) for name in names},
    )


@router.read("/inspection-items", VIEW_ITEMS)
def list_inspection_items(
    request: ApiRequest, paging: Query[Paging], wanted: Query[ItemsWanted]
) -> Page[InspectionItemShown]:
    """Items of units within reach, newest first."""
    rows = inspection_items(
        request.actor,
        ItemFilter(wanted.state or "", wanted.source or "", wanted.found_from, wanted.found_until),
    )
    items, following = page_of(request, rows, paging, [("found_at", "desc"), ("pk", "desc")], _shown)
    return Page[InspectionItemShown](items=items, next=following)


@router.read("/inspection-items/{item_id}", VIEW_ITEMS, _("See an inspection item"))
def read_inspection_item(request: ApiRequest, item_id: Id) -> InspectionItemShown:
    """One item with its facts."""
    return _shown(inspection_item(request.actor, item_id))


@router.write("POST", "/inspection-items/{item_id}/outcome", SETTLE)
def outcome_of_item(request: ApiRequest, item_id: Id, data: ItemSettled) -> InspectionItemShown:
    """Clear an item or confirm it."""
    row = existing(request.actor, SETTLE, InspectionItem.objects.all(), item_id)
    done = settle_inspection_item(row, actor=request.actor, outcome=data.outcome, reason=data.reason)
    return _shown(inspection_item(request.actor, done.pk))
