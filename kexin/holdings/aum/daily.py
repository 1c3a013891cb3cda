"""The day's figures of posts and pools: what changed on each day, summed up from the first day on.

Every step of a customer's AUM, as far as it falls into the time somebody led the customer, adds its value to that post
on its first day and takes it away on the day it ends. The running sum of these changes is the post's AUM on every
evening, to the cent. Customers and tiers are counted the same way; money in and out is taken from the bookings.
"""

from __future__ import annotations

import datetime as dt

from kexin.core.imports.staging import run, server
from kexin.holdings.aum.eras import ONE, Era
from kexin.holdings.aum.ownership import make_ownership
from kexin.holdings.aum.steps import id_range
from kexin.holdings.policies import parse_kinds
from kexin.party.choices import CustomerStatus

DELTA = "holdings_figuresdelta"
UNCOUNTED = (str(CustomerStatus.PROSPECT), str(CustomerStatus.MERGED))
OWNED = (
    "o.customer_id = s.customer_id AND (o.line IS NULL OR o.line = s.line) AND (o.share <> 0 OR o.others IS NOT NULL)"
)
PART = (
    "CASE WHEN o.others IS NOT NULL THEN s.value - (SELECT sum(round(s.value * part, 2)) FROM unnest(o.others) part)"
    " WHEN o.share = 1 THEN s.value ELSE round(s.value * o.share, 2) END"
)

# What lies before the span begins with it; what ends with the span (or later) is not taken away.
_VALUES = f"""
INSERT INTO {DELTA} (run_id, day, unit_id, post_id, aum, deposits)
WITH owned AS MATERIALIZED (
  SELECT greatest(s.first, o.first) AS first, least(s.until, o.until) AS until, o.unit_id, o.post_id, s.deposit,
         {PART} AS value
    FROM aum_step s JOIN aum_ownership o ON {OWNED} AND o.first < s.until AND o.until > s.first
)
SELECT %(run)s, day, unit_id, post_id, sum(value), coalesce(sum(value) FILTER (WHERE deposit), 0) FROM (
  SELECT first AS day, unit_id, post_id, deposit, value FROM owned
  UNION ALL
  SELECT until, unit_id, post_id, deposit, -value FROM owned WHERE until <= %(last)s
) change WHERE day <= %(last)s {{groups}}
 GROUP BY day, unit_id, post_id HAVING sum(value) <> 0 OR sum(value) FILTER (WHERE deposit) <> 0
"""

_COUNTS = f"""
INSERT INTO {DELTA} (run_id, day, unit_id, post_id, tier, customers)
SELECT %(run)s, change.day, unit_id, post_id, tier, sum(change.n) FROM (
  SELECT greatest(o.first, f.admitted_on, %(first)s::date) AS first,
         least(o.until, f.closed_on, %(last)s::date + 1) AS until,
         o.unit_id, o.post_id, NULL::varchar AS tier
    FROM aum_ownership o JOIN party_customer f ON f.party_id = o.customer_id
   WHERE o.counts AND f.status <> ALL(%(uncounted)s)
  UNION ALL
  SELECT greatest(o.first, f.admitted_on, t.valid_from, %(first)s::date),
         least(o.until, f.closed_on, t.valid_until, %(last)s::date + 1), o.unit_id, o.post_id, t.tier
    FROM aum_ownership o JOIN party_customer f ON f.party_id = o.customer_id
    JOIN holdings_customertier t ON t.customer_id = o.customer_id AND t.valid_from < o.until
         AND coalesce(t.valid_until, 'infinity') > o.first
   WHERE o.counts AND f.status <> ALL(%(uncounted)s)
) span CROSS JOIN LATERAL (VALUES (span.first, 1), (span.until, -1)) change(day, n)
 WHERE span.first < span.until AND change.day <= %(last)s {{groups}}
 GROUP BY change.day, unit_id, post_id, tier HAVING sum(change.n) <> 0
"""

IN_BASE = "CASE r.rate WHEN 1 THEN t.amount ELSE round(t.amount * r.rate, 2) END"
_FLOWS = f"""
INSERT INTO {DELTA} (run_id, day, unit_id, post_id, inflow, outflow)
SELECT %(run)s, t.booked_on, unit_id, post_id,
       coalesce(sum({IN_BASE}) FILTER (WHERE t.direction = 'in'), 0),
       coalesce(sum({IN_BASE}) FILTER (WHERE t.direction = 'out'), 0)
  FROM aum_account a JOIN holdings_transaction t ON t.account_id = a.id AND t.booked_on BETWEEN %(first)s AND %(last)s
  JOIN aum_rate r ON r.currency = a.currency AND r.first <= t.booked_on AND r.until > t.booked_on
  JOIN aum_ownership o ON o.customer_id = a.customer_id AND o.first <= t.booked_on AND o.until > t.booked_on
   AND o.counts
 WHERE t.kind <> ALL(%(left_out)s) {{within}} {{groups}}
 GROUP BY t.booked_on, unit_id, post_id
"""

