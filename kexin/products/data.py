"""What somebody says about a product: the values that operations take."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ProductData:
    """Everything of a draft but fees, risks, terms and the benchmark. Percentages a year, amounts in ``currency``."""

    code: str
    name: str
    product_class: str
    name_en: str = ""
    currency: str = "CNY"
    term_days: int | None = None
    issuer: str = ""
    manager: str = ""
    distributor: str = ""
    registration_code: str = ""
    registration_place: str = ""
    rate: Decimal | None = None
    regime: str = "none"
    offering: str = "public"
    issuer_grade: int | None = None
    minimum_amount: Decimal | None = None
    return_form: str = ""
    structure: str = ""
    labels: tuple[str, ...] = ()
    categories: dict[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("zh-hans",)
    details: dict[str, str] = field(default_factory=dict)
    liquidity: str = ""
    return_method: str = ""
    suitable_customers: str = ""
    risk_features: str = ""


@dataclass(frozen=True, slots=True)
class FeeData:
    """A fee in per cent; one a year or once, as its kind says."""

    kind: str
    rate: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class RiskData:
    """A risk (weight 1 to 5), what may happen, and the control."""

    kind: str
    weight: int
    text: str
    control: str


@dataclass(frozen=True, slots=True)
class BenchmarkData:
    """A benchmark from a day on: per cent a year, a range, or words; how it was reckoned, and why it changes."""

    from_on: dt.date
    low: Decimal | None = None
    high: Decimal | None = None
    formula: str = ""
    basis: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TermsData:
    """Trading terms; see :class:`~kexin.products.models.TradingTerms` for the meaning of each."""

    offer_from: dt.date | None = None
    offer_until: dt.date | None = None
    established_on: dt.date | None = None
    value_on: dt.date | None = None
    matures_on: dt.date | None = None
    paid_on: dt.date | None = None
    trades: tuple[str, ...] = ()
    dividends: str = ""
    calendar: str = "trading"
    cut_off: dt.time = dt.time(15)
    confirm_days: int = 1
    payout_days: int = 2
    open_every_days: int | None = None
    open_length_days: int | None = None
    least_hold_days: int = 0
    add_least: Decimal | None = None
    add_step: Decimal | None = None
    fast_limit: Decimal | None = None
    quota: Decimal | None = None
    quota_per_customer: Decimal | None = None
    raise_least: Decimal | None = None
    large_share: Decimal | None = None
