"""What a day begins with, for other screens than ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Amount, Id, Moment, Shown, Taken
from kexin.core.api.work import WorkShown, work_of
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.desk.board import VIEW_BOARD, board
from kexin.desk.day import Part, my_day
from kexin.desk.queries import changes, figures, work_lines
from kexin.desk.results import VIEW_RESULTS, results
from kexin.party.naming import shown_name
from kexin.people.models import OrgUnit

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


class DayPart(Shown):
    """A block of the day."""

    count: int = Field(description="200 means 200 or more", examples=[4])
    customers: list[Id] = Field(
        description="The first five; a meeting without a customer is left out", examples=[[4021]]
    )


class DayTarget(Shown):
    """A monthly daily average so far."""

    measure: str = Field(examples=["aum_average"])
    target: Amount | None = Field(examples=["120000000.00"])
    reached: Amount = Field(examples=["118400000.00"])
    last_month: Amount = Field(examples=["117900000.00"])


class MorningShown(Shown):
    """The blocks of the day; one that the caller may not see is null."""

    first: dt.date
    last: dt.date = Field(description="Sunday")
    targets: list[DayTarget]
    appointments: DayPart | None
    calls: DayPart | None
    maturing: DayPart | None
    maturing_amount: Amount | None = Field(
        description="Paid to customers, in the base currency", examples=["420000.00"]
    )
    drop: DayPart | None
    near: DayPart | None
    birthdays: DayPart | None
    movements: DayPart | None
    dormant: DayPart | None


@router.read("/workbench/day", PERMISSION)
def read_day(request: ApiRequest) -> MorningShown:
    """Meetings, calls, targets, maturities until Sunday, who moves, birthdays, movements. Reading it is recorded."""
    day = my_day(request.actor)

    def part(found: Part[Any] | None, customer: Callable[[Any], int | None]) -> DayPart | None:
        if found is None:
            return None
        return DayPart(count=found.count, customers=[pk for each in found.lines if (pk := customer(each)) is not None])

    week = day.week
    return MorningShown(
        first=day.first,
        last=day.last,
        targets=[
            DayTarget(measure=each.measure, target=each.amount, reached=each.reached, last_month=each.last_month)
            for each in day.reached
        ],
        appointments=part(day.appointments, lambda each: each.customer_id),
        calls=part(day.calls, lambda each: each.entry.customer_id),
        maturing=DayPart(count=week.count + week.owed_count, customers=[row.customer_id for row in day.maturing])
        if week
        else None,
        maturing_amount=week.amount if week else None,
        drop=part(day.drop, lambda each: each[0].pk),
        near=part(day.near, lambda each: each[0].pk),
        birthdays=part(day.birthdays, lambda each: each.customer.pk),
        movements=part(day.movements, lambda each: each.account.customer_id),
        dormant=part(day.dormant, lambda each: each.pk),
    )


class BoardWanted(Taken):
    """Whose board."""

    unit_id: Id | None = Field(default=None, description="None: what one's own posts are credited with", examples=[3])


class ComparedShown(Shown):
    """A figure beside what it was."""

    before: Amount = Field(examples=["468200000.00"])
    change: Amount = Field(examples=["1200000.00"])
    percent: Amount | None = Field(description="Of a figure that was nought there is none", examples=["0.26"])


class BoardPart(Shown):
    """One part of the unit: a unit below, or a post."""

    label: str = Field(examples=["城东支行"])
    unit_id: Id
    post_id: Id | None
    aum: Amount
    deposits: Amount
    customers: int
    net_flow: Amount


class BoardMaturing(Shown):
    """What is paid to customers in a span, in the base currency."""

    first: dt.date
    last: dt.date
    count: int = Field(examples=[12])
    amount: Amount = Field(examples=["3420000.00"])
    before: dict[str, Amount] = Field(
        description="The same of the week or month in which lay: yesterday, month (the day before it), year",
        examples=[{"yesterday": "3420000.00", "month": "2810000.00", "year": "5100000.00"}],
    )


class BoardShown(Shown):
    """A unit's figures of the last evening known."""

    day: dt.date
    aum: Amount
    deposits: Amount
    customers: int
    inflow: Amount
    outflow: Amount
    tiers: dict[str, int] = Field(examples=[{"gold": 210}])
    against: dict[str, dict[str, ComparedShown]] = Field(
        description="Measure, then yesterday, month (its beginning), year (its beginning)"
    )
    parts: list[BoardPart]
    overdue: int = Field(description="Open work past its time", examples=[3])
    promised: int = Field(description="Of these, promised to a customer", examples=[2])
    overdue_before: dict[str, int] = Field(
        description="How many were overdue at the end of: yesterday, month (before it began), year",
        examples=[{"yesterday": 4, "month": 1, "year": 0}],
    )
    net_flow: dict[str, Amount] = Field(description="Of the day, since the month and the year began")
    maturing: dict[str, BoardMaturing] = Field(description="week (Monday to Sunday), month")
    merged: list[Id] = Field(description="Units merged into this one, counted on earlier days too", examples=[[]])


