"""What matching asks of rooms and floors that may not be there: assessments, needs, restrictions, consents.

A source that nobody registered knows nothing; what is not known never allows anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kexin.party.models import Customer


@dataclass(frozen=True, slots=True)
class Assessed:
    """What counts of a customer's assessment on a day; see the fields of ``CustomerFacts``."""

    standing: str
    tolerance: int | None
    lowest: bool = False
    exempt: bool = False
    elder: bool = False
    capacity: str = "full"
    guardian_consents: bool | None = None
    assessment_id: int | None = None
    valid_until: dt.date | None = None
    horizon: str = ""
    experience: int | None = None
    objective: str = ""
    assessed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What the last analysis of needs says the money is for, and of which day it is."""

    objective: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Needs:
    """Stated insurance needs that are still valid: household income and budget for premiums, yuan a year."""

    income: Decimal
    budget: Decimal


Customers = Iterable[Customer]
AssessedSource = Callable[[list[Customer], dt.date], Mapping[int, Assessed]]
NeedsSource = Callable[[Mapping[int, int], dt.date], Mapping[int, Needs]]
ObjectivesSource = Callable[[Mapping[int, int], dt.date], Mapping[int, Stated]]
CodesSource = Callable[[list[int], dt.date], Mapping[int, tuple[str, ...]]]

ReservedSource = Callable[[Iterable[int]], Mapping[int, Decimal]]

_assessed: list[AssessedSource] = []
_needs: list[NeedsSource] = []
_objectives: list[ObjectivesSource] = []
_restrictions: list[CodesSource] = []
_consents: list[CodesSource] = []
_reserved: list[ReservedSource] = []


def register_assessments(source: AssessedSource) -> None:
    """Who knows what counts of a customer's assessment."""
    _assessed[:] = [source]


def register_needs(source: NeedsSource) -> None:
    """Who knows stated insurance needs; asked for files, each with the customer it belongs to."""
    _needs[:] = [source]


def register_objectives(source: ObjectivesSource) -> None:
    """Who knows what analyses of needs say; asked for files, each with the customer it belongs to."""
    _objectives[:] = [source]


def register_restrictions(source: CodesSource) -> None:
    """Due diligence, lists, courts: codes per customer that stop everything; nobody is told which."""
    if source not in _restrictions:
        _restrictions.append(source)


def register_consents(source: CodesSource) -> None:
    """Purposes that a customer has agreed to."""
    if source not in _consents:
        _consents.append(source)


def register_reserved(source: ReservedSource) -> None:
    """Who knows what of a product's quota is kept aside for purchases under way, by the ids of products."""
    _reserved[:] = [source]


def reserved(product_ids: list[int]) -> Mapping[int, Decimal]:
    return _reserved[0](product_ids) if _reserved else {}


def assessed(customers: list[Customer], on: dt.date) -> Mapping[int, Assessed]:
    return _assessed[0](customers, on) if _assessed else {}


def needs(files: Mapping[int, int], on: dt.date) -> Mapping[int, Needs]:
    return _needs[0](files, on) if _needs else {}


def objectives(files: Mapping[int, int], on: dt.date) -> Mapping[int, Stated]:
    return _objectives[0](files, on) if _objectives else {}


def restrictions(ids: list[int], on: dt.date) -> dict[int, tuple[str, ...]]:
    return _merged(_restrictions, ids, on)


def consents(ids: list[int], on: dt.date) -> dict[int, tuple[str, ...]]:
    return _merged(_consents, ids, on)


def _merged(sources: list[CodesSource], ids: list[int], on: dt.date) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for source in sources:
        for pk, codes in source(ids, on).items():
            found[pk] = tuple(sorted({*found.get(pk, ()), *codes}))
    return found
