"""The shelf: sixty products from ``rates.yaml`` and their net values on every trading day.

Net values are integers in 1/10,000 yuan per share (gold: per gram). The market holds two told stories: bonds lose
1.2 % in three weeks about eight months before the day of loading, equities fall 18 % over two months ending four
months before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from kexin.project.demo.calendar_cn import Calendar, day_number

FIVE_YEARS = 1_826  # days before loading on which every net value was 1; gold is 960 yuan a gram on the day
RATES_FILE = Path(__file__).with_name("rates.yaml")
ISSUERS = {
    "wealth": "江澜理财",
    "fund": "江澜基金",
    "insurance": "江澜人寿",
    "trust": "江澜信托",
    "treasury": "财政部",
}


@dataclass(frozen=True)
class Product:
    code: str
    name: str
    kind: str  # the class of accounts that hold it
    risk: int  # R1..R5, 0 where no grade applies
    term_days: int  # 0: no term
    rate_bp: int  # per cent a year × 100; for net-value products the benchmark
    minimum: int  # cents
    currency: str
    path: str  # what moves the net value; empty: none
    issuer: str
    status: str
    risk_before: int  # grade before a re-rating, else equal to ``risk``


@dataclass(frozen=True)
class Shelf:
    products: tuple[Product, ...]
    prices: npt.NDArray[np.int64]  # product × day, 1/10,000 yuan; 10,000 where nothing moves
    changes: tuple[dict[str, Any], ...]
    rates: dict[str, Any]
    first_day: int

    def index(self, code: str) -> int:
        return next(i for i, product in enumerate(self.products) if product.code == code)

    def of_kind(self, *kinds: str) -> npt.NDArray[np.int64]:
        return np.array([i for i, product in enumerate(self.products) if product.kind in kinds], dtype=np.int64)

    def price(self, product: npt.ArrayLike, day: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Net value of each product on each day (1/10,000 yuan)."""
        index = np.clip(np.asarray(day) - self.first_day, 0, self.prices.shape[1] - 1)
        return self.prices[np.asarray(product), index]

    def field(self, name: str) -> npt.NDArray[Any]:
        return np.array([getattr(product, name) for product in self.products])


def load_rates() -> dict[str, Any]:
    with RATES_FILE.open(encoding="utf-8") as file:
        rates: dict[str, Any] = yaml.safe_load(file)
    return rates


def build_shelf(today: date, calendar: Calendar) -> Shelf:
    """Products with their state on ``today`` and net values from the calendar's first day to ``today``."""
    rates = load_rates()
    changes = tuple(
        {**change, "changed_on": today - timedelta(days=change["days_before"])} for change in rates["changes"]
    )
    products = tuple(_product(entry, changes) for entry in rates["products"])
    prices = _net_values(products, today, calendar)
    return Shelf(products, prices, changes, rates, calendar.first)


def _product(entry: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> Product:
    mine = {change["kind"]: change for change in changes if change["code"] == entry["code"]}
    rate = float(mine["benchmark_changed"]["after"]) if "benchmark_changed" in mine else float(entry["rate"])
    rerated = mine.get("re_rated")
    return Product(
        code=entry["code"],
        name=entry["name"],
        kind=entry["class"],
        risk=int(rerated["after"][1]) if rerated else entry["risk"],
        term_days=entry["term"],
        rate_bp=round(rate * 100),
        minimum=entry["minimum"] * 100,
        currency=entry.get("currency", "CNY"),
        path=entry.get("path", ""),
        issuer=ISSUERS.get(entry["class"], "江澜银行"),
        status="suspended" if "suspended" in mine else "on_sale",
        risk_before=entry["risk"],
    )


def _net_values(products: tuple[Product, ...], today: date, calendar: Calendar) -> npt.NDArray[np.int64]:
    days = day_number(today) - calendar.first + 1
    trading = calendar.trading[:days]
    rng = np.random.default_rng(12)  # the market is a told story, the same for every seed
    bond = rng.normal(0, 0.0002, days) * trading
    equity = rng.normal(0, 0.009, days) * trading
    gold = rng.normal(0, 0.007, days) * trading
    for factor in (bond, equity, gold):
        for year in range(0, days, 365):  # chance moves within a year, drift and stories between years
            factor[year : year + 365] -= factor[year : year + 365].mean()
    _fall(bond, trading, end=days - 225, length=21, total=-0.012 * 1.05)
    _fall(equity, trading, end=days - 120, length=60, total=-0.18)
    loads = {
        "cash": (0.0, 0.0, 0.0),
        "bond": (1.0, 0.0, 0.0),
        "bond_plus": (1.2, 0.12, 0.0),
        "mixed": (0.6, 0.45, 0.0),
        "equity": (0.0, 1.0, 0.0),
        "gold": (0.0, 0.0, 1.0),
    }
    result = np.full((len(products), days), 10_000, dtype=np.int64)
    sessions = max(int(trading.sum()), 1) / (days / 365)
    for number, product in enumerate(products):
        if not product.path:
            continue
        b, e, g = loads[product.path]
        own = rng.normal(0, 0.0012 if e else 0.00003, days) * trading if product.path != "cash" else 0.0
        growth = trading * (product.rate_bp / 10_000 / sessions)
        level = np.exp(np.cumsum(growth + b * bond + e * equity + g * gold + own))
        base = 9_600_000 / level[-1] if product.path == "gold" else 10_000 / level[max(days - FIVE_YEARS, 0)]
        result[number] = np.maximum(np.round(base * level), 1).astype(np.int64)
    return result


def _fall(
    returns: npt.NDArray[np.float64], trading: npt.NDArray[np.bool_], *, end: int, length: int, total: float
) -> None:
    """Replace the returns of a span by ones that add up to ``total`` (as a fraction lost)."""
    span = np.arange(max(end - length, 0), max(end, 0))
    span = span[trading[span]]
    if not len(span):
        return
    returns[span] -= returns[span].mean()
    returns[span] += np.log1p(total) / len(span)
