"""What the answers amount to: response, score, recommendation; by unit, tier, dimension and month, within reach.

Few aggregate statements, whatever the number of answers. Groups with fewer answers than the policy's smallest are not
shown, neither on the page nor by the interface. Figures tell nobody's single answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, ExpressionWrapper, F, FloatField, Q, QuerySet, Variance
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.party.tiers import tier_choices
from kexin.people.models import OrgUnit
from kexin.people.queries import units_below
from kexin.service.models import SurveyAnswer, SurveyInvitation, SurveyVersion
from kexin.service.surveys.choices import RATINGS, InvitationState
from kexin.service.surveys.content import said
from kexin.service.surveys.policies import Benchmark, BenchmarkPolicy, SurveyPolicy, parse_benchmarks
from kexin.service.surveys.scoring import SHARE
from kexin.service.surveys.statistics import Interval, Stratum, hidden, mean, net_promoters, share, weighted_mean

RESULTS = "service.view_survey_results"
LONGEST = 1100  # days of one look


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who was asked from ``since`` to ``until``; narrowed by survey, unit (with all below it) and tier."""

    since: dt.date
    until: dt.date
    survey_id: int | None = None
    unit_id: int | None = None
    tier: str = ""

    @property
    def fits(self) -> bool:
        known = 1990 <= self.since.year <= self.until.year <= 2200
        return known and self.since <= self.until and (self.until - self.since).days <= LONGEST


