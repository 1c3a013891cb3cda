"""May units be given back, may dividends be paid another way? Pure: no database, no clock.

No risk is taken anew: the customer's own confirmation is enough, no matching is asked. The trading terms decide what
can be done, from which day, and with how much.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.ui.numbers import exact
from kexin.products.choices import DividendChoice, TradeKind
from kexin.sales.choices import SaleState
from kexin.sales.instructing.choices import DividendWay

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Position:
    """What decides. ``units`` are those held now; ``deals_on`` is the day an order of this moment is dealt, None where
    the product takes no orders any more; ``free_on``: the first day on which units may be given back."""

    state: str
    trades: Collection[str] = ()
    dividends: str = ""
    units: Decimal = Decimal(0)
    free_on: dt.date | None = None
    deals_on: dt.date | None = None
    asked_already: bool = False

    @property
    def redeemable(self) -> bool:
        """Is giving units back something this product and this purchase know at all?"""
        return self.state == SaleState.EXECUTED and TradeKind.REDEEM in self.trades and self.units > 0

    @property
    def has_choice(self) -> bool:
        return self.state == SaleState.EXECUTED and self.dividends == DividendChoice.CHOICE and self.units > 0


def may_redeem(position: Position, units: Decimal, *, by_customer: bool, agreed: bool, evidence: str) -> Decision:
    """May so many units be given back now? Every reason against is told."""
    decision = _asked(position, by_customer, agreed, evidence)
    if not position.redeemable:
        decision &= refused("terms", _("Nothing of this purchase can be given back by the product's terms."))
        return decision
    if position.deals_on is None:
        decision &= refused("closed", _("The product takes no orders on the days to come."))
    elif position.free_on is not None and position.deals_on < position.free_on:
        decision &= refused("held", _("It can be given back from %(day)s on.") % {"day": position.free_on})
    if not units.is_finite() or units <= 0 or units != units.quantize(CENT):
        decision &= refused("units", _("Units above nought, with at most two decimals."), "units")
    elif units > position.units:
        decision &= refused("units", _("Only %(units)s units are held.") % {"units": exact(position.units)}, "units")
    return decision


def may_choose(position: Position, way: str, *, by_customer: bool, agreed: bool, evidence: str) -> Decision:
    """May dividends be paid this way from now on?"""
    decision = _asked(position, by_customer, agreed, evidence)
    if not position.has_choice:
        decision &= refused("terms", _("The product's terms leave no choice of dividends."))
    if way not in DividendWay.values:
        decision &= refused("way", _("Choose one of the two ways."), "way")
    return decision


def _asked(position: Position, by_customer: bool, agreed: bool, evidence: str) -> Decision:
    decision = ALLOWED
    if position.asked_already:
        decision &= refused("asked", _("This was asked for already: wait for the core system's answer."))
    if by_customer and not agreed:
        decision &= refused("agreed", _("Please confirm that you want this."), "agreed")
    if not by_customer and not evidence.strip():
        decision &= refused("evidence", _("Say where the customer's signed wish lies: its number or file."), "evidence")
    return decision
