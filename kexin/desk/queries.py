"""What a day begins with: read from every floor, owned by none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import decrypt_rows
from kexin.core.models import Event, WorkItem
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.core.work_operations import escalated_work, my_work
from kexin.core.workflow import work_kinds
from kexin.engagement.timeline import veiled
from kexin.party.birthdays import lunar_codes, solar_codes
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer, Party

SHOWN = 50
CLIMBED = 20
PRESSING = 4  # from this priority on an item is marked before its last day


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One work item as the workbench shows it."""

    item: WorkItem
    label: Any
    sentence: Any
    url: str
    icon: str
    customer: Customer | None
    closable: bool
    level: str
    used: float
    owner: str = ""  # who owes it, where it is not the reader: an absent colleague, or whose work climbed
    standing_in: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The four figures on top."""

    due_today: int
    late: int
    customers: int
    assets: Decimal | None
    birthdays: int
    own: bool  # the figures are of one's own portfolio, not of all within reach


@query("desk.view_workbench", label=_("See the workbench"), record="list")
def work_lines(actor: Actor) -> list[WorkLine]:
    """Open items that the actor owes or does for somebody absent, most urgent first, with the customers' names."""
    absent = {each.post_id: each.label for each in actor.stand_ins}
    return _lines(actor, list(my_work(actor)[:SHOWN]), absent)


@query("desk.view_workbench", label=_("See the workbench"), record="list")
def escalated_lines(actor: Actor) -> list[WorkLine]:
    """Late work of others that climbed to the actor, the latest first, at most twenty."""
    items = list(escalated_work(actor)[:CLIMBED]) if actor.may("core.view_work") else []
    return _lines(actor, items, names.posts([item.owner_post_id for item in items]) if items else {})


def _lines(actor: Actor, items: list[WorkItem], owners: Mapping[int, str]) -> list[WorkLine]:
    wanted = [each.customer_id for each in items if each.customer_id]
    found: dict[int, Customer] = {}
    if wanted:
        reach = Customer.objects.visible_to(actor, "party.view_customers").select_related("party")
        found = {row.pk: row for row in reach.filter(pk__in=wanted)}
        decrypt_rows(Party, [row.party for row in found.values()], ("name",))
    now = timezone.now()
    lines = []
    for item in items:
        kind = work_kinds.get(item.kind)
        if kind is None:
            continue
        span = (item.due_at - item.opened_at).total_seconds()
        used = (now - item.opened_at).total_seconds() / span if span > 0 else 1.0
        near = item.due_at - now < dt.timedelta(hours=24) or item.priority >= PRESSING
        lines.append(
            WorkLine(
                item,
                kind.label,
                kind.sentence(item),
                kind.url(item),
                kind.icon,
                found.get(item.customer_id) if item.customer_id else None,
                kind.closable,
                "bad" if now > item.due_at else "warn" if near else "",
                min(used, 1.0),
                owners.get(item.owner_post_id, "") if item.owner_post_id not in actor.post_ids else "",
                actor.stands_in_at(item.owner_post_id, item.kind) is not None,
            )
        )
    return lines


@query("desk.view_workbench", label=_("See the workbench"))
def figures(actor: Actor) -> Figures:
    """Work due today and late, customers within reach and their assets, birthdays today, changes since yesterday."""
    now = timezone.now()
    day_end = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    from kexin.core.calendar import business_date

    work = (
        my_work(actor)
        .order_by()
        .aggregate(
            today=Count("pk", filter=Q(due_at__gt=now, due_at__lte=day_end)),
            late=Count("pk", filter=Q(due_at__lte=now)),
        )
    )
    if not actor.may("party.view_customers"):
        return Figures(work["today"], work["late"], 0, None, 0, False)
    today = business_date()
    rows = portfolio(actor)
    mine = rows.aggregate(n=Count("pk"), assets=Sum("assets"))
    solar = rows.filter(birthday__in=list(solar_codes(today)), party__lunar_birthday="")
    lunar = rows.filter(party__lunar_birthday__in=list(lunar_codes(today)))
    return Figures(
        work["today"],
        work["late"],
        mine["n"],
        mine["assets"] if actor.may("holdings.view_accounts") else None,
        solar.count() + lunar.count(),
        any(grant.reach == Reach.PORTFOLIO for grant in actor.grants_for("party.view_customers")),
    )


def portfolio(actor: Actor) -> Any:
    """Customers one leads; without a portfolio those of one's unit."""
    rows = Customer.objects.filter(status__in=(CustomerStatus.ACTIVE, CustomerStatus.PROSPECT, CustomerStatus.DORMANT))
    own = [grant.post_id for grant in actor.grants_for("party.view_customers") if grant.reach == "portfolio"]
    if own:
        return rows.filter(lead_post_id__in=own)
    filters = scope_filters(actor, "party.view_customers", unit="unit_id", post="lead_post_id")
    if filters is None:
        return rows
    return rows.filter(**filters[0]) if filters else rows.none()


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a customer of mine."""

    customer: Customer
    name: str
    at: dt.datetime
    count: int


@query("desk.view_workbench", label=_("See the workbench"))
def changes(actor: Actor, since: dt.datetime) -> list[Change]:
    """The latest fact of each of one's customers since a moment, newest first, at most twenty."""
    if not actor.may("party.view_customers"):
        return []
    recent = portfolio(actor).filter(updated_at__gte=since).order_by("-updated_at")[:200].values_list("pk", flat=True)
    known = Event.objects.filter(at__gte=since).exclude(name="party.PersonalDataRevealed")
    for hidden in veiled(actor):
        known = known.exclude(hidden)
    latest = (
        known.filter(customer_id__in=list(recent))
        .values("customer_id")
        .annotate(last=Max("at"), n=Count("id"))
        .order_by("-last")[:20]
    )
    rows = list(latest)
    facts = dict(
        known.filter(
            at__in=[row["last"] for row in rows], customer_id__in=[row["customer_id"] for row in rows]
        ).values_list("customer_id", "name")
    )
    customers = Customer.objects.filter(pk__in=[row["customer_id"] for row in rows]).select_related("party").in_bulk()
    decrypt_rows(Party, [each.party for each in customers.values()], ("name",))
    return [
        Change(customers[row["customer_id"]], facts.get(row["customer_id"], ""), row["last"], row["n"])
        for row in rows
        if row["customer_id"] in customers
    ]
