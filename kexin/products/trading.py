"""Rules of trading: which dealing day an order belongs to, when it is confirmed and paid. Pure: no database, no clock.

T is the dealing day of an order: the day itself where it is open and the order came before the cut-off, else the next
open day. T+N counts N further open days. Which days are open is the product's own choice: the trading days of the
exchanges, closed on make-up weekends, or the working days of banks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.core.ui.numbers import exact

IsOpen = Callable[[dt.date], bool]
MOST_DAYS = 400  # a calendar that has no open day in so many is broken
_ONE = dt.timedelta(days=1)


class NoOpenDay(ValueError):
    """The calendar has no open day within :data:`MOST_DAYS`."""


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of an order: the dealing day, the confirmation, and where money flows back the payout."""

    dealing_day: dt.date
    confirmed_on: dt.date
    paid_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class OpenPeriods:
    """``first`` opens; it opens again every ``every`` days for ``length`` days. Nothing given: open every day."""

    first: dt.date | None = None
    every: int | None = None
    length: int | None = None

    def holds(self, day: dt.date) -> bool:
        """Does the product take orders for this day?"""
        if self.first is None or self.every is None or self.length is None:
            return True
        return day >= self.first and (day - self.first).days % self.every < self.length


def open_day_from(day: dt.date, is_open: IsOpen) -> dt.date:
    """The day itself where it is open, else the next open one. Raises NoOpenDay."""
    for number in range(MOST_DAYS):
        if is_open(day + number * _ONE):
            return day + number * _ONE
    raise NoOpenDay


def open_days_after(day: dt.date, count: int, is_open: IsOpen) -> dt.date:
    """The ``count``-th open day after ``day``; ``day`` itself for nought. Raises NoOpenDay."""
    for _number in range(count):
        day = open_day_from(day + _ONE, is_open)
    return day


def dealing_day(placed: dt.datetime, cut_off: dt.time, is_open: IsOpen) -> dt.date:
    """T: the day an order of this moment (local time) is dealt. At the cut-off itself the day is over."""
    first = placed.date() if placed.time() < cut_off else placed.date() + _ONE
    return open_day_from(first, is_open)


def confirmation_day(placed: dt.datetime, cut_off: dt.time, confirm_days: int, is_open: IsOpen) -> dt.date:
    """T+N: when the shares of an order are confirmed."""
    return open_days_after(dealing_day(placed, cut_off, is_open), confirm_days, is_open)


def payout_day(placed: dt.datetime, cut_off: dt.time, payout_days: int, is_open: IsOpen) -> dt.date:
    """T+N: when the money of a redemption arrives."""
    return open_days_after(dealing_day(placed, cut_off, is_open), payout_days, is_open)


def may_cancel(placed: dt.datetime, now: dt.datetime, cut_off: dt.time, is_open: IsOpen) -> bool:
    """An order can be taken back until the cut-off of its own dealing day."""
    return now < dt.datetime.combine(dealing_day(placed, cut_off, is_open), cut_off, placed.tzinfo)


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """What an amount is held against; None where there is no limit. All in the product's currency."""

    trades: Collection[str]
    first_least: Decimal | None = None
    add_least: Decimal | None = None
    step: Decimal | None = None
    quota_left: Decimal | None = None
    customer_left: Decimal | None = None


def may_buy(amount: Decimal, limits: OrderLimits, *, kind: str, holds_already: bool = False) -> Decision:
    """May this amount be bought? One reason for each limit it breaks."""
    reasons: list[Reason] = []
    if kind not in limits.trades:
        reasons.append(Reason("trade", _("This product is not traded that way.")))
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        return Decision((*reasons, Reason("amount", _("Enter an amount above nought, in whole cents."), "amount")))
    least = limits.add_least if holds_already and limits.add_least is not None else limits.first_least
    if least is not None and amount < least:
        reasons.append(Reason("least", _("At least %(amount)s.") % {"amount": exact(least)}, "amount"))
    elif limits.step and (amount - (least or Decimal(0))) % limits.step:
        reasons.append(Reason("step", _("In steps of %(amount)s.") % {"amount": exact(limits.step)}, "amount"))
    for code, left, text in (
        ("quota", limits.quota_left, _("Only %(amount)s of the quota is left.")),
        ("customer_quota", limits.customer_left, _("This customer may buy %(amount)s more.")),
    ):
        if left is not None and amount > left:
            reasons.append(Reason(code, text % {"amount": exact(left)}, "amount"))
    return Decision(tuple(reasons))


def fast_redemption(asked: Decimal, limit: Decimal | None, paid_today: Decimal) -> tuple[Decimal, Decimal]:
    """What of a redemption can be paid at once, and what goes the ordinary way. Without a limit nothing is fast."""
    if limit is None:
        return Decimal(0), asked
    fast = max(min(asked, limit - paid_today), Decimal(0))
    return fast, asked - fast


def large_redemption(net_redeemed: Decimal, all_shares: Decimal, percent: Decimal) -> Decimal:
    """The part of a day's redemptions that must be accepted, 0 to 1: the whole where net redemptions stay within
    ``percent`` of all shares, else what that share allows (巨额赎回); the rest may be put off."""
    if net_redeemed <= 0 or all_shares <= 0:
        return Decimal(1)
    return min(Decimal(1), all_shares * percent / 100 / net_redeemed)


def may_fail(
    trades: Collection[str], offer_until: dt.date | None, value_on: dt.date | None, today: dt.date
) -> Decision:
    """Can an offering be declared failed? Only one that there was, and not once the return counts."""
    if "offer" not in trades or offer_until is None:
        return refused("no_offering", _("This product has no offering that could fail."))
    if value_on is not None and today >= value_on:
        words = _("The product is established: its return counts since %(day)s.")
        return refused("established", words % {"day": value_on})
    return ALLOWED


def offering_succeeded(raised: Decimal, least: Decimal | None) -> bool:
    """Is the product established at the end of its offering? Else the money goes back."""
    return least is None or raised >= least
