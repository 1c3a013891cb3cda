"""Where a simulated row comes to lie in the database: ids that the sequences have given out, and codes resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

SOURCE = "demo"


@dataclass(frozen=True)
class Places:
    """Simulated numbers begin at 1; each base is added to them. Blocks number their accounts with gaps."""

    party_base: int
    account_base: int
    customer_base: int
    units: Mapping[str, int]
    posts: Mapping[str, int]
    products: Mapping[str, int]
    product_names: Mapping[str, str]
    now: dt.datetime
    made_by: str

    def party(self, number: int) -> int:
        return self.party_base + number

    def account(self, number: int) -> int:
        return self.account_base + number

    def customer_no(self, party: int) -> str:
        """The customer number the bank's own sequence would give."""
        return f"C{self.customer_base + party:011d}"
