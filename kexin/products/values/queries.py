"""Reads of net values: the series, and what may be said about it. Every channel asks here, so all say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.decision import Decision
from kexin.core.errors import NotFound
from kexin.core.models import History
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.products.models import NetValue, Product
from kexin.products.values.policies import PerformancePolicy, ValueAtRiskPolicy
from kexin.products.values.rules import performance_may_be_shown

if TYPE_CHECKING:  # numpy is imported where figures are asked for, not at the start
    from kexin.products.values.measures import Array, Fall, Series
    from kexin.products.values.value_at_risk import Risk

VIEW_NET_VALUES = "products.view_net_values"


@query(VIEW_NET_VALUES, label=_("See net values"))
def net_values(
    actor: Actor, product_id: int, first: dt.date | None = None, last: dt.date | None = None
) -> QuerySet[NetValue]:
    """Net values of a product, both ends of the span belonging to it; the caller orders."""
    rows = NetValue.objects.filter(product_id=_existing(actor, product_id).pk)
    if first is not None:
        rows = rows.filter(day__gte=first)
    return rows if last is None else rows.filter(day__lte=last)


@query(VIEW_NET_VALUES, label=_("See net values"))
def valued_product(actor: Actor, product_id: int) -> Product:
    """A product whose net values somebody asks for. Raises NotFound."""
    return _existing(actor, product_id)


@query(VIEW_NET_VALUES, label=_("See net values"))
def net_value_of(actor: Actor, net_value_id: int) -> NetValue:
    """One net value with its product. Raises NotFound."""
    row = NetValue.objects.select_related("product").filter(pk=net_value_id).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class Correction:
    """A net value that was changed: what stood there, what then stood there, who did it when."""

    at: dt.datetime
    by: str
    day: dt.date
    before: Decimal
    after: Decimal


@query(VIEW_NET_VALUES, label=_("See net values"))
def corrections(actor: Actor, product_id: int, most: int = 20) -> list[Correction]:
    """The latest corrections of a product's net values, by hand or by a later file, the newest first."""
    changed = NetValue.objects.filter(product_id=_existing(actor, product_id).pk, version__gt=1)
    days = dict(changed.values_list("pk", "day"))
    rows = History.objects.filter(table_name="products_netvalue", action="update", row_id__in=list(days))
    found = []
    for row in rows.order_by("-at", "-id")[:most]:
        name = "unit_value" if "unit_value" in row.before else "accumulated"
        if name in row.before:
            before, after = Decimal(str(row.before[name])), Decimal(str(row.after[name]))
            found.append(Correction(row.at, row.actor_name, days[row.row_id], before, after))
    return found


@dataclass(frozen=True, slots=True)
class Performance:
    """What may be said of a product's past today, and the words that must stand beside it.

    ``shown`` says why nothing may be said; then the figures are None and the series is empty.
    """

    product: Product
    shown: Decision
    began: dt.date | None
    latest: dt.date | None
    series: Series
    gained: float | None = None
    by_year: float | None = None
    fall: Fall | None = None
    fluctuation: float | None = None
    risk: Risk | None = None
    returns_missing: int = 0  # how many more daily returns a value at risk would need
    past_words: str = ""
    benchmark_words: str = ""


@query(VIEW_NET_VALUES, label=_("See net values"))
def performance(actor: Actor, product_id: int, first: dt.date | None = None) -> Performance:
    """Return, fall, fluctuation since ``first`` (else since the beginning) and value at risk on the latest returns.

    The one source for pages, sheets, the interface and the portal. Two reads.
    """
    return performance_of(_existing(actor, product_id), first)


