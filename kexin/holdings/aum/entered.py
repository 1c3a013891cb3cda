"""Reads of what people enter: exchange rates and what they miss, targets and how far they are reached."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.holdings.aum.eras import last_day, month_of, months_before
from kexin.holdings.aum.queries import ZERO, mean
from kexin.holdings.aum.steps import base_currency
from kexin.holdings.choices import AccountStatus, TargetMeasure
from kexin.holdings.models import Account, DailyFigures, ExchangeRate, Target
from kexin.holdings.policies import AumPolicy
from kexin.people.models import Post

VIEW_RATES = "holdings.view_rates"
VIEW_TARGETS = "holdings.view_targets"


@query(VIEW_RATES, label=_("See exchange rates"))
def rates(actor: Actor) -> QuerySet[ExchangeRate]:
    """Rates of the base currency in use; the caller orders."""
    return ExchangeRate.objects.filter(base=base_currency(in_force(AumPolicy)))


@dataclass(frozen=True, slots=True)
class Unrated:
    """Money that is left out of every figure for want of a rate."""

    currency: str
    accounts: int
    balance: Decimal


@query(VIEW_RATES, label=_("See exchange rates"))
def unrated(actor: Actor) -> list[Unrated]:
    """Open counted accounts by currency that has no rate up to today: how many, how much in their own currency."""
    policy = in_force(AumPolicy)
    base = base_currency(policy)
    known = ExchangeRate.objects.filter(base=base, currency=OuterRef("currency"), day__lte=business_date())
    rows = Account.objects.filter(kind__in=list(policy.counted())).exclude(status=AccountStatus.CLOSED)
    rows = rows.exclude(currency=base).filter(~Exists(known))
    found = rows.order_by("currency").values("currency").annotate(n=Count("pk"), amount=Sum("balance"))
    return [Unrated(row["currency"], row["n"], row["amount"]) for row in found]


@query(VIEW_TARGETS, label=_("See targets"))
def targets(actor: Actor, month: dt.date | None = None) -> QuerySet[Target]:
    """Targets within reach, of one month or all; the caller orders."""
    rows = Target.objects.visible_to(actor, VIEW_TARGETS).select_related("post__unit")
    return rows if month is None else rows.filter(month=month_of(month))


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a post is: the daily average so far against the target; ``last_month`` for comparison."""

    measure: str
    amount: Decimal | None
    reached: Decimal
    last_month: Decimal
    as_of: dt.date | None

    @property
    def percent(self) -> int | None:
        return int(self.reached * 100 / self.amount) if self.amount else None


@query(VIEW_TARGETS, label=_("See targets"))
def targets_reached(actor: Actor, posts: Sequence[int], month: dt.date) -> list[Reached]:
    """Both measures of some posts together in a month, with or without targets; posts out of reach do not count."""
    first, before = month_of(month), months_before(month_of(month), 1)
    reach = _posts(actor, posts)
    rows = targets(actor, first).filter(post_id__in=reach).order_by()
    amounts = dict(rows.values_list("measure").annotate(Sum("amount")))
    evenings = DailyFigures.objects.filter(post_id__in=reach, day__gte=before, day__lte=last_day(first)).order_by()
    found: dict[tuple[dt.date, str], list[Decimal]] = defaultdict(list)
    latest = None
    for day, aum, deposits in evenings.values_list("day").annotate(Sum("aum"), Sum("deposits")).order_by("day"):
        found[month_of(day), TargetMeasure.AUM_AVERAGE].append(aum)
        found[month_of(day), TargetMeasure.DEPOSITS_AVERAGE].append(deposits)
        latest = day if day >= first else latest
    return [
        Reached(str(each), amounts.get(each), _mean(found[first, each]), _mean(found[before, each]), latest)
        for each in TargetMeasure
    ]


def _mean(values: list[Decimal]) -> Decimal:
    return mean(sum(values, ZERO), len(values))


def _posts(actor: Actor, posts: Sequence[int]) -> list[int]:
    """Those of the posts that the actor's grants of targets reach."""
    filters = scope_filters(actor, VIEW_TARGETS, unit="unit_id", post="pk")
    rows = Post.objects.filter(pk__in=list(posts))
    if filters is None:
        return list(posts)
    found: set[int] = set()
    for each in filters:
        found.update(rows.filter(**each).values_list("pk", flat=True))
    return sorted(found)


def averages_by_post(posts: Sequence[int], months: Collection[dt.date]) -> dict[tuple[int, dt.date, str], Decimal]:
    """Daily averages so far per post, month and measure, for rows already found within reach. One read."""
    if not posts or not months:
        return {}
    span = (min(months), last_day(max(months)))
    rows = DailyFigures.objects.filter(post_id__in=set(posts), day__range=span).order_by()
    per_day = rows.annotate(month=TruncMonth("day")).values("post_id", "month")
    found = {}
    for row in per_day.annotate(days=Count("day", distinct=True), aum=Sum("aum"), deposits=Sum("deposits")):
        key = (row["post_id"], row["month"])
        found[(*key, str(TargetMeasure.AUM_AVERAGE))] = mean(row["aum"], row["days"])
        found[(*key, str(TargetMeasure.DEPOSITS_AVERAGE))] = mean(row["deposits"], row["days"])
    return found
