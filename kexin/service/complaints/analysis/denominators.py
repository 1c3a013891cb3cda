"""By what complaints are divided: personal customers and outlets, as they were on a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from kexin.party.choices import CustomerStatus, PartyKind
from kexin.party.models import Customer
from kexin.people.models import OrgUnit

PER_CUSTOMERS, PER_OUTLETS = 10_000_000, 1_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many personal customers and outlets."""

    customers: int = 0
    outlets: int = 0

    @property
    def in_customers(self) -> float | None:
        """In ten millions; None where there is nobody."""
        return self.customers / PER_CUSTOMERS if self.customers else None


def _personal(units: Sequence[int] | None) -> QuerySet[Customer]:
    rows = Customer.objects.filter(kind=PartyKind.INDIVIDUAL, admitted_on__isnull=False)
    rows = rows.exclude(status=CustomerStatus.MERGED).order_by()
    return rows if units is None else rows.filter(unit__in=units)


def sizes(units: Sequence[int] | None, day: dt.date, outlet_kinds: Sequence[str]) -> dict[int, Size]:
    """Per unit, at the end of ``day``: who was a customer then, and which outlets were open. Two reads."""
    there = _personal(units).filter(Q(closed_on=None) | Q(closed_on__gt=day), admitted_on__lte=day)
    customers = dict(there.values_list("unit").annotate(Count("pk")))
    rows = OrgUnit.objects.filter(kind__in=list(outlet_kinds)).filter(Q(closed_on=None) | Q(closed_on__gt=day))
    rows = rows.filter(Q(opened_on=None) | Q(opened_on__lte=day))
    if units is not None:
        rows = rows.filter(pk__in=list(units))
    outlets = set(rows.values_list("pk", flat=True))
    return {pk: Size(customers.get(pk, 0), int(pk in outlets)) for pk in {*customers, *outlets}}


def total(found: dict[int, Size]) -> Size:
    return Size(sum(each.customers for each in found.values()), sum(each.outlets for each in found.values()))


def customers_at(units: Sequence[int] | None, days: Sequence[dt.date]) -> list[int]:
    """How many personal customers there were at the end of each day (in rising order). Two reads for all of them."""
    changes: Counter[dt.date] = Counter()
    rows = _personal(units)
    for day, count in rows.values_list("admitted_on").annotate(Count("pk")):
        changes[day] += count
    for day, admitted, count in (
        rows.filter(closed_on__isnull=False).values_list("closed_on", "admitted_on").annotate(Count("pk"))
    ):
        changes[max(day, admitted)] -= count
    ordered, found, place, so_far = sorted(changes.items()), [], 0, 0
    for day in days:
        while place < len(ordered) and ordered[place][0] <= day:
            so_far += ordered[place][1]
            place += 1
        found.append(so_far)
    return found
