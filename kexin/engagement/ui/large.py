"""Large transactions among the lines of the timeline: bookings of the ledger, not events."""

from __future__ import annotations

import datetime as dt

from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.engagement.policies import TimelinePolicy
from kexin.engagement.timeline import Rendering
from kexin.holdings.choices import Direction
from kexin.holdings.ledger_queries import VIEW_TRANSACTIONS, large_transactions
from kexin.holdings.models import Transaction

MOST = 40  # between two pages of events; the account's own list has them all
GROUP = "money"
Moment = tuple[dt.datetime, bool]
_IN = Rendering("", _("Large amount in"), "arrow-bar-to-down", lambda _p: "", "good", GROUP, VIEW_TRANSACTIONS)
_OUT = Rendering("", _("Large amount out"), "arrow-bar-up", lambda _p: "", "warn", GROUP, VIEW_TRANSACTIONS)


def moment_of(row: Transaction) -> Moment:
    """When it was booked, and whether only the day is known: such a booking stands at the day's beginning."""
    if row.booked_at is not None:
        return row.booked_at, False
    return make_aware(dt.datetime.combine(row.booked_on, dt.time())), True


def seen_by(actor: Actor) -> bool:
    return actor.may(VIEW_TRANSACTIONS)


def rendering(row: Transaction) -> Rendering:
    return _IN if row.direction == Direction.IN else _OUT


def sentence(row: Transaction) -> str:
    """Amount, kind and account; the other side as the source names it."""
    parts = [
        f"{numbers.exact(row.amount)} {row.account.currency}",
        str(row.get_kind_display()),
        str(row.account.get_kind_display()),
        row.counterparty,
    ]
    return " · ".join(part for part in parts if part)


def between(
    actor: Actor, customer_id: int, after: dt.datetime | None, before: dt.datetime | None
) -> list[tuple[Moment, Transaction]]:
    """Large bookings from ``after`` (at the earliest as far back as the policy says) until before ``before``.

    Nothing for actors who may not see transactions of this customer.
    """
    if not seen_by(actor):
        return []
    shown = in_force(TimelinePolicy)
    last = business_date()
    first = last - dt.timedelta(days=shown.transaction_days)
    first = max(first, after.date() - dt.timedelta(days=1)) if after else first
    last = min(last, before.date() + dt.timedelta(days=1)) if before else last
    if first > last:
        return []
    rows = large_transactions(actor, customer_id, shown.large_transaction, first, last, MOST)
    timed = [(moment_of(row), row) for row in rows]
    return [
        (when, row)
        for when, row in timed
        if (after is None or when[0] >= after) and (before is None or when[0] < before)
    ]
