"""The figures of one's own day: who comes, who is to be called, averages against targets, and whose money moves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.query import query
from kexin.engagement.appointment_queries import Entry, calendar_entries
from kexin.engagement.calls.queries import VIEW_CALLS, QueueLine, queue
from kexin.engagement.colleagues import VIEW as VIEW_APPOINTMENTS
from kexin.holdings.aum.entered import VIEW_TARGETS, Reached, targets_reached
from kexin.holdings.aum.queries import VIEW_TIERS, tier_moves
from kexin.holdings.ledger_queries import VIEW_TRANSACTIONS
from kexin.holdings.maturities.queries import VIEW_MATURITIES, MaturitySum, maturity_lines, maturity_sums
from kexin.holdings.models import Maturity, Transaction
from kexin.holdings.movements.queries import VIEW_DORMANT, dormant_customers, large_movements
from kexin.party.birthdays import Birthday, birthdays
from kexin.party.models import Customer
from kexin.party.queries import open_names

T = TypeVar("T")
SHOWN = 5
MOST = 200  # what is counted; more is said to be "200+"


@dataclass(slots=True)
class Part(Generic[T]):
    """A block of the day: how many (at most 200 are counted), and the first five."""

    count: int
    lines: list[T]


@dataclass(slots=True)
class Day:
    """What the workbench shows beside the work; a block that the actor may not see stays None or empty."""

    first: dt.date
    last: dt.date
    reached: list[Reached] = field(default_factory=list)
    appointments: Part[Entry] | None = None
    calls: Part[QueueLine] | None = None
    week: MaturitySum | None = None
    maturing: list[Maturity] = field(default_factory=list)
    drop: Part[tuple[Customer, Decimal]] | None = None
    near: Part[tuple[Customer, Decimal]] | None = None
    birthdays: Part[Birthday] | None = None
    movements: Part[Transaction] | None = None
    dormant: Part[Customer] | None = None


@query("desk.view_workbench", label=_("See the workbench"), record="list")
def my_day(actor: Actor) -> Day:
    """This week from today to Sunday; the five next of each list. Twenty-eight reads at most.

    Birthdays, movements and dormant customers are for who looks after a portfolio or a unit: whoever reads the whole
    bank has lists for them, and no day.
    """
    today = business_date()
    day = Day(today, today + dt.timedelta(days=6 - today.weekday()))
    if actor.may(VIEW_APPOINTMENTS) and actor.post_ids:
        meetings = [each for each in calendar_entries(actor, today, today) if not each.busy]
        day.appointments = Part(len(meetings), meetings[:SHOWN])
    if actor.may(VIEW_CALLS) and actor.post_ids:
        waiting = queue(actor)
        day.calls = Part(waiting.waiting, waiting.lines[:SHOWN])
    if actor.may(VIEW_TARGETS) and actor.post_ids:
        day.reached = [each for each in targets_reached(actor, actor.post_ids, today) if each.amount or each.reached]
    if actor.may(VIEW_MATURITIES):
        (day.week,) = maturity_sums(actor, "week", day.first, day.last)
        lines = maturity_lines(actor, day.first, day.last).select_related(
            "customer__party", "customer__unit", "product"
        )
        day.maturing = list(lines.order_by("due_on", "id")[:SHOWN])
        open_names([each.customer for each in day.maturing])
    if actor.may(VIEW_TIERS):
        day.drop, day.near = _moving(actor, "drop"), _moving(actor, "near")
    if _near_to(actor, "party.view_customers"):
        found = birthdays(actor, day.first, day.first + dt.timedelta(days=6), MOST)
        day.birthdays = Part(len(found), found[:SHOWN])
        open_names([each.customer for each in day.birthdays.lines])
    if _near_to(actor, VIEW_TRANSACTIONS):
        moved = large_movements(actor, today - dt.timedelta(days=1), MOST)
        day.movements = Part(len(moved), moved[:SHOWN])
        open_names([each.account.customer for each in day.movements.lines])
    if _near_to(actor, VIEW_DORMANT):
        day.dormant = _dormant(actor)
    return day


def _near_to(actor: Actor, operation: str) -> bool:
    """May the actor, and for less than the whole bank?"""
    grants = actor.grants_for(operation)
    return bool(grants) and not any(grant.reach == Reach.ALL for grant in grants)


def _moving(actor: Actor, which: str) -> Part[tuple[Customer, Decimal]]:
    moving: Any = tier_moves(actor, which)
    rows = list(moving.select_related("party", "unit").order_by("missing", "pk")[:SHOWN])
    open_names(rows)
    return Part(_count(moving, rows), [(row, row.missing) for row in rows])


def _dormant(actor: Actor) -> Part[Customer]:
    sleeping: Any = dormant_customers(actor)
    rows = list(sleeping.select_related("party", "unit").order_by("-assets", "pk")[:SHOWN])
    open_names(rows)
    return Part(_count(sleeping, rows), rows)


def _count(rows: Any, first: list[Any]) -> int:
    """How many there are, at most 200; not asked where the first page is all."""
    return len(first) if len(first) < SHOWN else int(rows.order_by().values("pk")[:MOST].count())
