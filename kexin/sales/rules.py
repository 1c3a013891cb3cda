"""The gates of a sale, as pure rules. The database holds the same order by triggers (migration 0001).

A sale knows from its opening which gates it *needs*; gates may be added while it runs (an approval that became
necessary), never taken away. A gate opens only when every needed gate before it has been passed.
Source: NFRA Order 2025-7 Art. 12, 13 (nothing is sold before assessment and matching opinion; nobody assesses or
confirms for the customer), Art. 18 (care for customers of 65 and more); 银监办发〔2017〕110号, 保监发〔2017〕54号
Art. 6 (recording).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.sales.choices import Gate, Party, SaleChannel

ALWAYS = frozenset({Gate.ASSESSED, Gate.TOLD, Gate.DISCLOSED, Gate.CONFIRMED, Gate.SIGNED, Gate.SENT, Gate.EXECUTED})
SENIOR = "scale_senior"
BY_SCALE = frozenset({"scale_approval", SENIOR})  # the row of the enterprise's size has asked for the approval already
BY_CUSTOMER = frozenset({Gate.DISCLOSED, Gate.CONFIRMED, Gate.SIGNED})


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """What decides which gates a sale needs. ``conditions`` are those of the matching opinion."""

    channel: SaleChannel
    staff_took_part: bool
    is_person: bool
    recording_ruled: bool  # the rules of the product's class ask for recordings on the premises
    conditions: frozenset[str]
    recorded_anywhere: bool = False  # … and wherever staff take part (insurance sold to the elderly)


def needed_gates(facts: SaleFacts, approval_conditions: Collection[str], *, follow_up: bool) -> frozenset[Gate]:
    """The gates of a sale. Where staff took part on the premises, not which device was used, decides the recording."""
    needed = set(ALWAYS)
    ruled = facts.recorded_anywhere or (facts.channel == SaleChannel.PREMISES and facts.recording_ruled)
    if ruled and facts.staff_took_part and facts.is_person:
        needed.add(Gate.RECORDED)
    if facts.conditions & (BY_SCALE | frozenset(approval_conditions)):
        needed.add(Gate.APPROVED)
    if follow_up:
        needed.add(Gate.FOLLOWED_UP)
    return frozenset(needed)


def next_gate(needed: Collection[int], passed: Collection[int]) -> Gate | None:
    """What blocks the sale now; None when nothing is left."""
    open_gates = sorted(set(needed) - set(passed))
    return Gate(open_gates[0]) if open_gates else None


def may_pass(gate: Gate, needed: Collection[int], passed: Collection[int], *, by: Party) -> Decision:
    """May ``gate`` be passed now, by a customer, a member of staff or the system?"""
    if gate not in needed:
        return refused("not_needed", _("This sale does not need that step."))
    if gate in passed:
        return refused("passed", _("This step has been taken already."))
    decision = ALLOWED
    if (gate in BY_CUSTOMER) != (by == Party.CUSTOMER):
        decision &= refused(
            "by_whom",
            _("Only the customer can take this step, never staff on the customer's behalf.")
            if gate in BY_CUSTOMER
            else _("The customer cannot take this step."),
        )
    missing = [each for each in sorted(set(needed)) if each < gate and each not in passed]
    return decision & Decision(
        tuple(
            Reason(f"before_{Gate(each).name.lower()}", _("Not yet done: %(gate)s.") % {"gate": Gate(each).due})
            for each in missing
        )
    )


def may_say_understood(*, seconds: int, least: int, wrong: Collection[str]) -> Decision:
    """Were the risks read long enough, and the questions about them answered right?"""
    decision = ALLOWED
    if seconds < least:
        decision &= refused(
            "too_fast", _("Please take your time: read the risks for %(n)s seconds at least.") % {"n": least}
        )
    return decision & Decision(
        tuple(Reason("not_understood", _("Please read this again: the answer is not right."), each) for each in wrong)
    )
