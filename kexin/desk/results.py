"""我的业绩: what a manager is credited with in a month and how it was made; a unit's managers side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.export import Leaving, need_purpose
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.engagement.calls.queries import VIEW_CALLS
from kexin.engagement.models.calls import Contact
from kexin.holdings.aum.entered import VIEW_TARGETS, targets
from kexin.holdings.aum.eras import last_day, month_of
from kexin.holdings.aum.queries import VIEW_FIGURES, ZERO, mean
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.maturities.queries import VIEW_MATURITIES
from kexin.holdings.models import DailyFigures
from kexin.holdings.retention.queries import RetentionLine, retention
from kexin.party.models import PortfolioShare
from kexin.party.policies import AttributionPolicy
from kexin.people.models import Post
from kexin.people.queries import post_labels

VIEW_RESULTS = "desk.view_figures"
EXPORT_RESULTS = "desk.export_figures"
_SUMS = ("aum", "deposits", "inflow", "outflow")


@dataclass(slots=True)
class Result:
    """A post in a month. Averages are over the evenings known; the rest as its name says. Amounts in base currency."""

    post_id: int
    label: str
    unit_id: int
    day: dt.date | None = None  # the last evening known of the month
    days: int = 0
    aum: Decimal = ZERO
    deposits: Decimal = ZERO
    customers: int = 0
    aum_average: Decimal = ZERO
    deposits_average: Decimal = ZERO
    inflow: Decimal = ZERO
    outflow: Decimal = ZERO
    aum_target: Decimal | None = None
    deposits_target: Decimal | None = None
    retained: RetentionLine | None = None
    contacts: int = 0
    reached: int = 0
    shared: int = 0  # customers in whom the post has a share on the last evening

    @property
    def net_flow(self) -> Decimal:
        """Money in less money out."""
        return self.inflow - self.outflow

    @property
    def aum_percent(self) -> int | None:
        """The average of the target."""
        return int(self.aum_average * 100 / self.aum_target) if self.aum_target else None


@dataclass(frozen=True, slots=True)
class Results:
    """The posts of one's reach in a month, the highest average first; ``double`` says that shares count twice."""

    month: dt.date
    lines: list[Result]
    own: tuple[int, ...]
    double: bool
    shares: list[PortfolioShare] = field(default_factory=list)  # of a single post, on its last evening


@query(VIEW_RESULTS, label=_("See results of managers"), record="list")
def results(actor: Actor, month: dt.date, post_id: int | None = None) -> Results:
    """What the managers within reach are credited with in a month; or one of them, with the shares behind it.

    Eight reads however many there are. A post out of reach is NotFound; one without figures has noughts.
    """
    first, last = month_of(month), last_day(month_of(month))
    rows = _within(actor).filter(day__gte=first, day__lte=last)
    if post_id is not None:
        if not _posts(actor).filter(pk=post_id).exists():
            raise NotFound
        rows = rows.filter(post_id=post_id)
    sums = {name: Sum(name) for name in _SUMS}
    found = {
        row["post_id"]: Result(
            row["post_id"], "", row["unit"], row["last"], row["n"],
            aum_average=mean(row["aum"], row["n"]), deposits_average=mean(row["deposits"], row["n"]),
            inflow=row["inflow"], outflow=row["outflow"],
        )
        for row in rows.values("post_id").annotate(unit=Max("unit_id"), n=Count("day", distinct=True), last=Max("day"),
                                                   **sums)
    }  # fmt: skip
    if post_id is not None and post_id not in found:
        found[post_id] = Result(post_id, "", Post.objects.get(pk=post_id).unit_id)
    latest = max((each.day for each in found.values() if each.day), default=None)
    for row in rows.filter(day=latest):
        line = found[row.post_id]
        line.aum, line.deposits, line.customers = row.aum, row.deposits, row.customers
    _beside(actor, found, first, last)
    day = latest or min(last, business_date())
    shares = PortfolioShare.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), post__in=found, starts_on__lte=day)
    for pk, count in shares.order_by().values_list("post_id").annotate(n=Count("customer", distinct=True)):
        found[pk].shared = count
    labels = post_labels(found)
    for each in found.values():
        each.label, each.day = labels.get(each.post_id, str(_("Post that is closed"))), latest
    lines = sorted(found.values(), key=lambda each: (-each.aum_average, each.label))
    one = list(shares.select_related("customer").order_by("customer", "line")[:200]) if post_id is not None else []
    return Results(first, lines, actor.post_ids, in_force(AttributionPolicy).double_counting, one)


def _within(actor: Actor) -> Any:
    filters = scope_filters(actor, VIEW_FIGURES, unit="unit_id", post="post_id")
    rows = DailyFigures.objects.exclude(post=None).order_by()
    if filters is None:
        return rows
    wanted = Q(pk__in=[])
    for each in filters:
        wanted |= Q(**each)
    return rows.filter(wanted)


def _posts(actor: Actor) -> Any:
    units = {pk for grant in actor.grants_for(VIEW_FIGURES) for pk in grant.unit_ids}
    own = {grant.post_id for grant in actor.grants_for(VIEW_FIGURES) if grant.reach == Reach.PORTFOLIO}
    if any(grant.reach == Reach.ALL for grant in actor.grants_for(VIEW_FIGURES)):
        return Post.objects.all()
    return Post.objects.filter(Q(unit__in=units) | Q(pk__in=own))


def _beside(actor: Actor, found: dict[int, Result], first: dt.date, last: dt.date) -> None:
    """Targets, retention and contacts, each where the actor may see it."""
    if actor.may(VIEW_TARGETS):
        for post, measure, amount in (
            targets(actor, first).filter(post__in=found).values_list("post_id", "measure", "amount")
        ):
            if measure == TargetMeasure.AUM_AVERAGE:
                found[post].aum_target = amount
            else:
                found[post].deposits_target = amount
    if actor.may(VIEW_MATURITIES):
        for each in retention(actor, "post", first, last):
            if each.key in found:
                found[each.key].retained = each
    if actor.may(VIEW_CALLS):
        rows = Contact.objects.filter(on__gte=first, on__lte=last, post__in=found, undone_at=None).order_by()
        counts = rows.values_list("post_id").annotate(n=Count("pk"), reached_n=Count("pk", filter=Q(reached=True)))
        for post, count, reached in counts:
            found[post].contacts, found[post].reached = count, reached


HEADS = (
    _("Post"), _("AUM"), _("Deposits"), _("AUM, monthly daily average"), _("Target"),
    _("Deposits, monthly daily average"), _("Target"), _("Money in"), _("Money out"), _("Customers"),
    _("Retained after maturity"), _("Matured"), _("Contacts of the month"),
)  # fmt: skip
KINDS = "tmmmmmmmmnmmn"


@operation(EXPORT_RESULTS, label=_("Export results of managers"), plain=("purpose",))
def export_results(month: dt.date, *, actor: Actor, purpose: str) -> Results:
    """Allow the results of the managers within reach to leave for a purpose. Raises RuleViolation without one."""
    need_purpose(purpose)
    return results(actor, month)


def results_file(found: Results) -> Leaving:
    """A line for each manager."""
    return Leaving("results", _("Results of managers"), HEADS, KINDS, _rows(found))


def _rows(found: Results) -> Iterator[tuple[Any, ...]]:
    for each in found.lines:
        kept = each.retained
        yield (
            each.label, each.aum, each.deposits, each.aum_average, each.aum_target, each.deposits_average,
            each.deposits_target, each.inflow, each.outflow, each.customers,
            kept.retained if kept else None, kept.matured if kept else None, each.contacts,
        )  # fmt: skip
