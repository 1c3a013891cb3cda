"""Facts of the value of customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ValueClassChanged:
    """A customer moved from one value class to another."""

    customer_id: int
    subject: str
    before: str
    after: str
    points: int
    since: dt.date
