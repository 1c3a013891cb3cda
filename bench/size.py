"""How big the measured bank is, and where it lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PER_BRANCH = 10  # sub-branches of a branch, and branches of the bank: the head of a branch reaches a tenth
PORTFOLIO = 450  # customers of a manager
MONTHS = 24


@dataclass(frozen=True)
class Size:
    """``SIZE``: ``full`` (1,000,000 customers) or a number (100,000 unless said). ``TRANSACTIONS``: per customer."""

    customers: int
    per_customer: int

    @property
    def accounts(self) -> int:
        return 2 * self.customers

    @property
    def transactions(self) -> int:
        return self.customers * self.per_customer

    @property
    def folder(self) -> Path:
        """A cluster, keys and files of its own, kept between runs."""
        return ROOT / "var" / "bench" / str(self.customers)


def wanted() -> Size:
    text = os.environ.get("SIZE") or "100000"
    customers = 1_000_000 if text == "full" else int(text)
    return Size(customers, int(os.environ.get("TRANSACTIONS") or 50))
