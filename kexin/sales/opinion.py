"""The matching opinion a sale rests on, as far as a sale needs to know it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused


@dataclass(frozen=True, slots=True)
class Opinion:
    """``conditions`` are codes; ``cooling_hours`` how long the purchase may be taken back; ``grade`` is the customer's
    tolerance, ``assessed_until`` the last day it counts, ``age`` the customer's at that time (None: not known).
    """

    no: int
    customer_id: int
    product_id: int
    amount: Decimal | None
    allowed: bool
    conditions: frozenset[str]
    channel: str
    at: dt.datetime
    grade: int | None
    product_grade: int | None
    assessed_until: dt.date | None
    cooling_hours: int = 0
    insists: bool = False
    payment_years: int | None = None
    age: int | None = None


def may_rest_on(
    opinion: Opinion,
    *,
    customer_id: int,
    product_id: int,
    amount: Decimal,
    channel: str,
    now: dt.datetime,
    minutes: int,
) -> Decision:
    """May a sale rest on this opinion: of the same customer, product, amount and channel, allowing, not too old?"""
    decision = ALLOWED
    if (opinion.customer_id, opinion.product_id) != (customer_id, product_id):
        decision &= refused("other_opinion", _("The matching opinion is about another customer or product."))
    if not opinion.allowed:
        decision &= refused("opinion_refused", _("The matching opinion speaks against this sale."))
    if opinion.channel != channel:
        decision &= refused("other_channel", _("The matching opinion was given for another channel."), "channel")
    if opinion.amount != amount:
        decision &= refused("other_amount", _("The matching opinion was given for another amount."), "amount")
    if now - opinion.at > dt.timedelta(minutes=minutes):
        decision &= refused("opinion_old", _("The matching opinion is too old: ask for a new one."))
    return decision
