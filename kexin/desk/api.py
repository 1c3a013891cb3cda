"""What a day begins with, for other screens than ours."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Id, Moment, Shown, Taken
from kexin.core.api.work import WorkShown, work_of
from kexin.desk.queries import changes, figures, work_lines
from kexin.party.naming import shown_name

router = Endpoints("workbench", _("Workbench"))
PERMISSION = "desk.view_workbench"
FARTHEST = 31  # days; the workbench speaks of what is new


class WorkbenchWanted(Taken):
    """Since when changes are told."""

    days: int = Field(default=1, ge=0, le=FARTHEST, description="0: since midnight", examples=[1])


class DueShown(WorkShown):
    """A work item, with the customer's name and how much of its time is used."""

    customer_name: str | None = Field(examples=["陈秀兰"])
    used: float = Field(description="Share of the time from opening to due, at most 1", examples=[0.4])


class ChangedShown(Shown):
    """The latest fact of a customer of one's own."""

    customer_id: Id
    customer_name: str = Field(examples=["陈秀兰"])
    event: str = Field(examples=["party.CustomerAdmitted"])
    at: Moment
    count: int = Field(description="How many facts since then", examples=[2])


class WorkbenchShown(Shown):
    """Figures, work by urgency, what changed."""

    due_today: int = Field(examples=[3])
    late: int = Field(examples=[1])
    customers: int = Field(examples=[214])
    assets: Amount | None = Field(description="Only to who may see holdings", examples=["183200000.00"])
    birthdays: int = Field(examples=[2])
    own: bool = Field(description="The figures are of one's own portfolio, not of all within reach")
    work: list[DueShown]
    changes: list[ChangedShown]


@router.read("/workbench", PERMISSION)
def read_workbench(request: ApiRequest, wanted: Query[WorkbenchWanted]) -> WorkbenchShown:
    """What needs me now, and what changed among my customers. Reading it is recorded."""
    actor = request.actor
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = figures(actor)
    return WorkbenchShown(
        due_today=found.due_today,
        late=found.late,
        customers=found.customers,
        assets=None if found.assets is None else Decimal(found.assets),
        birthdays=found.birthdays,
        own=found.own,
        work=[
            DueShown(
                **work_of(line.item).model_dump(),
                customer_name=shown_name(actor, line.customer) if line.customer else None,
                used=line.used,
            )
            for line in work_lines(actor)
        ],
        changes=[
            ChangedShown(
                customer_id=each.customer.pk,
                customer_name=shown_name(actor, each.customer),
                event=each.name,
                at=each.at,
                count=each.count,
            )
            for each in changes(actor, midnight - dt.timedelta(days=wanted.days))
        ],
    )
