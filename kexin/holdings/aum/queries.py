"""Reads of AUM: a customer's months, who moves between tiers, figures of posts and units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.holdings.models import AssetsUnderManagement, CustomerTier, DailyFigures, UnitFigures
from kexin.holdings.policies import Rung, TierPolicy
from kexin.holdings.queries import customer_for
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post, by_language
from kexin.people.queries import units_counted

VIEW_AUM = "holdings.view_aum"
VIEW_TIERS = "holdings.view_tiers"
VIEW_FIGURES = "holdings.view_figures"
CENT = Decimal("0.01")
ZERO = Decimal(0)


def month_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def months_before(month: dt.date, count: int) -> dt.date:
    """The month ``count`` months earlier (later where negative), by its first day."""
    number = month.year * 12 + month.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


def tier_name(rungs: Sequence[Rung], code: str) -> str:
    """The name of a rung in the reader's language; the code where the ladder does not know it any more."""
    found = next((rung for rung in rungs if rung.code == code), None)
    return by_language(found.name, found.name_en) if found else code


def next_rung(rungs: Sequence[Rung], code: str) -> str:
    """The code of the rung above; empty on the top one."""
    codes = [rung.code for rung in rungs]
    at = codes.index(code) + 1 if code in codes else 0
    return codes[at] if at < len(codes) else ""


# -- one customer --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AumMonth:
    """One month of a customer; nought where nothing was there."""

    month: dt.date
    average: Decimal = ZERO
    deposits_average: Decimal = ZERO
    closing: Decimal = ZERO
    deposits: Decimal = ZERO
    days: int = 0
    known_from: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class AumFile:
    """A customer's AUM: the point in time, this month's and this year's daily average, the way to the next tier."""

    customer_id: int
    months: list[AumMonth]  # oldest first, the running month last
    point_in_time: Decimal
    month_average: Decimal
    year_average: Decimal
    tier: str
    tier_since: dt.date | None
    next_tier: Rung | None
    missing: Decimal | None  # up to the next tier; None on the top rung
    above: Decimal | None  # what the average is above the own rung's beginning; negative: about to drop
    computed_at: dt.datetime | None


@query(VIEW_AUM, label=_("See assets under management"))
def aum_of(actor: Actor, customer: Customer | int, months: int = 13) -> AumFile:
    """AUM by month, the averages of the running month and year, the tier. Two reads (three with an id)."""
    pk = customer if isinstance(customer, int) else customer.pk
    if isinstance(customer, int) or actor.grants_for("party.view_customer") != actor.grants_for(VIEW_AUM):
        customer = customer_for(actor, pk, VIEW_AUM)
    return aum_file(customer, months)


def aum_file(customer: Customer, months: int) -> AumFile:
    """The same, when the caller has already checked the reach."""
    running = month_of(business_date())
    first = min(months_before(running, months - 1), running.replace(month=1))
    rows = list(
        AssetsUnderManagement.objects.filter(
            customer_id=customer.pk, month__gte=first, month__lte=running, known_until=None
        ).order_by("month")
    )
    by_month = {row.month: row for row in rows}
    since = (
        CustomerTier.objects.filter(customer=customer, valid_until=None).values_list("valid_from", flat=True).first()
    )
    rungs = in_force(TierPolicy).rungs()
    own = next((rung for rung in rungs if rung.code == customer.tier), None)
    above = [rung for rung in rungs if own is not None and rung.start > own.start]
    year = [row for row in rows if row.month.year == running.year]
    now = by_month.get(running)
    average = now.average if now else ZERO
    return AumFile(
        customer.pk,
        [_shown_month(by_month.get(each), each) for each in _span(months_before(running, months - 1), running)],
        customer.assets,
        average,
        mean(sum((row.day_sum for row in year), ZERO), _days_counted(running, now.days if now else None)),
        customer.tier,
        since,
        above[0] if above else None,
        above[0].start - average if above else None,
        average - own.start if own else None,
        max((row.known_from for row in rows), default=None),
    )


