"""四位一体: customers against products, services and channels."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Shown, Taken
from kexin.core.reports.asked import Period
from kexin.desk.fourfold import PERIODS, VIEW_FOURFOLD, Asked, Row, fourfold

router = Endpoints("fourfold", _("Four in one"))


class FourfoldWanted(Taken):
    """What stands in the rows and what the view is narrowed by; empty means everything within reach."""

    by: str = Field(default="", max_length=20, description="tier, kind, age, unit, post or product", examples=["tier"])
    period: str = Field(
        default=str(Period.LAST_12), json_schema_extra={"enum": [str(each) for each in PERIODS]}, max_length=20
    )
    first: dt.date | None = Field(default=None, description="Only for `between`", examples=[None])
    last: dt.date | None = Field(default=None, description="Only for `between`", examples=[None])
    unit: str = Field(default="", max_length=20, description="Id of a unit, with all below it", examples=["3"])
    tier: str = Field(default="", max_length=20, examples=["gold"])
    product: str = Field(default="", max_length=20, description="Class of a product held", examples=["fund"])
    service: str = Field(default="", max_length=40, description="Code of a service received", examples=[""])
    channel: str = Field(default="", max_length=20, description="Channel of the service", examples=["phone"])


class FourfoldRow(Shown):
    """Customers of one kind, and how many of them stand under each code that occurs."""

    key: str = Field(description="Empty: the total; none: without a value", examples=["gold"])
    label: str = Field(examples=["金卡"])
    customers: int = Field(examples=[264])
    average: Amount | None = Field(description="Monthly daily average together; only to who may see holdings")
    products: dict[str, int] = Field(description="By class of product held", examples=[{"fund": 41}])
    services: dict[str, int] = Field(description="By service received", examples=[{"meeting.review": 18}])
    channels: dict[str, int] = Field(description="By channel used", examples=[{"phone": 97}])


class FourfoldShown(Shown):
    """The view: numbers are customers, each counted once in a cell."""

    by: str = Field(examples=["tier"])
    first: dt.date | None = Field(description="First day of the services")
    last: dt.date | None
    served: int = Field(description="Customers who received any service of the period", examples=[859])
    rows: list[FourfoldRow]
    total: FourfoldRow


@router.read("/fourfold", VIEW_FOURFOLD)
def read_fourfold(request: ApiRequest, wanted: Query[FourfoldWanted]) -> FourfoldShown:
    """Who holds what, was served how and by which channel. Reading it is recorded."""
    found = fourfold(request.actor, Asked(**wanted.model_dump()))

    def shown(row: Row) -> FourfoldRow:
        codes = {
            side: {code: row.counts[side][code] for code in found.columns.get(side, {})}
            for side in ("product", "service", "channel")
        }
        return FourfoldRow(
            key=row.key,
            label=row.label,
            customers=row.customers,
            average=row.average,
            products=codes["product"],
            services=codes["service"],
            channels=codes["channel"],
        )

    first, last = found.asked.span()
    return FourfoldShown(
        by=found.asked.by,
        first=first,
        last=last,
        served=found.served,
        rows=[shown(each) for each in found.rows],
        total=shown(found.total),
    )
