"""May a purchase be taken back, by which right, and until when? Pure: no database, no clock.

Cooling-off exists only where a rule or the product's own documents give it: private wealth products and structured
deposits (投资冷静期, from the signature), insurance (犹豫期, from the policy, which is the core system's confirmation).
An order can be cancelled until the cut-off of its own dealing day where the trading terms say so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import type_text
from kexin.products.choices import Regime
from kexin.sales.choices import SaleState
from kexin.sales.orders.choices import OrderState
from kexin.sales.withdrawing.choices import Ground


@dataclass(frozen=True, slots=True)
class Right:
    """By which right, and until when (that moment included)."""

    ground: Ground
    until: dt.datetime
    insurance: bool = False

    @property
    def label(self) -> type_text:
        """The right by its name: 投资冷静期, or 犹豫期 of insurance."""
        if self.ground == Ground.COOLING_OFF:
            return _("Hesitation period") if self.insurance else _("Investment cooling-off")
        return self.ground.label


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides. ``cut_off_until`` is None where the terms allow no cancelling, or nothing is under way."""

    state: str
    order_state: str | None
    cooling_until: dt.datetime | None
    cut_off_until: dt.datetime | None
    asked_already: bool = False
    insurance: bool = False


def begins_with_signature(regime: str) -> bool:
    """Investment cooling-off runs from the signature; the hesitation period of insurance from the policy."""
    return regime != Regime.INSURANCE


def right_of(now: dt.datetime, standing: Standing) -> Right | None:
    """The right that holds at this moment, cooling-off first: the core system cannot plead its cut-off against it."""
    if standing.state not in (SaleState.SENT, SaleState.EXECUTED):
        return None
    if standing.cooling_until is not None and now <= standing.cooling_until:
        return Right(Ground.COOLING_OFF, standing.cooling_until, standing.insurance)
    cancellable = standing.order_state not in (None, OrderState.CONFIRMED)
    if cancellable and standing.cut_off_until is not None and now < standing.cut_off_until:
        return Right(Ground.CUT_OFF, standing.cut_off_until)
    return None


def may_withdraw(now: dt.datetime, standing: Standing, *, by_customer: bool, evidence: str) -> Decision:
    """May it be taken back now? Staff do it only on the customer's signed wish, and say where that lies."""
    decision = ALLOWED
    if standing.asked_already:
        decision &= refused("asked", _("It is being taken back already: wait for the core system's answer."))
    elif right_of(now, standing) is None:
        words: type_text = _(
            "This purchase cannot be taken back: it has no cooling-off, and no order waits for a cut-off."
        )
        if standing.cooling_until is not None:
            words = _("The time to take it back ended at %(until)s.") % {"until": _moment(standing.cooling_until)}
        decision &= refused("no_right", words)
    if not by_customer and not evidence.strip():
        decision &= refused("evidence", _("Say where the customer's signed wish lies: its number or file."), "evidence")
    return decision


def _moment(at: dt.datetime) -> str:
    from kexin.core.templatetags.kexin import moment

    return str(moment(at))
