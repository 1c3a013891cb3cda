"""Work past its time, now and as it stood on earlier evenings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from kexin.core.calendar import zone
from kexin.core.choices import WorkStatus
from kexin.core.models import WorkItem


@dataclass(frozen=True, slots=True)
class Overdue:
    """``items`` past their time; ``promised``: those of them that are about a customer."""

    items: int = 0
    promised: int = 0


def overdue_at(
    evenings: Mapping[str, dt.date], *, units: Collection[int] | None = None, posts: Collection[int] = ()
) -> dict[str, Overdue]:
    """What was overdue ``now`` and at the end of each evening: of these units, or (None) of these posts.

    Two reads: of what is open, and of what was closed late since the earliest of these evenings. An item that was put
    off keeps its due time. The caller has checked that units or posts are within reach.
    """
    moments = {"now": timezone.now()}
    for name, day in evenings.items():
        moments[name] = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone())
    mine = Q(owner_post_id__in=list(posts)) if units is None else Q(unit_id__in=list(units))
    rows = WorkItem.objects.filter(mine).order_by()
    late = rows.exclude(status=WorkStatus.OPEN).filter(closed_at__gt=F("due_at"), closed_at__gte=min(moments.values()))
    found = [
        _counted(rows.open().filter(due_at__lt=moments["now"]), moments, closed=False),
        _counted(late, moments, closed=True),
    ]
    return {
        name: Overdue(sum(each[f"{name}_items"] for each in found), sum(each[f"{name}_promised"] for each in found))
        for name in moments
    }


def _counted(rows: Any, moments: Mapping[str, dt.datetime], *, closed: bool) -> dict[str, int]:
    sums = {}
    for name, moment in moments.items():
        at = Q(opened_at__lt=moment, due_at__lt=moment)
        if closed:
            at &= Q(closed_at__gte=moment)
        sums[f"{name}_items"] = Count("pk", filter=at)
        sums[f"{name}_promised"] = Count("pk", filter=at & Q(customer_id__isnull=False))
    found: dict[str, int] = rows.aggregate(**sums)
    return found
