"""Large movements and dormant customers for other systems."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Amount, Day, Id, Page, Paging, Shown, Taken, page_of
from kexin.core.calendar import business_date
from kexin.holdings.movements.queries import LONGEST, dormant_customers, large_movements

router = Endpoints("movements", _("Movements"))


class MovementsWanted(Taken):
    """Since when (at most 92 days back)."""

    since: dt.date | None = Field(default=None, description="Yesterday, if left out")
    limit: int = Field(default=100, ge=1, le=500, description="Lines at most", examples=[100])

    def day(self) -> dt.date:
        """The first day. Raises InvalidRequest for one that lies too far back or ahead."""
        today = business_date()
        since = self.since or today - dt.timedelta(days=1)
        if not 0 <= (today - since).days <= LONGEST:
            raise InvalidRequest(fields={"since": _("This value is not understood.")})
        return since


class MovementShown(Shown):
    """A booking large by the policy, for its customer."""

    id: Id
    booked_on: Day
    account_id: Id
    customer_id: Id
    direction: str = Field(examples=["out"])
    kind: str = Field(examples=["transfer_out"])
    amount: Amount
    currency: str = Field(examples=["CNY"])
    value: Amount = Field(description="In the base currency")
    counterparty: str = Field(examples=["江城第二中学"])


class Movements(Shown):
    """Newest first."""

    items: list[MovementShown]


class DormantShown(Shown):
    """A customer who initiated no booking for the policy's months."""

    customer_id: Id
    customer_no: str = Field(examples=["C00010000001"])
    assets: Amount
    last_on: Day | None = Field(description="Of the last booking of one's own; empty where there never was one")
    unit_id: Id
    post_id: Id | None


class DormantPage(Page[DormantShown]):
    """Dormant customers, the largest first, part of a list."""


@router.read("/large-movements", "holdings.view_transactions", _("List large movements"))
def list_large_movements(request: ApiRequest, wanted: Query[MovementsWanted]) -> Movements:
    """Bookings within reach that are large by the policy, newest first."""
    return Movements(
        items=[
            MovementShown(
                id=row.id,
                booked_on=row.booked_on,
                account_id=row.account_id,
                customer_id=row.account.customer_id,
                direction=row.direction,
                kind=row.kind,
                amount=row.amount,
                currency=row.account.currency,
                value=row.value,  # type: ignore[attr-defined]
                counterparty=row.counterparty,
            )
            for row in large_movements(request.actor, wanted.day(), wanted.limit)
        ]
    )


@router.read("/dormant-customers", "holdings.view_dormant", _("List dormant customers"))
def list_dormant_customers(request: ApiRequest, wanted: Query[Paging]) -> DormantPage:
    """Customers within reach who did nothing for long, the largest first."""
    lines, following = page_of(
        request,
        dormant_customers(request.actor),
        wanted,
        [("assets", "desc"), ("pk", "desc")],
        lambda row: DormantShown(
            customer_id=row.pk,
            customer_no=row.customer_no,
            assets=row.assets,
            last_on=row.last_on,  # type: ignore[attr-defined]
            unit_id=row.unit_id,
            post_id=row.lead_post_id,
        ),
    )
    return DormantPage(items=lines, next=following)
