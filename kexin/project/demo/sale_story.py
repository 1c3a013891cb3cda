"""One sale of the past as a story: who, what, through which gates, how it ended. The moments follow from its beginning.

What is told of a gate is what the gate's own operation would have kept; nothing that the rules refuse is told as done.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np

from kexin.core.actor import Actor, customer
from kexin.party.models import Customer
from kexin.people.models import Employee
from kexin.products.models import Product
from kexin.sales.choices import Gate, SaleChannel
from kexin.suitability.matching.facts import MatchFacts
from kexin.suitability.matching.rules import Verdict

MINUTES: Final = {  # after the opening
    Gate.ASSESSED: 0,
    Gate.TOLD: 4,
    Gate.DISCLOSED: 9,
    Gate.CONFIRMED: 11,
    Gate.SIGNED: 13,
    Gate.RECORDED: 19,
    Gate.APPROVED: 41,
    Gate.SENT: 46,
}
BROWSERS: Final = (
    ("Android", "Chrome 131", "412x915"),
    ("iOS", "Safari 18", "390x844"),
    ("HarmonyOS", "Huawei 15", "360x780"),
)


@dataclass(frozen=True, slots=True)
class Selling:
    """Who sells: the employee, the post, its unit, and the head who approves there."""

    employee: Employee
    post: int
    unit: int
    head: str


@dataclass(frozen=True, slots=True)
class SaleStory:
    """``last`` is the last gate passed; ``state`` and ``reason`` how it stands since. ``source_no`` names the position
    that came of it."""

    customer: Customer
    product: Product
    selling: Selling
    amount: Decimal
    began: dt.datetime
    facts: MatchFacts
    verdict: Verdict
    channel: SaleChannel
    staff: bool
    device: Mapping[str, str]
    address: str
    needed: tuple[int, ...]
    last: Gate
    state: str = "open"
    reason: str = ""
    closed: dt.datetime | None = None
    units: Decimal | None = None
    seconds: int = 48
    result: str = "understood"
    said: str = ""
    second: tuple[MatchFacts, Verdict] | None = None  # the matching at the hand-over, where it came out otherwise

    @property
    def day(self) -> dt.date:
        """The business date of the opening."""
        return self.facts.ask.on

    def at(self, gate: Gate) -> dt.datetime:
        """When a gate was passed."""
        if gate in MINUTES:
            return self.began + dt.timedelta(minutes=MINUTES[gate], seconds=self.customer.pk % 50)
        if gate == Gate.EXECUTED:
            return self.began.replace(hour=1, minute=5) + dt.timedelta(days=1)  # five past nine in China
        return self.began.replace(hour=7, minute=20) + dt.timedelta(days=4 + self.customer.pk % 5)

    def passed(self) -> list[Gate]:
        """Its gates in order, as far as it went."""
        return [Gate(each) for each in sorted(self.needed) if each <= self.last]

    def herself(self) -> Actor:
        """The customer at the portal."""
        session = f"portal.{self.customer.pk}{self.began:%m%d%H%M}"
        return customer(self.customer.pk, self.customer.customer_no, (), session=session, address=self.address)


def own_device(customer_id: int) -> dict[str, str]:
    """The telephone of a customer, the same at each visit."""
    platform, browser, screen = BROWSERS[customer_id % len(BROWSERS)]
    return {
        "platform": platform,
        "browser": browser,
        "screen": screen,
        "language": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "touch": "yes",
        "device": f"phone-{customer_id * 2654435761 % 2**32:08x}",
    }


def drawn_name(seed: int) -> dict[str, Any]:
    """Three strokes as a finger draws them, different for each customer: what a page sends."""
    rng = np.random.default_rng([seed, 77])
    strokes: list[list[list[float]]] = []
    ms = 0
    for part in range(3):
        left, top = 60 + 180 * part + rng.uniform(-15, 15), 150 + rng.uniform(-25, 25)
        turns, wide, high = rng.uniform(1.2, 2.6), rng.uniform(55, 75), rng.uniform(35, 80)
        stroke = []
        for step in range(28):
            along = step / 27
            x = left + 2 * wide * along
            y = top + high * math.sin(turns * math.pi * along + part) * (1 - 0.4 * along)
            stroke.append([round(x, 1), round(min(max(y, 5), 295), 1), ms])
            ms += 14
        strokes.append(stroke)
        ms += 160
    return {"width": 640, "height": 300, "strokes": strokes}
