"""The facts a matching decision stands on: plain values, stored whole with the decision."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from kexin.core.errors import type_text
from kexin.suitability.matching.choices import Purpose, SaleChannel


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """The product on the day. ``grade`` is the one that rules (None: not graded); ``quota_left`` None is unlimited.

    ``rate`` is what one unit of its currency is worth in the currency of the customer's assets (None: not known).
    ``insurance_kind`` is empty for what is no insurance, and where the kind is not known. ``cooling_hours`` is the
    right to withdraw as the product's own documents state it; ``return_form`` what its return comes from.
    """

    product_id: int
    code: str
    product_class: str
    regime: str
    private: bool
    grade: int | None
    state: str
    on_sale: bool
    term_days: int | None = None
    minimum: Decimal | None = None
    quota_left: Decimal | None = None
    rate: Decimal | None = Decimal(1)
    insurance_kind: str = ""
    cooling_hours: int | None = None
    return_form: str = ""


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """The customer on the day; None is "not known", which never allows anything.

    ``scale`` is the size of an enterprise, ``unknown`` where its file does not say it, empty for everybody else;
    ``tolerance`` is 1 to 5 where an assessment counts (``standing`` says why it does not); ``held_by_grade`` is the
    market value held per product grade; ``restrictions`` are codes that not everybody may see. ``experience`` is the
    riskiest grade of product known by the answers (0: none), ``held_since`` per class and grade since when it is held.
    """

    customer_id: int
    individual: bool
    active: bool
    standing: str = "none"
    tolerance: int | None = None
    lowest: bool = False
    exempt: bool = False
    elder: bool = False
    age: int | None = None
    capacity: str = "full"
    guardian_consents: bool | None = None
    assessment_id: int | None = None
    valid_until: dt.date | None = None
    horizon: str = ""
    assets: Decimal | None = None
    held_by_grade: Mapping[int, Decimal] = field(default_factory=dict)
    income: Decimal | None = None
    budget: Decimal | None = None
    needs_known: bool = False
    qualified_until: dt.date | None = None
    document_until: dt.date | None = None
    document_long_term: bool = False
    restrictions: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    experience: int | None = None
    objective: str = ""
    held_since: Mapping[str, Mapping[int, dt.date]] = field(default_factory=dict)
    scale: str = ""


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """What the people floor said of the seller for this product: codes and words of every reason against.

    The words have no language yet: an opinion keeps them in both.
    """

    employee_id: int | None
    needed: bool = True
    reasons: tuple[tuple[str, type_text], ...] = ()
    warnings: tuple[tuple[str, type_text], ...] = ()


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What is asked: for which purpose, through which channel, how much, on which day.

    ``insists``: the customer wants it of the own accord after the warning. ``payment_years`` 1 is a single premium.
    """

    purpose: Purpose
    channel: SaleChannel
    on: dt.date
    amount: Decimal | None = None
    insists: bool = False
    payment_years: int | None = None


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """All of it."""

    product: ProductFacts
    customer: CustomerFacts
    seller: SellerFacts
    ask: AskFacts


def as_json(facts: MatchFacts) -> dict[str, Any]:
    """The facts as they are stored: decimals and days as text."""
    return {name: _plain(value) for name, value in dataclasses.asdict(facts).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal | dt.date | Promise):
        return str(value)
    return value
