"""Reads of retention: what matured, by month, unit, manager, kind or customer, and where it went."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Func, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.holdings.maturities.queries import VIEW_MATURITIES, ZERO, MaturityFilter, narrowed
from kexin.holdings.models import Maturity

BY = ("month", "unit", "post", "kind", "customer")
MOST = 500  # lines; by customer those from whom most left
_NAMES = {"renewed_sum": "renewed", "moved_sum": "moved", "stayed_sum": "stayed"}
_MONEY = DecimalField(max_digits=24, decimal_places=2)


@dataclass(frozen=True, slots=True)
class RetentionLine:
    """One line in the base currency. ``key``: first of the month, or id of unit, post (None: pool), customer, or kind.

    The parts add up to ``matured`` to the cent.
    """

    key: Any
    count: int
    matured: Decimal
    renewed: Decimal
    moved: Decimal
    stayed: Decimal
    gone: Decimal

    @property
    def retained(self) -> Decimal:
        """承接: everything but what left."""
        return self.matured - self.gone

    @property
    def rate(self) -> Decimal | None:
        """承接率 in percent with one decimal; None where nothing matured."""
        if not self.matured:
            return None
        return (self.retained * 100 / self.matured).quantize(Decimal("0.1"), ROUND_HALF_UP)


@query(VIEW_MATURITIES, label=_("See maturities"))
def retention(
    actor: Actor, by: str, first: dt.date, last: dt.date, wanted: MaturityFilter | None = None
) -> list[RetentionLine]:
    """What was due from ``first`` to ``last`` and has been followed, grouped. One read.

    What is still within its window counts as it stands today. Currencies without a rate are left out. Raises
    ValueError for a grouping that does not exist.
    """
    if by not in BY:
        raise ValueError(f"there is no grouping by {by}")
    rows = narrowed(
        Maturity.objects.visible_to(actor, VIEW_MATURITIES).filter(due_on__gte=first, due_on__lte=last),
        wanted or MaturityFilter(),
    )
    found = _grouped(rows.exclude(gone=None).exclude(value=None), by)
    lines = [_line(row) for row in found]
    if by == "customer":
        return sorted(lines, key=lambda each: (-each.gone, -each.matured, each.key))[:MOST]
    if by in ("unit", "post", "kind"):
        return sorted(lines, key=lambda each: (-each.matured, str(each.key)))[:MOST]
    return sorted(lines, key=lambda each: each.key)


def _grouped(rows: QuerySet[Maturity], by: str) -> Any:
    """Each part in the base currency to the cent; what left is the rest, so that cents add up."""
    if by == "month":
        rows = rows.annotate(group=TruncMonth("due_on"))
    else:
        rows = rows.annotate(group=F(by if by == "kind" else f"{by}_id"))
    parts = {f"{part}_value": _in_base(part) for part in ("renewed", "moved", "stayed")}
    rows = rows.annotate(**parts)
    return (
        rows.order_by()
        .values("group")
        .annotate(n=Count("pk"), matured=Sum("value"), **{name: Sum(f"{part}_value") for name, part in _NAMES.items()})
    )


def _in_base(part: str) -> Any:
    share = ExpressionWrapper(F(part) * F("value") / F("amount"), output_field=DecimalField())
    return Func(share, 2, function="round", output_field=_MONEY)


def _line(row: dict[str, Any]) -> RetentionLine:
    renewed, moved, stayed = (row[f"{part}_sum"] or ZERO for part in ("renewed", "moved", "stayed"))
    matured = row["matured"] or ZERO
    gone = matured - renewed - moved - stayed
    return RetentionLine(row["group"], row["n"], matured, renewed, moved, stayed, gone)
