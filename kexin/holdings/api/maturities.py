"""The ladder of maturities for other systems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Amount, Day, Id, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.core.calendar import business_date
from kexin.core.ui.sending import sent
from kexin.holdings.api.ledger import Bound
from kexin.holdings.choices import MaturityKind
from kexin.holdings.maturities.queries import MaturityFilter, maturity_lines, maturity_sums
from kexin.holdings.models import Maturity
from kexin.holdings.operations.maturities import export_maturities, maturities_file
from kexin.holdings.queries import product_name
from kexin.holdings.retention.queries import retention
from kexin.party.naming import shown_name
from kexin.party.queries import open_names

router = Endpoints("maturities", _("Maturities"))
LONGEST = 3_660  # days; the ladder reaches no farther


class Narrowing(Taken):
    """Which days (at most ten years, both ends belong to it), narrowed by what."""

    first: dt.date | None = Field(default=None, description="Today, if left out", examples=["2026-11-20"])
    last: dt.date | None = Field(
        default=None, description="30 days after `first`, if left out", examples=["2026-12-20"]
    )
    kind: one_of(MaturityKind) | None = None  # type: ignore[valid-type]
    unit_id: Id | None = Field(default=None, description="Of whom who led the customer on that day")
    post_id: Id | None = None
    tier: str = Field(default="", max_length=20, examples=["gold"])
    amount_from: Bound | None = Field(default=None, description="In the base currency")
    amount_to: Bound | None = None
    contact: Literal["", "none", "open", "done"] = Field(default="", description="State of the work item")
    part: Literal["", "renewed", "moved", "stayed", "gone"] = Field(default="", description="Where it went")

    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day. Raises InvalidRequest for a span that no ladder has."""
        first = self.first or business_date()
        if not 1900 <= first.year <= 2200:
            raise InvalidRequest(fields={"first": _("This value is not understood.")})
        last = self.last or first + dt.timedelta(days=30)
        if not 0 <= (last - first).days <= LONGEST:
            raise InvalidRequest(fields={"last": _("This value is not understood.")})
        return first, last

    def wanted(self) -> MaturityFilter:
        return MaturityFilter(
            kinds=(self.kind,) if self.kind else (),
            unit_id=self.unit_id,
            post_id=self.post_id,
            tier=self.tier,
            amount_from=self.amount_from,
            amount_to=self.amount_to,
            contact=self.contact,
            part=self.part,
        )


class MaturitiesWanted(Narrowing, Paging):
    """Which maturities, which part of the list."""


class SumsWanted(Narrowing):
    """Which maturities, added up by what."""

    by: Literal["day", "week", "month"] = Field(default="week", examples=["week"])


class MaturityShown(Shown):
    """What matures or falls due, and where the money went as far as it is known."""

    id: Id
    customer_id: Id
    customer_name: str = Field(examples=["陈秀兰"])
    account_id: Id
    kind: str = Field(examples=["time_deposit"])
    product: str = Field(examples=["三年期定期存款"])
    contract_on: Day
    due_on: Day = Field(description="The next working day where the contractual one is none")
    currency: str = Field(examples=["CNY"])
    amount: Amount
    value: Amount | None = Field(description="In the base currency; empty without a rate")
    owed: bool = Field(description="The customer pays it", examples=[False])
    unit_id: Id
    post_id: Id | None
    renewed: Amount | None
    moved: Amount | None
    stayed: Amount | None
    gone: Amount | None
    settled_on: Day | None = Field(description="From when on the four parts are final")


class MaturityPage(Page[MaturityShown]):
    """Maturities by day, part of a list."""


class SumShown(Shown):
    """One period, in the base currency."""

    first: Day
    last: Day
    count: int = Field(examples=[12])
    amount: Amount
    owed_count: int = Field(examples=[3])
    owed: Amount
    unrated: int = Field(description="Lines in a currency without a rate: counted, not added up", examples=[0])


class Sums(Shown):
    """Oldest first, quiet periods included."""

    items: list[SumShown]


