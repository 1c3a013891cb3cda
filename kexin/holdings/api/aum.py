"""AUM of a customer, and who moves between tiers."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.shapes import Amount, Day, Id, Instant, Moment, Page, Paging, Reason, Shown, Taken, page_of
from kexin.core.errors import NotFound
from kexin.core.ui.sending import sent
from kexin.holdings.aum.household import household_of
from kexin.holdings.aum.queries import VIEW_AUM, VIEW_TIERS, AumMonth, aum_of, aum_reported, tier_moves
from kexin.holdings.operations.tiers import export_tiers, tiers_file
from kexin.party.models import Customer

router = Endpoints("assets under management", _("Assets under management and tiers"))
Which = Annotated[Literal["near", "drop"], Field(description="Near the next tier, or below the own", examples=["near"])]


class AumMonthShown(Shown):
    """One month in the base currency; nought where nothing was there."""

    month: Day
    average: Amount
    deposits_average: Amount
    closing: Amount
    deposits: Amount
    days: int = Field(description="Days counted so far", examples=[30])
    known_from: Moment | None


class HouseholdShown(Shown):
    """Family and household within reach, the customer among them; there may be members whom you do not reach."""

    members: list[Id]
    assets: Amount
    average: Amount


class AumShown(Shown):
    """AUM in the base currency, months oldest first."""

    months: list[AumMonthShown]
    point_in_time: Amount
    month_average: Amount
    year_average: Amount
    tier: str = Field(examples=["gold"])
    tier_since: Day | None
    next_tier: str | None = Field(examples=["platinum"])
    missing: Amount | None = Field(description="Daily average missing for the next tier")
    household: HouseholdShown


class AumBack(Taken):
    """How many months, the running one included."""

    months: int = Field(default=13, ge=1, le=120, examples=[13])


class KnownThen(Taken):
    """Which month, and when it was known so."""

    month: Day
    known_at: Instant


class TierMove(Shown):
    """A customer near the next tier or below the own one."""

    customer_id: Id
    customer_no: str = Field(examples=["C10000001"])
    tier: str = Field(examples=["gold"])
    average: Amount
    missing: Amount


class MovesTaken(Paging):
    """Which list."""

    which: Which = "near"


class MovesExport(Taken):
    """Which list leaves, in which format, and what for."""

    which: Which = "near"
    format: Format = "csv"
    purpose: Reason


@router.read("/customers/{customer_id}/aum", VIEW_AUM)
def read_aum(request: ApiRequest, customer_id: Id, wanted: Query[AumBack]) -> AumShown:
    """Point in time, monthly and yearly daily average, tier, and the household's sum."""
    found = aum_of(request.actor, customer_id, wanted.months)
    home = household_of(request.actor, customer_id)
    return AumShown(
        months=[_month(each) for each in found.months],
        point_in_time=found.point_in_time,
        month_average=found.month_average,
        year_average=found.year_average,
        tier=found.tier,
        tier_since=found.tier_since,
        next_tier=found.next_tier.code if found.next_tier else None,
        missing=found.missing,
        household=HouseholdShown(members=home.members, assets=home.assets, average=home.average),
    )


def _month(each: AumMonth) -> AumMonthShown:
    return AumMonthShown(**{name: getattr(each, name) for name in AumMonthShown.model_fields})


@router.read("/customers/{customer_id}/aum/reported", VIEW_AUM, _("See what was reported of a month"))
def read_reported_aum(request: ApiRequest, customer_id: Id, wanted: Query[KnownThen]) -> AumMonthShown:
    """What was known of a month at a moment, whatever was corrected since; 404 if nothing was computed by then."""
    found = aum_reported(request.actor, customer_id, wanted.month.replace(day=1), wanted.known_at)
    if found is None:
        raise NotFound
    return _month(found)


@router.read("/tier-moves", VIEW_TIERS)
def list_tier_moves(request: ApiRequest, wanted: Query[MovesTaken]) -> Page[TierMove]:
    """Customers within reach near the next tier, or below their own, the smallest missing amount first."""
    rows = tier_moves(request.actor, wanted.which)
    lines, following = page_of(request, rows, wanted, [("missing", "asc")], _move)
    return Page[TierMove](items=lines, next=following)


def _move(row: Customer) -> TierMove:
    missing = row.missing  # type: ignore[attr-defined]
    return TierMove(
        customer_id=row.pk, customer_no=row.customer_no, tier=row.tier, average=row.average, missing=missing
    )


@router.write("POST", "/tier-moves/export", "holdings.export_tiers", once=False, content=TABLE)
def export_tier_moves(request: ApiRequest, data: MovesExport) -> HttpResponse:
    """The list as a file, names masked as on the pages; watermarked and recorded."""
    actor = request.actor
    rows = tier_moves(actor, data.which).order_by("missing", "pk")  # type: ignore[misc]
    allowed = export_tiers(actor=actor, rows=rows, purpose=data.purpose)
    return sent(data.format, tiers_file(actor, allowed), actor)  # type: ignore[return-value]