@router.read("/board", VIEW_BOARD)
def read_board(request: ApiRequest, wanted: Query[BoardWanted]) -> BoardShown:
    """The morning board of a unit with everything below it. Reading it is recorded."""
    unit = named(OrgUnit.objects.all(), wanted.unit_id, "unit_id", _("There is no such unit."))
    found = board(request.actor, unit)
    if found is None:
        raise NotFound(_("No evening has been computed yet"))
    return BoardShown(
        day=found.day,
        aum=found.now.aum,
        deposits=found.now.deposits,
        customers=found.now.customers,
        inflow=found.now.inflow,
        outflow=found.now.outflow,
        tiers=found.now.tiers,
        against={
            measure: {
                base: ComparedShown(before=each.before, change=each.change, percent=each.percent)
                for base, each in bases.items()
            }
            for measure, bases in found.against.items()
        },
        parts=[
            BoardPart(
                label=line.label,
                unit_id=line.unit_id,
                post_id=line.post_id,
                aum=line.now.aum,
                deposits=line.now.deposits,
                customers=line.now.customers,
                net_flow=line.now.net_flow,
            )
            for line in found.lines
        ],
        overdue=found.overdue["now"].items,
        promised=found.overdue["now"].promised,
        overdue_before={name: each.items for name, each in found.overdue.items() if name != "now"},
        net_flow={"day": found.now.net_flow, **{name: each.net for name, each in found.flows.items()}},
        maturing={
            name: BoardMaturing(
                first=each.first,
                last=each.last,
                count=each.count,
                amount=each.amount,
                before={base: was.before for base, was in found.matured[name].items()},
            )
            for name, each in found.maturing.items()
        },
        merged=[each.pk for each in found.merged],
    )


class ResultsWanted(Taken):
    """Which month, and whose."""

    month: dt.date | None = Field(
        default=None, description="Any day of it; none: the running one", examples=["2026-11-01"]
    )
    post_id: Id | None = Field(default=None, examples=[None])


class ResultShown(Shown):
    """What a post is credited with in a month, by the shares valid on each day."""

    post_id: Id
    label: str = Field(examples=["林晓雯 · 理财经理"])
    day: dt.date | None = Field(description="The last evening known")
    aum: Amount
    deposits: Amount
    customers: int = Field(examples=[240])
    aum_average: Amount
    deposits_average: Amount
    aum_target: Amount | None
    deposits_target: Amount | None
    net_flow: Amount
    matured: Amount | None = Field(description="In the month, as far as followed")
    retained: Amount | None
    contacts: int = Field(examples=[86])
    reached: int = Field(examples=[39])
    shared: int = Field(description="Customers in whom the post has a share", examples=[3])


class ResultList(Shown):
    """Managers within reach, the highest average first."""

    month: dt.date
    double_counting: bool = Field(description="Shares count by themselves: managers may add up to more than the unit")
    items: list[ResultShown]


@router.read("/results", VIEW_RESULTS)
def read_results(request: ApiRequest, wanted: Query[ResultsWanted]) -> ResultList:
    """What managers are credited with in a month. Reading it is recorded."""
    found = results(request.actor, wanted.month or business_date(), wanted.post_id)
    return ResultList(
        month=found.month,
        double_counting=found.double,
        items=[
            ResultShown(
                post_id=each.post_id,
                label=each.label,
                day=each.day,
                aum=each.aum,
                deposits=each.deposits,
                customers=each.customers,
                aum_average=each.aum_average,
                deposits_average=each.deposits_average,
                aum_target=each.aum_target,
                deposits_target=each.deposits_target,
                net_flow=each.net_flow,
                matured=each.retained.matured if each.retained else None,
                retained=each.retained.retained if each.retained else None,
                contacts=each.contacts,
                reached=each.reached,
                shared=each.shared,
            )
            for each in found.lines
        ],
    )
