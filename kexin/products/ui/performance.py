"""Performance on the product page: net value against benchmark, falls, figures, each with the words it needs."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.numbers import MINUS
from kexin.core.ui.request import actor_of
from kexin.products.models import Benchmark
from kexin.products.texts.queries import texts_of_product
from kexin.products.values.policies import ValueAtRiskPolicy
from kexin.products.values.queries import Performance, performance
from kexin.products.values.rules import months_later

if TYPE_CHECKING:
    from kexin.products.values.value_at_risk import Loss

SPANS = ((3, _("3 months")), (6, _("6 months")), (12, _("1 year")), (36, _("3 years")), (0, _("Since the beginning")))
MOST_POINTS = 400  # of a line: more than a screen can show are thinned out
Shown = tuple[str, dict[str, Any]]


def performance_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: two charts and the figures, as far as the disclosure rule allows. Five reads."""
    asked = request.GET.get("months", "12")
    months = int(asked) if asked in {str(number) for number, _label in SPANS} else 12
    first = months_later(business_date(), -months) if months else None
    found = performance(actor_of(request), pk, first)
    context: dict[str, Any] = {
        "panel_url": request.path,
        "found": found,
        "months": months,
        "spans": SPANS,
        "why": [reason.text for reason in found.shown.reasons],
    }
    if found.shown and len(found.series) > 1:
        levels, falls = _charts(found, list(Benchmark.objects.filter(product_id=pk).order_by("from_on")))
        context |= {"levels": levels, "falls": falls, "figures": _figures(found), "losses": _losses(found)}
        context["rules"] = in_force(ValueAtRiskPolicy)
    return "products/panel_performance.html", context


def percent(value: float | None, places: int = 2) -> str:
    """A fraction as per cent: 0.0123 is 1.23%."""
    if value is None:
        return "–"
    return f"{value * 100:.{places}f}%".replace("-", MINUS)


def benchmark_growth(days: Sequence[dt.date], rows: Sequence[tuple[dt.date, float]]) -> list[float | None]:
    """What one yuan of the first day would be by the benchmark of each day (% a year), None before there was one.

    ``rows``: from which day which benchmark, the earliest first.
    """
    from kexin.products.values.measures import DAYS_OF_YEAR

    level, found, last = 1.0, [], None
    starts = [day for day, _rate in rows]
    for day in days:
        at = bisect_right(starts, day) - 1
        if last is not None and at >= 0:
            level *= (1 + rows[at][1] / 100) ** ((day - last).days / DAYS_OF_YEAR)
        found.append(level if at >= 0 else None)
        last = day
    return found


def _charts(found: Performance, rows: list[Benchmark]) -> tuple[dict[str, Any], dict[str, Any]]:
    from kexin.products.values.measures import drawdowns

    series = found.series
    step = max(1, -(-len(series) // MOST_POINTS))
    chosen = sorted({*range(0, len(series), step), len(series) - 1})
    days = [series.days[n].isoformat() for n in chosen]
    level, below = series.level, drawdowns(series)
    lines = [{"name": _t("Net value"), "data": [round((float(level[n]) - 1) * 100, 2) for n in chosen]}]
    stated = [(each.from_on, float(each.low)) for each in rows if each.low is not None]
    if stated:
        grown = benchmark_growth(series.days, stated)
        data = [round((value - 1) * 100, 2) if (value := grown[n]) is not None else None for n in chosen]
        lines.append({"name": _t("Benchmark of performance"), "data": data})
    falls = [{"name": _t("Below the highest so far"), "data": [round(float(below[n]) * 100, 2) for n in chosen]}]
    return (
        {"type": "line", "unit": "%", "x": days, "series": lines},
        {"type": "area", "unit": "%", "x": days, "series": falls},
    )


def _figures(found: Performance) -> list[tuple[Any, str, str]]:
    series, fall = found.series, found.fall
    span = f"{series.days[0]} – {series.days[-1]}"
    lines = [
        (_("Return over the period"), percent(found.gained), span),
        (_("Return by the year"), percent(found.by_year), "" if found.by_year is not None else _t("period too short")),
        (_("Volatility by the year"), percent(found.fluctuation), ""),
        (_("Largest fall"), percent(-fall.depth) if fall else "–", f"{fall.top} – {fall.bottom}" if fall else ""),
    ]
    if fall:
        back = fall.back.isoformat() if fall.back else _t("not yet")
        lines.append((_("Height reached again"), back, ""))
    return lines


def _losses(found: Performance) -> list[tuple[Any, str, str]]:
    """Methods with value at risk and expected shortfall."""
    risk = found.risk
    if risk is None:
        return []
    methods: list[tuple[Any, Loss | None]] = [
        (_("Historical simulation"), risk.historical),
        (_("Normal distribution"), risk.parametric),
        (_("Cornish–Fisher"), risk.cornish_fisher),
    ]
    return [
        (name, percent(loss.value_at_risk) if loss else "–", percent(loss.expected_shortfall) if loss else "–")
        for name, loss in methods
    ]


def texts_panel(request: HttpRequest, pk: int) -> Shown:
    """Overview: the texts to give for this product today. Two reads."""
    actor = actor_of(request)
    may_print = actor.may("products.print_sheet")
    return "products/panel_texts.html", {
        "texts": texts_of_product(actor, pk), "product_pk": pk, "may_print": may_print
    }  # fmt: skip