# ``post`` is 0 for the pool: a null would keep the tables from being joined by a hash.
_SUM_UP = f"""
INSERT INTO holdings_dailyfigures (day, unit_id, post_id, aum, deposits, inflow, outflow, customers, tiers)
WITH changes AS MATERIALIZED (
  SELECT unit_id, coalesce(post_id, 0) AS post, day, sum(aum) AS aum, sum(deposits) AS deposits, sum(inflow) AS inflow,
         sum(outflow) AS outflow, sum(customers) FILTER (WHERE tier IS NULL) AS customers
    FROM {DELTA} WHERE run_id = %(run)s AND unit_id = ANY(%(units)s) GROUP BY 1, 2, 3
), grid AS (
  SELECT g.unit_id, g.post, d::date AS day
    FROM (SELECT unit_id, post, min(day) AS first FROM changes GROUP BY 1, 2) g
   CROSS JOIN LATERAL generate_series(greatest(g.first, %(first)s)::timestamp, %(last)s::timestamp, interval '1 day') d
), summed AS (
  SELECT unit_id, post, day, sum(aum) OVER w AS aum, sum(deposits) OVER w AS deposits, coalesce(inflow, 0) AS inflow,
         coalesce(outflow, 0) AS outflow, sum(customers) OVER w AS customers
    FROM grid LEFT JOIN changes USING (unit_id, post, day) WINDOW w AS (PARTITION BY unit_id, post ORDER BY day)
), steps AS (
  SELECT unit_id, coalesce(post_id, 0) AS post, tier, day AS first,
         coalesce(lead(day) OVER w, %(last)s::date + 1) AS until, sum(sum(customers)) OVER w AS n
    FROM {DELTA} WHERE run_id = %(run)s AND unit_id = ANY(%(units)s) AND tier IS NOT NULL GROUP BY 1, 2, 3, 4
  WINDOW w AS (PARTITION BY unit_id, coalesce(post_id, 0), tier ORDER BY day)
), tiers AS MATERIALIZED (
  SELECT unit_id, post, d::date AS day, jsonb_object_agg(tier, n) AS tiers
    FROM steps CROSS JOIN LATERAL generate_series(first::timestamp, (until - 1)::timestamp, interval '1 day') d
   WHERE n <> 0 GROUP BY 1, 2, 3
)
SELECT day, unit_id, nullif(post, 0), coalesce(aum, 0), coalesce(deposits, 0), inflow, outflow,
       coalesce(customers, 0), coalesce(tiers, '{{}}')
  FROM summed LEFT JOIN tiers USING (unit_id, post, day)
 WHERE aum <> 0 OR deposits <> 0 OR inflow <> 0 OR outflow <> 0 OR customers <> 0
"""
UNITS_AT_ONCE = 40


def _execute(statement: str, values: dict[str, object]) -> int:
    return server().execute(statement, values).rowcount


def collect_owners() -> None:
    """``aum_ownership`` for the customers of the batch."""
    make_ownership()


def collect_values(run_id: int, era: Era, last: dt.date, groups: str = "") -> None:
    """The changes of AUM, deposits and flows of an era whose steps stand in ``aum_step``; figures end with ``last``."""
    until = min(era.last, last)
    if until < era.first:
        return
    values = {"run": run_id, "first": era.first, "last": until, "left_out": list(parse_kinds(era.policy.not_flows))}
    _execute(_VALUES.format(groups=groups), values)
    if era.last < last:  # the next era begins with its own values, under other numbers
        _execute(_END.format(groups=groups), {**values, "next": era.last + ONE})
    within, low, high = id_range("t.account_id")
    run("SET LOCAL enable_sort = off")  # few groups are guessed, thousands come: summed by a hash in half the time
    _execute(_FLOWS.format(groups=groups, within=within), {**values, "low": low, "high": high})
    run("SET LOCAL enable_sort = on")


# An era's values end with it: what is still there on its last evening is taken away on the morning after.
_END = f"""
INSERT INTO {DELTA} (run_id, day, unit_id, post_id, aum, deposits)
SELECT %(run)s, %(next)s, unit_id, post_id, -sum(value), -coalesce(sum(value) FILTER (WHERE deposit), 0) FROM (
  SELECT o.unit_id, o.post_id, s.deposit, {PART} AS value
    FROM aum_step s JOIN aum_ownership o ON {OWNED}
     AND greatest(o.first, s.first) <= %(last)s AND least(o.until, s.until) > %(last)s
) standing WHERE true {{groups}} GROUP BY unit_id, post_id
"""


def collect_counts(run_id: int, first: dt.date, last: dt.date, groups: str = "") -> None:
    """The changes of the numbers of customers, whole and by tier."""
    values = {"run": run_id, "first": first, "last": last, "uncounted": list(UNCOUNTED)}
    _execute(_COUNTS.format(groups=groups), values)


def sum_up(run_id: int, first: dt.date, last: dt.date, *, part: int = 0, of: int = 1) -> int:
    """Write the figures of every evening of the span for the units that have changes; the changes go. How many rows.

    ``part`` ``of`` how many: the units whose number leaves this remainder, so that several can do it side by side.
    """
    mine = f"run_id = %s AND unit_id %% {of} = {part}"
    units = [row[0] for row in run(f"SELECT DISTINCT unit_id FROM {DELTA} WHERE {mine} ORDER BY 1", [run_id])]
    # The sizes of what is collected are not in any statistics; a merge would join all days of a post with each other.
    run("SET LOCAL enable_nestloop = off")
    run("SET LOCAL enable_mergejoin = off")
    made = 0
    for start in range(0, len(units), UNITS_AT_ONCE):
        values = {"run": run_id, "first": first, "last": last, "units": units[start : start + UNITS_AT_ONCE]}
        made += _execute(_SUM_UP, values)
    run("SET LOCAL enable_nestloop = on")
    run("SET LOCAL enable_mergejoin = on")
    run(f"DELETE FROM {DELTA} WHERE {mine}", [run_id])
    return made
