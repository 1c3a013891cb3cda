"""What other floors know about how often a customer is to be visited; the shortest interval counts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import QuerySet

Months = Callable[[Collection[int]], dict[int, int]]  # customers → months between visits
Whose = Callable[[], "QuerySet[Any]"]  # keys of all customers with an interval

_rhythms: list[tuple[Months, Whose]] = []


def register_rhythm(months: Months, whose: Whose) -> None:
    """Called once by a floor above, when it is ready."""
    if (months, whose) not in _rhythms:
        _rhythms.append((months, whose))


def asked_months(customers: Collection[int]) -> dict[int, int]:
    """The shortest interval that any floor asks for, by customer."""
    found: dict[int, int] = {}
    for months, _whose in _rhythms:
        for pk, asked in months(customers).items():
            found[pk] = min(asked, found.get(pk, asked))
    return found


def with_rhythm() -> list[QuerySet[Any]]:
    """Keys of the customers for whom some floor asks."""
    return [whose() for _months, whose in _rhythms]
