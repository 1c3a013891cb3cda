"""Rules of inspection items: pure functions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.sales.oversight.choices import ItemState

LONGEST_REASON = 500


def may_settle(state: str, outcome: str, reason: str, *, by_seller: bool, by_reporter: bool = False) -> Decision:
    """May this item be cleared or confirmed: once, with a reason, by neither the seller nor who reported it?"""
    decision = ALLOWED
    if by_seller:
        decision &= refused("seller", _("Nobody settles an item about a sale of their own."))
    if by_reporter:
        decision &= refused("reporter", _("Nobody settles what they reported themselves."))
    if state != ItemState.OPEN:
        decision &= refused("state", _("This item is settled already."))
    if outcome not in (ItemState.CLEARED, ItemState.CONFIRMED):
        decision &= refused("outcome", _("Choose one of the list."), "outcome")
    if not reason.strip():
        decision &= refused("reason", _("Say what you found."), "reason")
    if len(reason) > LONGEST_REASON:
        decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST_REASON}, "reason")
    return decision