def _days_counted(running: dt.date, days: int | None) -> int:
    """Days of the year so far: the whole months before, and of the running month as many as were counted."""
    until = running.replace(month=1)
    return (running - until).days + (days if days is not None else max((business_date() - running).days, 1))


def _shown_month(row: AssetsUnderManagement | None, month: dt.date) -> AumMonth:
    if row is None:
        return AumMonth(month)
    return AumMonth(month, row.average, row.deposits_average, row.closing, row.deposits, row.days, row.known_from)


def _span(first: dt.date, last: dt.date) -> list[dt.date]:
    found = [first]
    while found[-1] < last:
        found.append(months_before(found[-1], -1))
    return found


def mean(total: Decimal, days: int) -> Decimal:
    """A daily average to the cent; nought over no days."""
    return (total / days).quantize(CENT, ROUND_HALF_UP) if days else ZERO


@query(VIEW_AUM, label=_("See assets under management"))
def aum_reported(actor: Actor, customer: Customer | int, month: dt.date, on: dt.datetime) -> AumMonth | None:
    """What was known of a month at a moment, whatever was corrected since; None if it was not computed then."""
    pk = customer if isinstance(customer, int) else customer.pk
    customer_for(actor, pk, VIEW_AUM)
    row = (
        AssetsUnderManagement.objects.filter(customer_id=pk, month=month, known_from__lte=on)
        .filter(Q(known_until=None) | Q(known_until__gt=on))
        .first()
    )
    return _shown_month(row, month) if row else None


# -- tiers ---------------------------------------------------------------------------------------------------------


@query(VIEW_TIERS, label=_("See who moves between tiers"), record="list")
def tier_moves(actor: Actor, which: str = "near") -> QuerySet[Customer]:
    """Customers near the next tier (``near``) or below their own (``drop``) by this month's average so far.

    Each row carries ``missing``: the amount of daily average up to the next tier, or back to the own one. The caller
    orders (``missing``, ``-average``) and cuts the page.
    """
    policy = in_force(TierPolicy)
    rungs = policy.rungs()
    rows = Customer.objects.visible_to(actor, VIEW_TIERS).exclude(status__in=("merged", "closed"))
    branches, cases = [], []
    for number, rung in enumerate(rungs):
        if which == "drop":
            branches.append(Q(tier=rung.code, average__lt=rung.start))
            cases.append(When(tier=rung.code, then=Value(rung.start) - F("average")))
        elif number:
            floor = rung.start * (100 - policy.near_percent) / 100
            below = rungs[number - 1].code
            branches.append(Q(tier=below, average__gte=floor, average__lt=rung.start))
            cases.append(When(tier=below, then=Value(rung.start) - F("average")))
    if not branches:
        return rows.none()
    wanted = branches[0]
    for each in branches[1:]:
        wanted |= each
    money = DecimalField(max_digits=20, decimal_places=2)
    return rows.filter(wanted).annotate(missing=Case(*cases, output_field=money))


# -- posts and units -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a post, a unit with everything below it, or the whole reach, on one evening."""

    day: dt.date
    aum: Decimal = ZERO
    deposits: Decimal = ZERO
    inflow: Decimal = ZERO
    outflow: Decimal = ZERO
    customers: int = 0
    tiers: dict[str, int] = field(default_factory=dict)

    @property
    def net_flow(self) -> Decimal:
        return self.inflow - self.outflow


