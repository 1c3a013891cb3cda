"""Ways to the core system. Which one is used is a setting of the installation.

An adapter hands a ticket over and gives back the core's first word, or raises :class:`NotNow` (nobody knows whether
the core has it; the same number is tried again) or :class:`NotTaken` (the core refused it for good). It also brings
later words (``answers``) and the core's own list of a day (``statement``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.conf import settings

from kexin.sales.orders.rules import Answer


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the core system needs to know of an order. No name and no identity number: the core knows its customers.

    ``side`` is ``buy``, ``cancel``, ``redeem`` or ``choice``; all but the first name the purchase they are about (their
    own number without its last part). The amount of a redemption is units; a choice says in ``way`` how dividends are
    paid.
    """

    order_no: str
    customer_no: str
    product_code: str
    amount: Decimal
    currency: str
    made_on: dt.date
    side: str = "buy"
    way: str = ""

    def as_data(self) -> dict[str, str]:
        """The ticket as JSON and CSV carry it; the amount as text, for it is a decimal."""
        about = self.order_no.rpartition("-")[0]
        more = {"cancel": {"cancels": about}, "redeem": {"redeems": about}, "choice": {"of": about, "way": self.way}}
        return more.get(self.side, {}) | {
            "order_no": self.order_no,
            "side": self.side,
            "customer_no": self.customer_no,
            "product_code": self.product_code,
            "amount": f"{self.amount:.2f}",
            "currency": self.currency,
            "made_on": self.made_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something came that nobody can read; ``what`` names it, ``why`` is a code."""

    what: str
    why: str


class NotNow(Exception):
    """Nobody knows whether the core has it; the text is a code without personal data."""


class NotTaken(Exception):
    """The core will never take it; the text says why."""


Take = Callable[[Answer | Unreadable, str], None]


class CoreSystem(Protocol):
    """One way to the core system. ``pretended`` says that nobody real is there: the pages state it."""

    name: str
    pretended: bool

    def send(self, ticket: Ticket) -> Answer:
        """Hand the order over and give the core's word, or raise :class:`NotNow` or :class:`NotTaken`."""

    def collect(self, waiting: Iterable[str], take: Take) -> None:
        """Give every new word to ``take(answer, source)``; what it has taken is not brought again.

        ``waiting`` are the order numbers that have no last word yet. Raises :class:`NotNow` when out of reach.
        """

    def statement(self, day: dt.date) -> Iterator[Answer] | None:
        """The core's own list of a day; None where it has none (yet). Raises :class:`NotNow`."""


def core_system() -> CoreSystem:
    """The core system of this installation. Raises ValueError for a name that nobody knows."""
    from kexin.sales.orders.adapters import demonstration, files, http_core

    chosen = settings.KEXIN_CORE
    if chosen == "demonstration":
        return demonstration.Demonstration()
    if chosen == "file":
        return files.Files(settings.KEXIN_CORE_DIR)
    if chosen == "http":
        return http_core.HttpCore(settings.KEXIN_CORE_URL, settings.KEXIN_CORE_TOKEN)
    raise ValueError(f"No core system is called {chosen!r}.")
