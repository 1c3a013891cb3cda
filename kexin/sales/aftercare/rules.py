"""Rules of care after a sale: pure functions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.sales.aftercare.choices import CareOutcome, CareState

LONGEST_REASON = 500


def may_settle_care(state: str, outcome: str, reason: str) -> Decision:
    """Once, with an outcome of the list; that nothing was needed is said with a reason."""
    decision = ALLOWED
    if state != CareState.OPEN:
        decision &= refused("state", _("This matter is settled already."))
    if outcome not in CareOutcome.values:
        decision &= refused("outcome", _("Choose one of the list."), "outcome")
    if outcome == CareOutcome.NOTHING and not reason.strip():
        decision &= refused("reason", _("Say why nothing was needed."), "reason")
    if len(reason) > LONGEST_REASON:
        decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST_REASON}, "reason")
    return decision