@query(VIEW_FIGURES, label=_("See figures of posts and units"))
def figures_of(
    actor: Actor,
    days: Sequence[dt.date],
    *,
    unit: OrgUnit | None = None,
    post: Post | None = None,
    with_tiers: bool = True,
) -> dict[dt.date, Figures]:
    """Figures of the evenings asked for; neither unit nor post: everything within reach. One read, two with tiers.

    An evening without a row is left out. Out of reach is :class:`NotFound`.
    """
    rows = _within(actor, unit, post).filter(day__in=list(days))
    sums = {name: Sum(name) for name in ("aum", "deposits", "inflow", "outflow", "customers")}
    found = {row["day"]: row for row in rows.values("day").annotate(**sums)}
    tiers: dict[dt.date, dict[str, int]] = {}
    if with_tiers:
        for day, counts in rows.exclude(tiers={}).values_list("day", "tiers"):
            kept = tiers.setdefault(day, {})
            for code, count in counts.items():
                kept[code] = kept.get(code, 0) + count
    return {day: Figures(**row, tiers=tiers.get(day, {})) for day, row in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Averages:
    """Daily averages over a span, of posts or units."""

    first: dt.date
    last: dt.date
    days: int
    aum: Decimal
    deposits: Decimal


@query(VIEW_FIGURES, label=_("See figures of posts and units"))
def averages_of(
    actor: Actor, first: dt.date, last: dt.date, *, unit: OrgUnit | None = None, post: Post | None = None
) -> Averages:
    """月日均 or 年日均 of a post or unit: the sum of the evenings by the number of evenings known. One read."""
    rows = _within(actor, unit, post).filter(day__gte=first, day__lte=last)
    per_day = rows.values("day").annotate(a=Sum("aum"), d=Sum("deposits"))
    found = per_day.aggregate(days=Count("day"), aum=Sum("a"), deposits=Sum("d"))
    days = int(found["days"])
    return Averages(first, last, days, mean(found["aum"] or ZERO, days), mean(found["deposits"] or ZERO, days))


@query(VIEW_FIGURES, label=_("See figures of posts and units"))
def latest_figures_day(actor: Actor) -> dt.date | None:
    """The last evening that figures exist for: the age of every figure on a board."""
    return DailyFigures.objects.order_by("-day").values_list("day", flat=True).first()


@query(VIEW_FIGURES, label=_("See figures of posts and units"))
def flows_of(actor: Actor, first: dt.date, last: dt.date, *, unit: OrgUnit | None = None) -> tuple[Decimal, Decimal]:
    """Money in and money out from ``first`` to ``last``. One read."""
    rows = _within(actor, unit, None).filter(day__gte=first, day__lte=last)
    found = rows.aggregate(inflow=Sum("inflow"), outflow=Sum("outflow"))
    return found["inflow"] or ZERO, found["outflow"] or ZERO


def units_within(actor: Actor, operation: str, unit: OrgUnit) -> dict[int, OrgUnit]:
    """What counts for a unit (``units_counted``), where the actor's grants cover it with all below; else NotFound."""
    reach = {pk for grant in actor.grants_for(operation) for pk in grant.unit_ids}
    if not any(grant.reach == Reach.ALL for grant in actor.grants_for(operation)):
        below = OrgUnit.objects.filter(path__startswith=unit.path).exclude(merged_into__isnull=False)
        if not set(below.values_list("pk", flat=True)) <= reach:
            raise NotFound
    return units_counted(unit)


def _within(actor: Actor, unit: OrgUnit | None, post: Post | None) -> QuerySet[Any]:
    """Rows of a post, of a unit with all that counts for it, or everything within reach of ``holdings.view_figures``.

    Units are read from ``UnitFigures``, a row per unit and evening; posts from ``DailyFigures``.
    """
    whole, units, posts = False, set[int](), set[int]()
    for grant in actor.grants_for(VIEW_FIGURES):
        whole |= grant.reach == Reach.ALL
        if grant.reach == Reach.PORTFOLIO and grant.post_id is not None:
            posts.add(grant.post_id)
        units.update(grant.unit_ids)
    if post is not None:
        if not (whole or post.pk in posts or post.unit_id in units):
            raise NotFound
        return DailyFigures.objects.filter(post=post)
    if unit is not None:
        if unit.parent_id is None and whole:
            return UnitFigures.objects.all()
        return UnitFigures.objects.filter(unit_id__in=list(units_within(actor, VIEW_FIGURES, unit)))
    if whole:
        return UnitFigures.objects.all()
    rows = DailyFigures.objects.all()
    if units and posts:
        return rows.filter(Q(unit_id__in=units) | Q(post_id__in=posts))
    return UnitFigures.objects.filter(unit_id__in=units) if units else rows.filter(post_id__in=posts)
