"""Settling what matured: bookings of the customers' own accounts in the window become uses of the pots."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.holdings.choices import AccountKind, TransactionKind
from kexin.holdings.policies import DEPOSITS, RetentionPolicy
from kexin.holdings.retention.rules import Parts, Pot, Use, matched
from kexin.holdings.rules import INVESTMENTS

AT_ONCE = 2_000  # customers
LOCK = 7_208_303
Key = tuple[int, str]  # customer, currency

# What is still in the account at the end of the window, or today: with a new term it is rolled, else idle. A pot whose
# window was settled is read along with the open ones: it took part in what happened then.
_POTS = """
SELECT m.id, m.customer_id, m.currency, m.contract_on, m.due_on + %(window)s AS until, m.amount,
       CASE WHEN coalesce(h.matures_on, a.matures_on) > m.contract_on THEN k.kept ELSE 0 END AS rolled,
       CASE WHEN coalesce(h.matures_on, a.matures_on) > m.contract_on THEN 0 ELSE k.kept END AS idle,
       m.settled_on
  FROM holdings_maturity m
  JOIN holdings_account a ON a.id = m.account_id
  LEFT JOIN holdings_holding h ON m.source_kind = 'holding' AND h.id = m.source_id
  LEFT JOIN LATERAL (SELECT b.balance FROM holdings_balance b
                      WHERE b.account_id = a.id AND b.day <= least(m.due_on + %(window)s, %(today)s)
                      ORDER BY b.day DESC LIMIT 1) s ON true
  CROSS JOIN LATERAL (SELECT greatest(CASE
       WHEN a.closed_on <= least(m.due_on + %(window)s, %(today)s) THEN 0
       WHEN m.source_kind = 'holding' THEN coalesce(h.market_value, 0)
       ELSE coalesce(s.balance, a.balance) END, 0) AS kept) k
 WHERE m.customer_id = ANY(%(customers)s) AND m.kind = ANY(%(kinds)s) AND m.contract_on <= %(today)s
   AND m.due_on >= %(first)s
 ORDER BY m.contract_on, m.id
"""
# A booking out and one in, on two accounts of the customer, of one day and amount, are one movement: the booking out
# says nothing then. They are paired one by one: of a pair at most one comes in, and a window tells where to. (Joined
# with itself, what has no statistics would be compared row by row: 90 s for two thousand customers.)
_USES = """
WITH t AS (
  SELECT t.id, t.booked_on, t.amount, t.direction, t.kind, a.id AS account_id, a.kind AS account_kind, a.customer_id,
         a.currency,
         row_number() OVER (PARTITION BY a.customer_id, a.currency, t.booked_on, t.amount, t.direction ORDER BY t.id) n
    FROM holdings_transaction t JOIN holdings_account a ON a.id = t.account_id
   WHERE a.customer_id = ANY(%(customers)s) AND t.booked_on BETWEEN %(first)s AND %(today)s AND t.amount > 0
     AND (a.kind = %(current)s OR a.kind = ANY(%(terms)s) OR a.kind = ANY(%(investments)s))
), paired AS (
  SELECT t.*, max(t.account_id) FILTER (WHERE t.direction = 'in')
                OVER (PARTITION BY t.customer_id, t.currency, t.booked_on, t.amount, t.n) AS came_to
    FROM t
)
SELECT t.id, t.customer_id, t.currency, t.booked_on, t.amount, t.account_id,
       CASE WHEN t.direction = 'in' AND t.account_kind = ANY(%(terms)s) THEN 'renewed'
            WHEN t.direction = 'in' THEN 'moved' WHEN t.kind = %(invest)s THEN 'moved' ELSE 'gone' END
  FROM paired t
 WHERE t.direction = 'in' AND t.account_kind <> %(current)s
    OR t.direction = 'out' AND t.account_kind = %(current)s AND (t.kind = ANY(%(leaving)s) OR t.kind = %(invest)s)
       AND coalesce(t.came_to, t.account_id) = t.account_id
 ORDER BY t.booked_on, t.id
"""
_WRITE = """
UPDATE holdings_maturity m SET renewed = n.renewed, moved = n.moved, stayed = n.stayed, gone = n.gone,
       settled_on = n.settled_on
  FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::date[])
       n(id, renewed, moved, stayed, gone, settled_on)
 WHERE m.id = n.id AND (m.renewed, m.moved, m.stayed, m.gone, m.settled_on)
       IS DISTINCT FROM (n.renewed, n.moved, n.stayed, n.gone, n.settled_on)
"""


def settle_retention() -> int:
    """Follow everything that matured and is not settled; how many rows changed. Final once the window has passed."""
    policy, today = in_force(RetentionPolicy), business_date()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT customer_id FROM holdings_maturity WHERE settled_on IS NULL AND contract_on <= %s"
            " AND kind = ANY(%s) ORDER BY 1",
            [today, list(policy.kinds)],
        )
        customers = [pk for (pk,) in cursor.fetchall()]
    return sum(
        _settle(customers[start : start + AT_ONCE], policy, today) for start in range(0, len(customers), AT_ONCE)
    )


def _settle(customers: Sequence[int], policy: RetentionPolicy, today: dt.date) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "SELECT min(contract_on) FROM holdings_maturity WHERE customer_id = ANY(%s) AND settled_on IS NULL"
            " AND contract_on <= %s AND kind = ANY(%s)",
            [list(customers), today, list(policy.kinds)],
        )
        (oldest,) = cursor.fetchone()
        if oldest is None:
            return 0
        values = {
            "customers": list(customers),
            "kinds": list(policy.kinds),
            "window": policy.window_days,
            "today": today,
            "first": oldest - dt.timedelta(days=policy.window_days),
            "current": str(AccountKind.CURRENT),
            "terms": [str(kind) for kind in DEPOSITS if kind != AccountKind.CURRENT],
            "investments": sorted(str(kind) for kind in INVESTMENTS),
            "invest": str(TransactionKind.INVEST),
            "leaving": list(policy.leaving),
        }
        cursor.execute(_POTS, values)
        pots: dict[Key, list[Pot]] = defaultdict(list)
        settled: set[int] = set()
        for pk, customer, currency, day, until, amount, rolled, idle, done in cursor.fetchall():
            pots[customer, currency].append(Pot(pk, day, until, amount, Decimal(rolled), Decimal(idle)))
            if done is not None:
                settled.add(pk)
        cursor.execute(_USES, values)
        uses: dict[Key, list[Use]] = defaultdict(list)
        for pk, customer, currency, day, amount, _account, part in cursor.fetchall():
            if (customer, currency) in pots:
                uses[customer, currency].append(Use(day, pk, part, amount))
        return _write(
            [
                (pot, parts)
                for key, mine in pots.items()
                for pot, parts in zip(mine, _in_order(mine, uses[key]), strict=True)
                if pot.key not in settled
            ],
            today,
        )


def _in_order(pots: list[Pot], uses: list[Use]) -> list[Parts]:
    found = matched(pots, uses)
    return [found[pot.key] for pot in pots]


def _write(found: list[tuple[Pot, Parts]], today: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                [pot.key for pot, _parts in found],
                [parts.renewed for _pot, parts in found],
                [parts.moved for _pot, parts in found],
                [parts.stayed for _pot, parts in found],
                [parts.gone for _pot, parts in found],
                [pot.until if pot.until < today else None for pot, _parts in found],
            ],
        )
        return int(cursor.rowcount)