def last_year() -> Wanted:
    """The twelve months up to today."""
    today = business_date()
    return Wanted(today - dt.timedelta(days=364), today)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one group. ``shown`` is false where it is too small: then nothing but its name and how many were asked."""

    key: str
    label: str
    invited: int
    answered: int
    rated: int
    rate: Interval | None
    score: Interval | None
    nps: Interval | None
    promoters: int
    passives: int
    detractors: int
    shown: bool


@dataclass(frozen=True, slots=True)
class Results:
    """The whole, its weighted mean, and its groups. ``months`` are in order of time."""

    wanted: Wanted
    whole: Figures
    weighted: Interval | None
    units: list[Figures]
    tiers: list[Figures]
    dimensions: list[Figures]
    months: list[Figures]
    benchmarks: list[Benchmark]
    confidence: int
    smallest: int
    method: str


_ANSWERED = Q(state=InvitationState.ANSWERED)
_NUMBERS: dict[str, Any] = {
    "invited": Count("pk"),
    "answered": Count("pk", filter=_ANSWERED),
    "rated": Count("score"),
    "average": Avg("score", output_field=FloatField()),
    "spread": Variance("score", sample=True, output_field=FloatField()),
    "promoters": Count("pk", filter=Q(nps__gte=9)),
    "passives": Count("pk", filter=Q(nps__in=[7, 8])),
    "detractors": Count("pk", filter=Q(nps__lte=6)),
}


def narrowed(rows: QuerySet[SurveyInvitation], wanted: Wanted) -> QuerySet[SurveyInvitation]:
    """The invitations asked for."""
    first = dt.datetime.combine(wanted.since, dt.time.min, zone())
    last = dt.datetime.combine(wanted.until + dt.timedelta(days=1), dt.time.min, zone())
    rows = rows.filter(invited_at__gte=first, invited_at__lt=last)
    if wanted.survey_id is not None:
        rows = rows.filter(survey_version__survey=wanted.survey_id)
    if wanted.unit_id is not None:
        rows = rows.filter(unit__in=units_below(wanted.unit_id))
    return rows.filter(tier=wanted.tier) if wanted.tier else rows


@query(RESULTS, label=_("See figures of satisfaction"))
def survey_results(actor: Actor, wanted: Wanted, language: str = "zh") -> Results:
    """All figures within reach. Raises ValueError for a span that ends before it begins or is too long."""
    if not wanted.fits:
        raise ValueError("a span of at most three years")
    rules = in_force(SurveyPolicy)
    rows = narrowed(SurveyInvitation.objects.visible_to(actor, RESULTS), wanted).order_by()
    whole = _figures("", str(_("Together")), rows.aggregate(**_NUMBERS), rules)
    by_tier: list[Any] = list(rows.values("tier").annotate(**_NUMBERS).order_by("tier"))
    names = dict(tier_choices())
    tiers = [_figures(each["tier"], names.get(each["tier"], each["tier"]) or _t("No tier"), each, rules)
             for each in by_tier]  # fmt: skip
    by_unit: list[Any] = list(rows.values("unit").annotate(**_NUMBERS).order_by("unit__code"))
    units = OrgUnit.objects.in_bulk([each["unit"] for each in by_unit])
    by_day = rows.annotate(month=TruncMonth("invited_at", tzinfo=zone()))
    by_month: list[Any] = list(by_day.values("month").annotate(**_NUMBERS)
                    .order_by("month"))  # fmt: skip
    return Results(
        wanted=wanted,
        whole=whole if whole.answered >= rules.smallest_group else _closed(whole),
        weighted=_weighted(actor, wanted, by_tier, rules) if whole.answered >= rules.smallest_group else None,
        units=_shown([_figures(str(each["unit"]), units[each["unit"]].shown_name, each, rules) for each in by_unit],
                     rules),
        tiers=_shown(tiers, rules),
        dimensions=_by_dimension(rows, rules, language),
        months=_shown([_figures(f"{each['month']:%Y-%m}", f"{each['month']:%Y-%m}", each, rules) for each in by_month],
                      rules),
        benchmarks=list(parse_benchmarks(in_force(BenchmarkPolicy).rows)),
        confidence=rules.confidence,
        smallest=rules.smallest_group,
        method=rules.on_hundred,
    )  # fmt: skip


def _figures(key: str, label: str, row: dict[str, Any], rules: SurveyPolicy) -> Figures:
    sides = (row["promoters"], row["passives"], row["detractors"])
    return Figures(
        key=key,
        label=label,
        invited=row["invited"],
        answered=row["answered"],
        rated=row["rated"],
        rate=share(row["answered"], row["invited"], rules.confidence),
        score=mean(row["rated"], row["average"] or 0.0, row["spread"] or 0.0, rules.confidence),
        nps=net_promoters(*sides, rules.confidence),
        promoters=sides[0],
        passives=sides[1],
        detractors=sides[2],
        shown=True,
    )


def _closed(group: Figures) -> Figures:
    return Figures(
        group.key, group.label, group.invited, group.answered, 0, group.rate, None, None, 0, 0, 0, shown=False
    )  # fmt: skip


def _shown(groups: Sequence[Figures], rules: SurveyPolicy) -> list[Figures]:
    small = hidden([each.answered for each in groups], rules.smallest_group)
    return [_closed(each) if place in small else each for place, each in enumerate(groups)]


def _weighted(actor: Actor, wanted: Wanted, by_tier: list[dict[str, Any]], rules: SurveyPolicy) -> Interval | None:
    """Each tier at its share of the active customers within reach and unit."""
    rows = Customer.objects.visible_to(actor, RESULTS).filter(status="active", kind="individual")
    if wanted.unit_id is not None:
        rows = rows.filter(unit__in=units_below(wanted.unit_id))
    people = dict(rows.order_by().values_list("tier").annotate(n=Count("pk")))
    strata = [
        Stratum(people.get(each["tier"], 0), each["rated"], each["average"] or 0.0, each["spread"] or 0.0)
        for each in by_tier if each["rated"]
    ]  # fmt: skip
    return weighted_mean(strata, rules.confidence)


def _by_dimension(rows: QuerySet[SurveyInvitation], rules: SurveyPolicy, language: str) -> list[Figures]:
    """Ratings of each dimension on 100 by the way in force, whatever their scales were."""
    low = 0 if rules.on_hundred == SHARE else F("least")
    hundred = ExpressionWrapper((F("value") - low) * 100.0 / (F("most") - low), output_field=FloatField())
    answers = SurveyAnswer.objects.filter(
        invitation__in=rows.filter(_ANSWERED).values("pk"), given=True, kind__in=RATINGS, value__isnull=False
    ).exclude(dimension="")
    found = answers.order_by().annotate(hundred=hundred).values("dimension").annotate(
        people=Count("invitation", distinct=True), rated=Count("pk"), average=Avg("hundred"),
        spread=Variance("hundred", sample=True),
    ).order_by("dimension")  # fmt: skip
    names = _dimension_names(rows, language)
    groups = [
        Figures(
            key=each["dimension"], label=names.get(each["dimension"], each["dimension"]), invited=each["people"],
            answered=each["people"], rated=each["rated"], rate=None,
            score=mean(each["rated"], each["average"] or 0.0, each["spread"] or 0.0, rules.confidence), nps=None,
            promoters=0, passives=0, detractors=0, shown=True,
        )
        for each in found
    ]  # fmt: skip
    order = list(names)
    groups.sort(key=lambda each: order.index(each.key) if each.key in order else len(order))
    return [each if each.answered >= rules.smallest_group else _closed(each) for each in groups]


def _dimension_names(rows: QuerySet[SurveyInvitation], language: str) -> dict[str, str]:
    """Words of the dimensions as the newest version asked names them, in its order."""
    versions = SurveyVersion.objects.filter(pk__in=rows.values("survey_version")).order_by("-number", "pk")
    names: dict[str, str] = {}
    for version in versions[:20]:
        for each in version.parsed.dimensions:
            names.setdefault(each.code, said(each.text, language))
    return names
