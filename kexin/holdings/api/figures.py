"""Figures of posts and units, targets, exchange rates."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing, named
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Amount, Day, Id, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.holdings.aum.entered import VIEW_RATES, VIEW_TARGETS, rates, targets, targets_reached, unrated
from kexin.holdings.aum.queries import VIEW_FIGURES, averages_of, figures_of, latest_figures_day
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.models import ExchangeRate, Target
from kexin.holdings.operations.rates import enter_rate
from kexin.holdings.operations.rebuild import rebuild_figures
from kexin.holdings.operations.targets import SET_TARGET, set_target
from kexin.people.models import OrgUnit, Post

router = Endpoints("figures", _("Figures, targets and exchange rates"))
MOST_DAYS = 800


class FiguresTaken(Taken):
    """Which days, of which unit or post; neither: everything within reach."""

    first: Day
    last: Day
    unit_id: Id | None = Field(default=None, description="With everything below it", examples=[None])
    post_id: Id | None = Field(default=None, examples=[None])


class FiguresShown(Shown):
    """Figures of an evening."""

    day: Day
    aum: Amount
    deposits: Amount
    inflow: Amount
    outflow: Amount
    customers: int = Field(examples=[240])
    tiers: dict[str, int] = Field(examples=[{"gold": 12}])


class FiguresList(Shown):
    """Evenings with figures, and the daily averages over them."""

    items: list[FiguresShown]
    aum_average: Amount
    deposits_average: Amount
    latest: Day | None = Field(description="The last evening that figures exist for")


class RebuildTaken(Taken):
    """From which day's month on, and why."""

    first: Day | None = Field(default=None, examples=[None])
    reason: Reason


class RebuildShown(Shown):
    """A rebuild that was asked for."""

    id: Id
    first: Day
    last: Day
    state: str = Field(examples=["running"])
    total: int = Field(description="Customers", examples=[2000])


class RateShown(Shown):
    """What one unit of the currency is worth in the base currency from a day on."""

    currency: str = Field(examples=["USD"])
    base: str = Field(examples=["CNY"])
    day: Day
    rate: Decimal = Field(examples=["7.12340000"])
    source: str = Field(examples=["中国外汇交易中心"])


class RateTaken(Taken):
    """A rate; one of the same day is replaced."""

    currency: str = Field(min_length=3, max_length=3, examples=["USD"])
    day: Day
    rate: Decimal = Field(gt=0, max_digits=18, decimal_places=8, examples=["7.1234"])
    source: str = Field(default="", max_length=40, examples=["中国外汇交易中心"])


class UnratedShown(Shown):
    """Money left out of every figure for want of a rate."""

    currency: str = Field(examples=["HKD"])
    accounts: int = Field(examples=[3])
    balance: Amount


class RatesShown(Page[RateShown]):
    """Rates, newest first, and what has none."""

    unrated: list[UnratedShown]


class PostTarget(Shown):
    """What a post is to reach in a month."""

    post_id: Id
    month: Day
    measure: str = Field(examples=["aum_average"])
    amount: Amount


class TargetTaken(Taken):
    """A target; one that is set already is changed."""

    post_id: Id
    month: Day
    measure: one_of(TargetMeasure)  # type: ignore[valid-type]
    amount: Amount


class ReachedTaken(Taken):
    """Which post, which month."""

    post_id: Id
    month: Day


class ReachedShown(Shown):
    """The daily average so far against the target."""

    measure: str = Field(examples=["aum_average"])
    amount: Amount | None
    reached: Amount
    last_month: Amount
    as_of: Day | None


class ReachedList(Shown):
    """Both measures."""

    items: list[ReachedShown]


@router.read("/figures", VIEW_FIGURES)
def list_figures(request: ApiRequest, wanted: Query[FiguresTaken]) -> FiguresList:
    """AUM, deposits, flows, customers and tiers by evening, attributed by whoever led on that day."""
    if not 0 <= (wanted.last - wanted.first).days < MOST_DAYS:
        raise InvalidRequest(fields={"last": _("At most %(most)s days, in order.") % {"most": MOST_DAYS}})
    where = {
        "unit": named(OrgUnit.objects.all(), wanted.unit_id, "unit_id", _("There is no such unit.")),
        "post": named(Post.objects.all(), wanted.post_id, "post_id", _("There is no such post.")),
    }
    span = [wanted.first.fromordinal(n) for n in range(wanted.first.toordinal(), wanted.last.toordinal() + 1)]
    found = figures_of(request.actor, span, **where)
    average = averages_of(request.actor, wanted.first, wanted.last, **where)
    names = FiguresShown.model_fields
    return FiguresList(
        items=[FiguresShown(**{name: getattr(each, name) for name in names}) for each in found.values()],
        aum_average=average.aum,
        deposits_average=average.deposits,
        latest=latest_figures_day(request.actor),
    )


@router.write("POST", "/figures/rebuilds", "holdings.rebuild_figures", status=202)
def ask_for_rebuild(request: ApiRequest, data: RebuildTaken) -> RebuildShown:
    """Compute months and daily figures anew in a job; what was reported of whole months stays retrievable."""
    run = rebuild_figures(actor=request.actor, first=data.first, reason=data.reason)
    return RebuildShown(id=run.pk, first=run.first, last=run.last, state=run.state, total=run.total)


@router.read("/exchange-rates", VIEW_RATES)
def list_rates(request: ApiRequest, wanted: Query[Paging]) -> RatesShown:
    """Rates, newest first, and what is left out of every figure for want of one."""
    lines, following = page_of(request, rates(request.actor), wanted, [("day", "desc")], _rate)
    missing = [
        UnratedShown(currency=each.currency, accounts=each.accounts, balance=each.balance)
        for each in unrated(request.actor)
    ]
    return RatesShown(items=lines, next=following, unrated=missing)


def _rate(row: ExchangeRate) -> RateShown:
    return RateShown(currency=row.currency, base=row.base, day=row.day, rate=row.rate, source=row.source)


@router.write("POST", "/exchange-rates", "holdings.enter_rate")
def add_rate(request: ApiRequest, data: RateTaken) -> RateShown:
    """Enter a rate; AUM from that day on follows."""
    return _rate(enter_rate(actor=request.actor, **data.model_dump()))


@router.read("/targets", VIEW_TARGETS)
def list_targets(request: ApiRequest, wanted: Query[Paging]) -> Page[PostTarget]:
    """Targets within reach, the latest month first."""
    lines, following = page_of(request, targets(request.actor), wanted, [("month", "desc")], _target)
    return Page[PostTarget](items=lines, next=following)


def _target(row: Target) -> PostTarget:
    return PostTarget(post_id=row.post_id, month=row.month, measure=row.measure, amount=row.amount)


@router.write("POST", "/targets", SET_TARGET)
def write_target(request: ApiRequest, data: TargetTaken) -> PostTarget:
    """Set or change the target of a post in a unit within reach."""
    post = existing(request.actor, SET_TARGET, Post.objects.all(), data.post_id)
    return _target(set_target(post, actor=request.actor, month=data.month, measure=data.measure, amount=data.amount))


@router.read("/targets/reached", VIEW_TARGETS, _("See how far targets are reached"))
def list_reached(request: ApiRequest, wanted: Query[ReachedTaken]) -> ReachedList:
    """The daily averages of a post in a month so far, against its targets and the month before."""
    found = targets_reached(request.actor, [wanted.post_id], wanted.month)
    names = ReachedShown.model_fields
    return ReachedList(items=[ReachedShown(**{name: getattr(each, name) for name in names}) for each in found])
