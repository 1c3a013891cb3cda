"""Gathering the ladder from what it is made of, customers in portions, each portion in a transaction of its own.

Gathered anew, a row changes only where its source did; a coming row whose source is gone goes too (a deposit broken
early does not mature), a past one stays. An instalment or premium stays until its day has passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from kexin.core.calendar import business_date, is_working, next_working
from kexin.core.policy import in_force
from kexin.holdings.assets import own_currency
from kexin.holdings.choices import AccountKind
from kexin.holdings.policies import DEPOSITS, AumPolicy, MaturityPolicy
from kexin.holdings.rules import INVESTMENTS

AT_ONCE = 25_000  # customers
LOCK = 7_208_301
_ONE = dt.timedelta(days=1)

# Of a past day the balance of the evening before counts: on the day itself the money has already been paid out.
_ACCOUNTS = """
SELECT 'account' AS source_kind, a.id AS source_id, a.kind, a.customer_id, a.id AS account_id, a.product_id,
       a.matures_on AS contract_on, a.currency, coalesce(l.balance, a.balance) AS amount
  FROM holdings_account a
  LEFT JOIN LATERAL (SELECT b.balance FROM holdings_balance b
                      WHERE a.matures_on <= %(today)s AND b.account_id = a.id AND b.day < a.matures_on
                      ORDER BY b.day DESC LIMIT 1) l ON true
 WHERE {chosen} AND a.matures_on BETWEEN %(first)s AND %(last)s AND coalesce(a.closed_on, 'infinity') >= a.matures_on
   AND (a.kind = ANY(%(deposits)s)
        OR a.kind = ANY(%(investments)s) AND NOT EXISTS (SELECT 1 FROM holdings_holding h WHERE h.account_id = a.id))
"""
_HOLDINGS = """
SELECT 'holding', h.id, a.kind, a.customer_id, a.id, h.product_id, coalesce(h.matures_on, a.matures_on), a.currency,
       h.market_value
  FROM holdings_holding h JOIN holdings_account a ON a.id = h.account_id
 WHERE {chosen} AND a.kind = ANY(%(investments)s) AND a.status <> 'closed'
   AND coalesce(h.matures_on, a.matures_on) BETWEEN %(first)s AND %(last)s
"""
# A loan paid in instalments ends with the last of them; one without is paid back whole.
_LOANS = """
SELECT 'loan', n.id, 'loan', n.customer_id, a.id, a.product_id,
       (n.granted_on + make_interval(months => n.term_months))::date, a.currency,
       CASE WHEN n.payment > 0 THEN n.payment WHEN a.kind = 'loan' THEN a.balance ELSE n.principal END
  FROM holdings_loan n JOIN holdings_account a ON a.id = n.account_id
 WHERE {chosen} AND n.status IN ('running', 'running_late')
   AND (n.granted_on + make_interval(months => n.term_months))::date BETWEEN %(today)s AND %(last)s
UNION ALL
SELECT 'account', a.id, 'loan', a.customer_id, a.id, a.product_id, a.matures_on, a.currency, a.balance
  FROM holdings_account a
 WHERE {chosen} AND a.kind = 'loan' AND a.status <> 'closed' AND a.matures_on BETWEEN %(today)s AND %(last)s
   AND NOT EXISTS (SELECT 1 FROM holdings_loan n WHERE n.account_id = a.id)
"""
_INSTALMENTS = """
SELECT 'instalment', n.id, 'instalment', n.customer_id, a.id, a.product_id, d.day, a.currency, n.payment
  FROM holdings_loan n JOIN holdings_account a ON a.id = n.account_id
  CROSS JOIN LATERAL (
    SELECT m, (n.granted_on + make_interval(months => m))::date AS day FROM generate_series(
      greatest((extract(year FROM age(%(today)s::date, n.granted_on)) * 12
                + extract(month FROM age(%(today)s::date, n.granted_on)))::int, 1), n.term_months - 1) m
     WHERE (n.granted_on + make_interval(months => m))::date >= %(today)s ORDER BY m LIMIT 1) d
 WHERE {chosen} AND n.status IN ('running', 'running_late') AND n.granted_on <= %(today)s AND n.payment > 0
   AND d.day <= %(last)s
"""
_PREMIUMS = """
SELECT 'order', s.id, 'premium', s.customer_id, a.id, NULL::bigint, d.day, a.currency, s.amount
  FROM holdings_standingorder s JOIN holdings_account a ON a.id = s.account_id
  CROSS JOIN LATERAL (
    SELECT (m + make_interval(days => least(s.day_of_month,
             extract(day FROM m + interval '1 month - 1 day')::int) - 1))::date AS day
      FROM generate_series(date_trunc('month', %(today)s::timestamp),
                           date_trunc('month', %(today)s::timestamp) + interval '1 month', '1 month') m
     ORDER BY 1) d
 WHERE {chosen} AND s.purpose = ANY(%(purposes)s) AND s.day_of_month BETWEEN 1 AND 31 AND s.amount > 0
   AND a.status <> 'closed' AND d.day >= %(today)s AND d.day < %(today)s + interval '1 month'