class RetentionWanted(Narrowing):
    """Which maturities, grouped by what."""

    by: Literal["month", "unit", "post", "kind", "customer"] = Field(default="month", examples=["month"])


class RetentionShown(Shown):
    """What matured in one group and where it went; the four parts add up."""

    key: str = Field(description="First of the month, id of unit, post or customer, or kind", examples=["2026-10-01"])
    count: int = Field(examples=[12])
    matured: Amount
    renewed: Amount
    moved: Amount
    stayed: Amount
    gone: Amount
    rate: Decimal | None = Field(description="Retained in percent", examples=["86.4"])


class Retained(Shown):
    """In the base currency."""

    items: list[RetentionShown]


class MaturitiesExport(Narrowing):
    """What leaves, in which format, and what for."""

    format: Format = "csv"
    purpose: Reason


@router.read("/maturities", "holdings.view_maturities", _("List maturities"))
def list_maturities(request: ApiRequest, wanted: Query[MaturitiesWanted]) -> MaturityPage:
    """What matures or falls due within reach, by working day."""
    rows = maturity_lines(request.actor, *wanted.days(), wanted.wanted()).select_related("customer__party", "product")

    def prepare(page: Sequence[Maturity]) -> None:
        open_names([row.customer for row in page])

    lines, following = page_of(
        request, rows, wanted, [("due_on", "asc"), ("pk", "asc")], lambda row: _shown(request, row), prepare
    )
    return MaturityPage(items=lines, next=following)


@router.read("/maturities/sums", "holdings.view_maturities", _("Add up maturities by day, week or month"))
def list_maturity_sums(request: ApiRequest, wanted: Query[SumsWanted]) -> Sums:
    """Counts and sums per period; what customers pay stands apart."""
    found = maturity_sums(request.actor, wanted.by, *wanted.days(), wanted.wanted())
    return Sums(
        items=[
            SumShown(
                first=each.first,
                last=each.last,
                count=each.count,
                amount=each.amount,
                owed_count=each.owed_count,
                owed=each.owed,
                unrated=each.unrated,
            )
            for each in found
        ]
    )


@router.read("/maturities/retention", "holdings.view_maturities", _("Tell where matured money went"))
def list_retention(request: ApiRequest, wanted: Query[RetentionWanted]) -> Retained:
    """What matured in the days asked for and has been followed, grouped."""
    found = retention(request.actor, wanted.by, *wanted.days(), wanted.wanted())
    return Retained(
        items=[
            RetentionShown(
                key="" if each.key is None else str(each.key),
                count=each.count,
                matured=each.matured,
                renewed=each.renewed,
                moved=each.moved,
                stayed=each.stayed,
                gone=each.gone,
                rate=each.rate,
            )
            for each in found
        ]
    )


@router.write("POST", "/maturities/export", "holdings.export_maturities", once=False, content=TABLE)
def export_ladder(request: ApiRequest, data: MaturitiesExport) -> HttpResponse:
    """Maturities as a file, for a purpose; watermarked and recorded."""
    rows = export_maturities(*data.days(), actor=request.actor, wanted=data.wanted(), purpose=data.purpose)
    return sent(data.format, maturities_file(request.actor, rows), request.actor)  # type: ignore[return-value]


def _shown(request: ApiRequest, row: Maturity) -> MaturityShown:
    return MaturityShown(
        id=row.pk,
        customer_id=row.customer_id,
        customer_name=shown_name(request.actor, row.customer),
        account_id=row.account_id,
        kind=row.kind,
        product=product_name(row.product) if row.product else "",
        contract_on=row.contract_on,
        due_on=row.due_on,
        currency=row.currency,
        amount=row.amount,
        value=row.value,
        owed=row.is_owed,
        unit_id=row.unit_id,
        post_id=row.post_id,
        renewed=row.renewed,
        moved=row.moved,
        stayed=row.stayed,
        gone=row.gone,
        settled_on=row.settled_on,
    )
