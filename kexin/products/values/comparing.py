"""Past performance of several products side by side: over equal periods only, as far as each may be shown at all.

Every channel that compares asks here: the customer's page, the interface and the portal say the same.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from kexin.core.calendar import business_date
from kexin.core.errors import type_text
from kexin.core.policy import in_force
from kexin.core.ui.numbers import MINUS
from kexin.products.models import NetValue, Product
from kexin.products.values.policies import PerformancePolicy
from kexin.products.values.queries import benchmark_words, past_words
from kexin.products.values.rules import WITH_NET_VALUE, months_later, performance_may_be_shown

if TYPE_CHECKING:  # numpy is imported where figures are asked for, not at the start
    from kexin.products.values.measures import Series

MONTHS = (1, 3, 12)
_Value = tuple[dt.date, object, object]


@dataclass(frozen=True, slots=True)
class EqualPeriod:
    """One period and what each product gained or lost in it, as a fraction; None where nothing may be said.

    ``months`` is nought for the longest period that all of them have.
    """

    months: int
    first: dt.date
    last: dt.date
    gained: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Equal periods, the longest first; per product why nothing may be said; the words that must stand beside them."""

    periods: tuple[EqualPeriod, ...]
    against: tuple[type_text, ...]
    past_words: str
    benchmark_words: str


def side_by_side(products: Sequence[Product]) -> SideBySide:
    """Returns of these products over equal periods, in their order; asked with the permission in hand. One read.

    A period begins for all on one day and ends for all on the last day that all have. It is shown only where it is no
    shorter than the time the policy lets pass before any past is shown.
    """
    from kexin.products.values import measures

    rules, today = in_force(PerformancePolicy), business_date()
    values: dict[int, list[_Value]] = {row.pk: [] for row in products}
    rows = NetValue.objects.filter(product__in=values, day__lte=today).order_by("product_id", "day")
    for product_id, day, unit, accumulated in rows.values_list("product_id", "day", "unit_value", "accumulated"):
        values[product_id].append((day, unit, accumulated))
    series: list[Series | None] = []
    against: list[type_text] = []
    for row in products:
        whole = measures.series_of(values[row.pk])
        may = performance_may_be_shown(whole.days[0] if len(whole) else None, today, rules.months_before_shown)
        shown = bool(may) and len(whole) > 1
        series.append(whole if shown else None)
        silent = "" if shown or row.product_class not in WITH_NET_VALUE else " ".join(str(e.text) for e in may.reasons)
        against.append(silent)
    periods = tuple(
        EqualPeriod(
            months,
            first,
            last,
            tuple(None if each is None else measures.period_return(_between(each, first, last)) for each in series),
        )
        for months, first, last in equal_spans([each.days for each in series if each], rules.months_before_shown)
    )
    return SideBySide(periods, tuple(against), past_words(rules), benchmark_words(rules))


def percent(gained: float | None) -> str:
    """A fraction as per cent with two places, signed: 0.0123 is +1.23%."""
    return "–" if gained is None else f"{gained * 100:+.2f}%".replace("-", MINUS)


def period_label(period: EqualPeriod) -> str:
    """The period in words with its two days."""
    text = (
        _t("Return in the longest common period")
        if not period.months
        else ngettext("Return in %(n)s month", "Return in %(n)s months", period.months) % {"n": period.months}
    )
    return f"{text} ({period.first} – {period.last})"


def equal_spans(days: Sequence[Sequence[dt.date]], least_months: int) -> list[tuple[int, dt.date, dt.date]]:
    """Months (nought: all that they have in common), first and last day of the periods that may be shown.

    ``days``: for each product the days that have a value, in order. Nothing for fewer than two products.
    """
    if len(days) < 2:
        return []
    began, last = max(each[0] for each in days), min(each[-1] for each in days)
    found = [(0, began, last)] if began < last and months_later(began, least_months) <= last else []
    for months in sorted(MONTHS, reverse=True):
        first = months_later(last, -months)
        if months >= least_months and first >= began:
            found.append((months, first, last))
    return found


def _between(series: Series, first: dt.date, last: dt.date) -> Series:
    """From the value that stood on the first day to the one that stood on the last."""
    from kexin.products.values.measures import Series as Part

    start, end = bisect_right(series.days, first) - 1, bisect_right(series.days, last)
    return Part(series.days[start:end], series.unit[start:end], series.accumulated[start:end])
