"""A customer's household on any evening."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown, Taken
from kexin.holdings.aum.household import Member, household_on
from kexin.holdings.aum.queries import VIEW_AUM

router = Endpoints("households", _("Households, firms and their owners"))


class HouseholdTieShown(Shown):
    """What a member is of the customer; ``outward``: what the customer is of the member."""

    kind: str = Field(examples=["spouse"])
    outward: bool = Field(examples=[False])
    starts_on: Day | None
    ends_on: Day | None = Field(description="The first day that no longer belongs to it")


class HouseholdMemberShown(Shown):
    """A member on the evening asked for; one who had left has no AUM in it, but days of the month may count."""

    customer_id: Id
    customer_no: str = Field(examples=["C00010000001"])
    ties: list[HouseholdTieShown]
    belongs: bool = Field(examples=[True])
    tier: str = Field(examples=["gold"])
    assets: Amount
    average: Amount


class HouseholdOnDay(Shown):
    """Members within reach, the customer first, and their sums; there may be members whom you do not reach."""

    day: Day
    members: list[HouseholdMemberShown]
    assets: Amount
    average: Amount = Field(description="Monthly daily average up to and including the day")
    joint_accounts: int = Field(description="Owned by several members, each counted once", examples=[1])


class DayAsked(Taken):
    """The evening; today if left out."""

    day: dt.date | None = Field(default=None, examples=["2026-05-01"])


@router.read("/customers/{customer_id}/household", VIEW_AUM, _("See the household of a customer"))
def read_household(request: ApiRequest, customer_id: Id, wanted: Query[DayAsked]) -> HouseholdOnDay:
    """Who belonged to the household on an evening and what they had together, rebuilt from the ledger."""
    found = household_on(request.actor, customer_id, wanted.day)
    return HouseholdOnDay(
        day=found.day,
        members=[_member(each) for each in found.members],
        assets=found.assets,
        average=found.average,
        joint_accounts=found.joint_accounts,
    )


def _member(each: Member) -> HouseholdMemberShown:
    return HouseholdMemberShown(
        customer_id=each.customer.pk,
        customer_no=each.customer.customer_no,
        ties=[
            HouseholdTieShown(kind=tie.kind, outward=tie.outward, starts_on=tie.starts_on, ends_on=tie.ends_on)
            for tie in each.ties
        ],
        belongs=each.belongs,
        tier=each.tier,
        assets=each.assets,
        average=each.average,
    )