"""
_NOW = """
CREATE TEMP TABLE maturity_now ON COMMIT DROP AS
SELECT s.*, coalesce(h.due_on, s.contract_on) AS due_on, round(s.amount * r.rate, 2) AS value,
       coalesce(p.unit_id, c.unit_id) AS unit_id,
       CASE WHEN p.unit_id IS NULL THEN c.lead_post_id ELSE p.post_id END AS post_id
  FROM ({sources}) s
  JOIN party_customer c ON c.party_id = s.customer_id AND c.status <> 'merged'
  LEFT JOIN unnest(%(closed)s::date[], %(open)s::date[]) h(day, due_on) ON h.day = s.contract_on
  LEFT JOIN (SELECT %(base)s::text AS currency, 1::numeric AS rate UNION ALL
        SELECT * FROM (SELECT DISTINCT ON (currency) currency, rate FROM holdings_exchangerate
                        WHERE base = %(base)s AND day <= %(today)s ORDER BY currency, day DESC) e) r
    ON r.currency = s.currency
  LEFT JOIN LATERAL (SELECT a.unit_id, a.post_id FROM party_portfolioassignment a
        WHERE s.contract_on < %(today)s AND a.customer_id = s.customer_id AND a.starts_on <= s.contract_on
          AND coalesce(a.ends_on, 'infinity') > s.contract_on LIMIT 1) p ON true
 WHERE s.amount > 0
"""
_WRITE = """
INSERT INTO holdings_maturity AS m (source_kind, source_id, kind, customer_id, account_id, product_id, contract_on,
       due_on, currency, amount, value, unit_id, post_id)
SELECT source_kind, source_id, kind, customer_id, account_id, product_id, contract_on, due_on, currency, amount, value,
       unit_id, post_id FROM maturity_now
ON CONFLICT (source_kind, source_id, contract_on) DO UPDATE
   SET kind = excluded.kind, customer_id = excluded.customer_id, product_id = excluded.product_id,
       due_on = excluded.due_on, currency = excluded.currency, amount = excluded.amount, value = excluded.value,
       unit_id = excluded.unit_id, post_id = excluded.post_id,
       renewed = NULL, moved = NULL, stayed = NULL, gone = NULL
 WHERE m.settled_on IS NULL
   AND (m.kind, m.customer_id, m.product_id, m.due_on, m.currency, m.amount, m.value, m.unit_id, m.post_id)
       IS DISTINCT FROM (excluded.kind, excluded.customer_id, excluded.product_id, excluded.due_on, excluded.currency,
       excluded.amount, excluded.value, excluded.unit_id, excluded.post_id)
"""
_GONE = """
DELETE FROM holdings_maturity m
 WHERE {chosen}
   AND (m.contract_on > %(today)s OR m.kind IN ('instalment', 'premium', 'loan') AND m.due_on < %(today)s)
   AND NOT EXISTS (SELECT 1 FROM maturity_now n WHERE n.source_kind = m.source_kind AND n.source_id = m.source_id
                      AND n.contract_on = m.contract_on)
"""


def gather_maturities(customer_ids: Sequence[int] | None = None) -> int:
    """Bring the ladder up to date for some customers or all; how many rows were made, changed or taken away."""
    if customer_ids is not None:
        return _gather("= ANY(%(ids)s)", {"ids": list(customer_ids)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(party_id), max(party_id) FROM party_customer")
        low, high = cursor.fetchone()
    if low is None:
        return 0
    return sum(
        _gather("BETWEEN %(low)s AND %(high)s", {"low": start, "high": start + AT_ONCE - 1})
        for start in range(low, high + 1, AT_ONCE)
    )


def _gather(chosen: str, values: dict[str, Any]) -> int:
    policy, aum, today = in_force(MaturityPolicy), in_force(AumPolicy), business_date()
    first, last = today - policy.history_days * _ONE, today + policy.ahead_days * _ONE
    closed, opened = shifts(first, last)
    sources = [_ACCOUNTS, _HOLDINGS, _LOANS]
    if policy.instalments:
        sources.append(_INSTALMENTS)
    if policy.premium_purposes:
        sources.append(_PREMIUMS)
    values = values | {
        "today": today,
        "first": first,
        "last": last,
        "closed": closed,
        "open": opened,
        "base": aum.base_currency or own_currency(),
        "deposits": [str(kind) for kind in DEPOSITS if kind != AccountKind.CURRENT],
        "investments": sorted(str(kind) for kind in INVESTMENTS),
        "purposes": list(policy.premium_purposes),
    }
    column = f"a.customer_id {chosen}"
    joined = " UNION ALL ".join(f"({each.format(chosen=column)})" for each in sources)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("DROP TABLE IF EXISTS pg_temp.maturity_now")
        cursor.execute(_NOW.format(sources=joined), values)
        cursor.execute(_WRITE)
        changed = cursor.rowcount
        cursor.execute(_GONE.format(chosen=f"m.customer_id {chosen}"), values)
        return int(changed + cursor.rowcount)


def shifts(first: dt.date, last: dt.date) -> tuple[list[dt.date], list[dt.date]]:
    """The days from ``first`` to ``last`` that are not worked, and for each the next one that is."""
    closed, opened, day = [], [], last
    following = next_working(last)
    while day >= first:
        if is_working(day):
            following = day
        else:
            closed.append(day)
            opened.append(following)
        day -= _ONE
    return closed, opened
