"""Rules of referrals: pure functions."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.workflow import Transitions
from kexin.party.choices import ProductLine
from kexin.sales.referrals.choices import BusinessLine, ReferralState

LONGEST_NEED = 1000
TABLE = Transitions(
    {
        ReferralState.WAITING: {
            "accept": ReferralState.ACCEPTED,
            "decline": ReferralState.DECLINED,
            "withdraw": ReferralState.WITHDRAWN,
        },
        ReferralState.ACCEPTED: {"close": ReferralState.CLOSED},
    }
)


def may_refer(
    *, from_line: str, to_line: str, need: str, share: Decimal, most_share: int, product_line: str
) -> Decision:
    """Is a referral whole: between two different lines, with the need in words and a share within the policy?"""
    decision = ALLOWED
    for name, value in (("from_line", from_line), ("to_line", to_line)):
        if value not in BusinessLine.values:
            decision &= refused(name, _("Choose one of the list."), name)
    if from_line == to_line:
        decision &= refused("same", _("Choose another line than the giver's."), "to_line")
    if not need:
        decision &= refused("need", _("Write down what the customer needs."), "need")
    elif len(need) > LONGEST_NEED:
        decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST_NEED}, "need")
    if not 0 <= share <= most_share or share != round(share, 2):
        words = _("A share from 0 to %(most)s percent, with two decimals at most.") % {"most": most_share}
        decision &= refused("share", words, "share")
    if product_line not in ProductLine.values:
        decision &= refused("line", _("Choose a product line."), "product_line")
    return decision


def may_take(*, giver: int, receiver: int | None, posts: Collection[int], of_unit: bool, heads_unit: bool) -> Decision:
    """May somebody with these posts answer? The receiver, anybody of the unit where it lies in the pool, its head."""
    if giver in posts:
        return refused("own", _("Nobody answers a referral of one's own."))
    if receiver is not None and (receiver in posts or heads_unit):
        return ALLOWED
    if receiver is None and (of_unit or heads_unit):
        return ALLOWED
    return refused("other", _("This referral waits for somebody else."))
