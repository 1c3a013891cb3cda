"""Rules of attribution and of hand-overs: pure, no database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused

WHOLE = Decimal(100)


def may_share(shares: Sequence[tuple[int, Decimal]], *, double_counting: bool, most: int) -> Decision:
    """Do these parts (post, percent) make a whole? With double counting each counts by itself, whatever the sum.

    No shares at all are allowed: then the lead counts whole.
    """
    if not shares:
        return ALLOWED
    reasons = []
    posts = [post for post, _percent in shares]
    if len(set(posts)) < len(posts):
        reasons.append(Reason("twice", _("Name each manager once."), "shares"))
    if len(posts) > most:
        words = _("At most %(count)s managers share in one line.") % {"count": most}
        reasons.append(Reason("many", words, "shares"))
    if any(not 0 < percent <= WHOLE or percent != percent.quantize(Decimal("0.01")) for _post, percent in shares):
        reasons.append(Reason("percent", _("A share lies above 0 and up to 100, with two decimals at most."), "shares"))
    total = sum((percent for _post, percent in shares), Decimal(0))
    if not reasons and not double_counting and total != WHOLE:
        values = {"total": _plain(total), "difference": _plain(abs(WHOLE - total))}
        missing = _("The shares add up to %(total)s, not to 100 percent: %(difference)s are missing.")
        over = _("The shares add up to %(total)s, not to 100 percent: %(difference)s are too much.")
        reasons.append(Reason("sum", (missing if total < WHOLE else over) % values, "shares"))
    return Decision(tuple(reasons))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def may_supervise(
    person: str, posts: Collection[int], *, signed: Collection[str], parties: Collection[int]
) -> Decision:
    """The supervisor is a third person: has not signed for a side, and holds none of the posts that give or receive."""
    if person in signed:
        return refused("signed", _("You signed for one of the two sides; a third person supervises."))
    if set(posts) & set(parties):
        return refused("party", _("You give or receive customers here; a third person supervises."))
    return ALLOWED


def may_claim(*, held: int, most: int, days_since_given_back: int | None, cooldown: int, protected: str) -> Decision:
    """May a manager take this customer of the pool? Every reason against is told."""
    reasons = []
    if held >= most:
        text = _("You look after %(held)s customers; %(most)s are the most.") % {"held": held, "most": most}
        reasons.append(Reason("full", text))
    if days_since_given_back is not None and days_since_given_back < cooldown:
        left = cooldown - days_since_given_back
        text = _("You gave this customer back; you may claim again in %(days)s days.") % {"days": left}
        reasons.append(Reason("cooldown", text))
    if protected:
        reasons.append(Reason("protected", _("This customer is protected: %(reason)s") % {"reason": protected}))
    return Decision(tuple(reasons))