def performance_of(product: Product, first: dt.date | None = None) -> Performance:
    """The same, when the caller has already read the product and asked the permission."""
    from kexin.products.values import measures

    rules = in_force(PerformancePolicy)
    today = business_date()
    rows = NetValue.objects.filter(product=product, day__lte=today).order_by("day")
    whole = measures.series_of(list(rows.values_list("day", "unit_value", "accumulated")))
    began, latest = (whole.days[0], whole.days[-1]) if len(whole) else (None, None)
    may = performance_may_be_shown(began, today, rules.months_before_shown)
    words = benchmark_words(rules)
    if not may:
        return Performance(product, may, began, latest, measures.series_of(()), benchmark_words=words)
    series = whole.since(first) if first else whole
    gained = measures.period_return(series)
    long_enough = series.span >= rules.annualise_from_days
    risk, missing = _risk(whole)
    return Performance(
        product,
        may,
        began,
        latest,
        series,
        gained=gained,
        by_year=measures.annualised(gained, series.span) if gained is not None and long_enough else None,
        fall=measures.largest_fall(series),
        fluctuation=measures.volatility(series.returns, rules.periods_a_year),
        risk=risk,
        returns_missing=missing,
        past_words=past_words(rules),
        benchmark_words=words,
    )


def benchmark_words(rules: PerformancePolicy | None = None, language: str = "") -> str:
    """What stands beside every benchmark, in the language asked for (else the reader's)."""
    rules = rules or in_force(PerformancePolicy)
    return rules.benchmark_words_en if _english(language) else rules.benchmark_words


def past_words(rules: PerformancePolicy | None = None, language: str = "") -> str:
    """What stands beside every figure of the past, in the language asked for (else the reader's)."""
    rules = rules or in_force(PerformancePolicy)
    return rules.past_words_en if _english(language) else rules.past_words


def daily_returns(product_ids: Iterable[int], window: int) -> Mapping[int, dict[dt.date, float]]:
    """The latest daily returns of products by day, at most ``window`` for each. One read.

    For floors that may see holdings; net values themselves belong to no customer.
    """
    from kexin.products.values import measures

    last = business_date()
    first = last - dt.timedelta(days=window * 2 + 30)
    rows = NetValue.objects.filter(product_id__in=set(product_ids), day__range=(first, last))
    found: dict[int, list[tuple[dt.date, object, object]]] = {}
    ordered = rows.order_by("product_id", "day").values_list("product_id", "day", "unit_value", "accumulated")
    for product_id, day, unit, accumulated in ordered:
        found.setdefault(product_id, []).append((day, unit, accumulated))
    result = {}
    for product_id, values in found.items():
        series = measures.series_of(values[-window - 1 :])
        result[product_id] = dict(zip(series.days[1:], (float(each) for each in series.returns), strict=True))
    return result


def _risk(series: Series) -> tuple[Risk | None, int]:
    """Value at risk on the latest returns, or how many returns are missing for it."""
    from kexin.products.values.value_at_risk import risk_of

    rules = in_force(ValueAtRiskPolicy)
    returns = series.returns[-rules.window :]
    if len(returns) < rules.least:
        return None, rules.least - len(returns)
    return risk_of(returns, rules.confidence, rules.horizon_days), 0


@dataclass(frozen=True, slots=True)
class RiskTerms:
    """By which numbers value at risk is measured today."""

    confidence_percent: Decimal
    horizon_days: int
    window: int
    least: int


def risk_terms() -> RiskTerms:
    """The numbers of the policy, for floors that may see holdings."""
    rules = in_force(ValueAtRiskPolicy)
    return RiskTerms(rules.confidence_percent, rules.horizon_days, rules.window, rules.least)


def risk_by_policy(returns: Array) -> Risk | None:
    """Value at risk on these daily returns by the policy; None where they are too few."""
    from kexin.products.values.value_at_risk import risk_of

    rules = in_force(ValueAtRiskPolicy)
    return risk_of(returns, rules.confidence, rules.horizon_days) if len(returns) >= rules.least else None


def _english(language: str) -> bool:
    return (language or get_language() or "zh").startswith("en")


def _existing(actor: Actor, product_id: int) -> Product:
    product = Product.objects.visible_to(actor, VIEW_NET_VALUES).filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return product
