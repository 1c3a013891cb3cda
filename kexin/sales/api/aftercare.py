"""Matters after sales for other systems."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.sales.aftercare.choices import CareMatter, CareOutcome, CareState
from kexin.sales.aftercare.queries import VIEW_CARE, CareFilter, aftercare_item, aftercare_items
from kexin.sales.aftercare.settling import SETTLE, settle_aftercare
from kexin.sales.models import AftercareItem

router = Endpoints("aftercare", _("Care after a sale"))


class MattersWanted(Taken):
    """Which matters."""

    state: one_of(CareState) | None = None  # type: ignore[valid-type]
    matter: one_of(CareMatter) | None = None  # type: ignore[valid-type]
    product_id: Id | None = None
    found_from: Day | None = None
    found_until: Day | None = None


class AftercareItemShown(Shown):
    """What about a product that was sold is to be talked over with the customer, or was."""

    id: Id
    matter: str = Field(examples=["maturity"])
    customer_id: Id
    product_id: Id
    sale_id: Id | None
    facts: dict[str, Any] = Field(examples=[{"day": "2026-11-30"}])
    state: str = Field(examples=["open"])
    found_at: Moment
    due_at: Moment
    outcome: str = Field(examples=[""])
    reason: str = Field(examples=[""])
    settled_at: Moment | None
    settled_by: str = Field(examples=[""])
    version: Version


class AftercareSettledTaken(Taken):
    """What was done; ``nothing`` needs a reason."""

    outcome: one_of(CareOutcome) = Field(examples=["told"])  # type: ignore[valid-type]
    reason: Annotated[str, Field(max_length=500, examples=["客户到期后续作"])] = ""
    version: Version | None = None


def _shown(row: AftercareItem) -> AftercareItemShown:
    names = (
        "matter", "customer_id", "product_id", "sale_id", "facts", "state", "found_at", "due_at", "outcome", "reason",
        "settled_at", "settled_by", "version",
    )  # fmt: skip
    return AftercareItemShown(id=row.pk, **{name: getattr(row, name) for name in names})


@router.read("/aftercare", VIEW_CARE)
def list_aftercare(
    request: ApiRequest, paging: Query[Paging], wanted: Query[MattersWanted]
) -> Page[AftercareItemShown]:
    """Matters of customers within reach, newest first."""
    asked = CareFilter(
        wanted.state or "", wanted.matter or "", wanted.product_id, wanted.found_from, wanted.found_until
    )
    rows = aftercare_items(request.actor, asked)
    items, following = page_of(request, rows, paging, [("found_at", "desc"), ("pk", "desc")], _shown)
    return Page[AftercareItemShown](items=items, next=following)


@router.read("/aftercare/{item_id}", VIEW_CARE, _("See a matter after a sale"))
def read_aftercare(request: ApiRequest, item_id: Id) -> AftercareItemShown:
    """One matter with what was seen."""
    return _shown(aftercare_item(request.actor, item_id))


@router.write("POST", "/aftercare/{item_id}/outcome", SETTLE)
def outcome_of_aftercare(request: ApiRequest, item_id: Id, data: AftercareSettledTaken) -> AftercareItemShown:
    """Settle a matter: told, visited, or nothing needed."""
    row = existing(request.actor, SETTLE, AftercareItem.objects.all(), item_id)
    settle_aftercare(row, actor=request.actor, outcome=data.outcome, reason=data.reason, version=data.version)
    return _shown(aftercare_item(request.actor, item_id))
