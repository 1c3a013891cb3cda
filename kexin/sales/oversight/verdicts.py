"""Was an executed sale in order? A pure rule over stored facts, as they were known at the end of a day.

Everything it reads is appended and dated, so that the same question about the same day gives the same answer for ever.
Source: requirement D-28 (sales compliance rate 销售合规率).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kexin.sales.choices import Gate


class Fault(TextChoices):
    """Why an executed sale does not count as compliant."""

    GATE = "gate", _("A gate is missing")
    RECORDING = "recording", _("Recording missing")
    RECORDING_FAULT = "recording_fault", _("Recording with a fault")
    RECORDING_AWAITED = "recording_awaited", _("Recording chosen, not inspected yet")
    CALL_LATE = "call_late", _("Return call overdue")
    CALL_UNREACHED = "call_unreached", _("Customer not reached afterwards")
    CONTRADICTED = "contradicted", _("Customer contradicts the sale")
    ITEM_OPEN = "item_open", _("Inspection item open")
    ITEM_CONFIRMED = "item_confirmed", _("Inspection item confirmed")


@dataclass(frozen=True, slots=True)
class ExecutedFacts:
    """What was known of an executed sale at the end of a day.

    ``passed``: gates of its round. ``recording``: "" for none, else "done". ``inspection``: result or "".
    ``items``: states of its inspection items, but for those about the return call, which stand in ``call_items``.
    """

    needed: Collection[int]
    passed: Collection[int]
    recording: str = ""
    sampled: bool = False
    inspection: str = ""
    call_due: bool = False
    call_unreached: bool = False
    contradicted: bool = False
    call_items: Collection[str] = ()
    items: Collection[str] = ()


def faults_of(facts: ExecutedFacts) -> tuple[Fault, ...]:
    """Every fault, in the order of the vocabulary; empty: compliant.

    A return call that is not due yet is no fault; one that contradicts the sale, or reached nobody, is, until somebody
    who did not sell has cleared its item.
    """
    found: set[Fault] = set()
    missing = set(facts.needed) - set(facts.passed) - {int(Gate.FOLLOWED_UP)}
    if missing:
        found.add(Fault.GATE)
    if Gate.RECORDED in facts.needed:
        if not facts.recording:
            found.add(Fault.RECORDING)
        elif facts.inspection == "faulty":
            found.add(Fault.RECORDING_FAULT)
        elif facts.sampled and not facts.inspection:
            found.add(Fault.RECORDING_AWAITED)
    cleared = bool(facts.call_items) and set(facts.call_items) == {"cleared"}
    if facts.contradicted and not cleared:
        found.add(Fault.CONTRADICTED)
    if facts.call_unreached and not cleared:
        found.add(Fault.CALL_UNREACHED)
    late = facts.call_due and not facts.call_unreached and Gate.FOLLOWED_UP not in facts.passed
    if Gate.FOLLOWED_UP in facts.needed and late:
        found.add(Fault.CALL_LATE)
    if "open" in facts.items:
        found.add(Fault.ITEM_OPEN)
    if "confirmed" in facts.items:
        found.add(Fault.ITEM_CONFIRMED)
    return tuple(each for each in Fault if each in found)


@dataclass(frozen=True, slots=True)
class Rate:
    """Executed sales and those in order; ``percent`` with one decimal, None where nothing was executed."""

    executed: int
    compliant: int

    @property
    def percent(self) -> Decimal | None:
        if not self.executed:
            return None
        return (Decimal(100 * self.compliant) / self.executed).quantize(Decimal("0.1"), ROUND_HALF_UP)


def rate_of(verdicts: Iterable[tuple[Fault, ...]]) -> Rate:
    """销售合规率 of these sales."""
    rows = list(verdicts)
    return Rate(len(rows), sum(not each for each in rows))


def counted(verdicts: Iterable[tuple[Fault, ...]]) -> list[tuple[Fault, int]]:
    """How many sales have each fault, those that occur, the most frequent first; a sale may have several."""
    found = Counter(fault for each in verdicts for fault in each)
    return sorted(found.items(), key=lambda pair: (-pair[1], list(Fault).index(pair[0])))


def is_past(moment: dt.datetime | None, end: dt.datetime) -> bool:
    """Had this happened before the end of the day?"""
    return moment is not None and moment < end
