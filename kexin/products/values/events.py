"""Facts about net values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class NetValueCorrected:
    """A net value that had been taken in was wrong: what stood there, what stands now, and why."""

    product: str
    day: dt.date
    before: Decimal
    after: Decimal
    reason: str
