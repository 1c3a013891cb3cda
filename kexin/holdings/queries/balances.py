"""Balances over time, as stated, filled forward."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.query import query
from kexin.holdings.models import Account
from kexin.holdings.queries.reach import VIEW_BALANCES, customer_for, same_reach
from kexin.holdings.rules import filled_forward, points_back, step_of, summed


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """Balances at even distance, oldest first; None where nothing is known."""

    currency: str
    days: list[dt.date]
    values: list[Decimal | None]


# The last stated balance in each step, and the last one before the first step: one read for all accounts.
_BALANCES = """
(SELECT DISTINCT ON (account_id, (%(today)s::date - day) / %(step)s) account_id, day, balance
   FROM holdings_balance WHERE account_id = ANY(%(ids)s) AND day > %(first)s::date AND day <= %(today)s::date
  ORDER BY account_id, (%(today)s::date - day) / %(step)s, day DESC)
UNION ALL
SELECT a.id, b.day, b.balance FROM unnest(%(ids)s::bigint[]) a(id) CROSS JOIN LATERAL (
  SELECT day, balance FROM holdings_balance WHERE account_id = a.id AND day <= %(first)s::date
   ORDER BY day DESC LIMIT 1) b
"""


@query(VIEW_BALANCES, label=_("See balances over time"))
def balances(actor: Actor, customer_id: int, accounts: Sequence[Account], months: int = 12) -> list[BalanceLine]:
    """One line per currency over the accounts given, which the caller took from :func:`portfolio`. One read."""
    if not same_reach(actor, VIEW_BALANCES):
        customer_for(actor, customer_id, VIEW_BALANCES)
    return balance_lines(accounts, months)


def balance_lines(accounts: Sequence[Account], months: int) -> list[BalanceLine]:
    """Forward-filled balances of accounts already found within reach, added up per currency."""
    if not accounts:
        return []
    today = business_date()
    days = points_back(today, months)
    stated: dict[int, dict[dt.date, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        ids = [each.pk for each in accounts]
        cursor.execute(_BALANCES, {"ids": ids, "first": days[0], "today": today, "step": step_of(months)})
        for account_id, day, balance in cursor.fetchall():
            stated[account_id][day] = balance
    groups: dict[str, list[list[Decimal | None]]] = defaultdict(list)
    for each in accounts:
        groups[each.currency].append(
            filled_forward(
                days,
                stated.get(each.pk, {}),
                opened_on=each.opened_on,
                closed_on=each.closed_on,
                balance=each.balance,
            )
        )
    return [BalanceLine(currency, days, summed(lines, len(days))) for currency, lines in groups.items()]
