"""What around a signature looks wrong: pure rules. Each answers with the facts that an inspector needs, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Signing:
    """A signature: whose, for which sale, from which device and address ("" where not known), when.

    ``digest`` is the fingerprint of all facts of the device; ``named``: the device named itself (an app does), so that
    the fingerprint alone tells it from others of the same make.
    """

    sale_no: str
    customer_id: int
    digest: str
    named: bool
    address: str
    at: dt.datetime


def one_device(mine: Signing, others: Iterable[Signing], *, least: int, days: int) -> dict[str, Any] | None:
    """Did the same device sign for other customers? A device without a name counts only at the same address.

    ``least`` customers, this one included, within ``days`` before or after.
    """
    if not mine.digest:
        return None
    span = dt.timedelta(days=days)
    found = [
        each
        for each in others
        if each.customer_id != mine.customer_id
        and each.digest == mine.digest
        and abs(each.at - mine.at) <= span
        and (mine.named or (mine.address != "" and mine.address == each.address))
    ]
    customers = {each.customer_id for each in found} | {mine.customer_id}
    if len(customers) < least:
        return None
    return {"customers": len(customers), "sales": sorted({each.sale_no for each in found})[:20]}


def sellers_terminal(mine: Signing, seller: Iterable[tuple[str, dt.datetime]], *, minutes: int,
                     shared: Collection[str]) -> dict[str, Any] | None:  # fmt: skip
    """Did the seller act from the address of the signature, shortly before or after? Shared addresses say nothing."""
    if not mine.address or mine.address in shared:
        return None
    span = dt.timedelta(minutes=minutes)
    near = [at for address, at in seller if address == mine.address and abs(at - mine.at) <= span]
    if not near:
        return None
    closest = min(near, key=lambda at: abs(at - mine.at))
    return {"address": mine.address, "minutes": int(abs(closest - mine.at).total_seconds() // 60)}


def one_number(customers: Collection[int], *, least: int) -> dict[str, Any] | None:
    """Do customers who bought lately share a number? ``customers``: those with it, this one included."""
    return {"customers": len(set(customers))} if len(set(customers)) >= least else None


def raised_same_day(grades: list[int]) -> dict[str, Any] | None:
    """Was the assessment done again on the day of the sale, with a higher grade? Grades of the day, in their order."""
    if len(grades) < 2 or grades[-1] <= grades[0]:
        return None
    return {"before": grades[0], "after": grades[-1], "times": len(grades)}
