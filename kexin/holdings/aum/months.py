"""AUM by month: summed from the steps, compared with what stands, and written where it differs.

A whole month that was computed before and comes out otherwise is kept as it was reported (``known_until``) beside the
new row; a month that was still running is written over.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from kexin.core.imports.staging import run, server
from kexin.core.partitions import ensure_partitions
from kexin.holdings.aum.eras import Era, last_day, month_of, months_between
from kexin.holdings.aum.steps import DENSE, make_steps
from kexin.holdings.aum.tiers import LAST_MOVES

TABLE = "holdings_assetsundermanagement"

_NEW = """
CREATE TEMP TABLE IF NOT EXISTS aum_new (
  customer_id bigint, month date, closing numeric(20, 2), deposits numeric(20, 2), day_sum numeric(24, 2),
  deposits_day_sum numeric(24, 2), days smallint) ON COMMIT DROP
"""

# A step is cut into the months it touches; ``first`` and ``until`` lie inside the era already. Most touch one.
# Whole cents are summed: a third faster than decimals, and exact up to 2.9 quadrillion on one account.
_SUM = """
INSERT INTO aum_new
WITH numbered AS MATERIALIZED (
  SELECT customer_id, deposit, first, until, (value * 100)::bigint AS cents,
         (date_part('year', first) * 12 + date_part('month', first))::int AS low,
         (date_part('year', until - 1) * 12 + date_part('month', until - 1))::int AS high FROM aum_step
), pieces AS (
  SELECT customer_id, deposit, first, until, cents, low AS number FROM numbered WHERE low = high
  UNION ALL
  SELECT customer_id, deposit, first, until, cents, generate_series(low, high) FROM numbered WHERE low < high
)
SELECT customer_id, m.month, coalesce(sum(cents) FILTER (WHERE until > m.last), 0) * 0.01,
       coalesce(sum(cents) FILTER (WHERE until > m.last AND deposit), 0) * 0.01,
       sum(cents * (least(until, m.last + 1) - greatest(first, m.month))) * 0.01,
       coalesce(sum(cents * (least(until, m.last + 1) - greatest(first, m.month))) FILTER (WHERE deposit), 0) * 0.01,
       m.last - m.month + 1
  FROM pieces JOIN aum_month m USING (number)
 GROUP BY customer_id, m.month, m.last
"""

# What stands, read once; ``within`` spares a look into every month's partition for each customer.
_OLD = f"""
CREATE TEMP TABLE aum_old ON COMMIT DROP AS
SELECT o.customer_id, o.month, o.closing, o.deposits, o.day_sum, o.deposits_day_sum, o.days FROM {TABLE} o
 WHERE o.known_until IS NULL AND o.month >= %(first)s AND o.month <= %(last)s {{within}}
   AND o.customer_id IN (SELECT customer_id FROM aum_customer)
"""
_NOUGHT = """
INSERT INTO aum_new
SELECT o.customer_id, o.month, 0, 0, 0, 0, m.last - m.month + 1 FROM aum_old o JOIN aum_month m ON m.month = o.month
 WHERE NOT EXISTS (SELECT FROM aum_new n WHERE n.customer_id = o.customer_id AND n.month = o.month)
"""
_CHANGES = """
CREATE TEMP TABLE aum_change ON COMMIT DROP AS
SELECT n.* FROM aum_new n LEFT JOIN aum_old o ON o.customer_id = n.customer_id AND o.month = n.month
 WHERE o.customer_id IS NULL OR ROW(o.closing, o.deposits, o.day_sum, o.deposits_day_sum, o.days)
       IS DISTINCT FROM ROW(n.closing, n.deposits, n.day_sum, n.deposits_day_sum, n.days)
"""

_SAME_ROW = (
    "o.customer_id = n.customer_id AND o.month = n.month AND o.known_until IS NULL"
    " AND o.month >= %(first)s AND o.month <= %(last)s"
)
_KEEP = f"""
UPDATE {TABLE} o SET known_until = %(now)s FROM aum_change n
 WHERE {_SAME_ROW} AND o.days = (o.month + interval '1 month')::date - o.month AND o.known_from < %(now)s
"""
_WRITE_OVER = f"""
UPDATE {TABLE} o SET closing = n.closing, deposits = n.deposits, day_sum = n.day_sum,
       deposits_day_sum = n.deposits_day_sum, days = n.days, known_from = %(now)s
  FROM aum_change n WHERE {_SAME_ROW}
"""
_INSERT = f"""
INSERT INTO {TABLE} (customer_id, month, closing, deposits, day_sum, deposits_day_sum, days, known_from)
SELECT n.customer_id, n.month, n.closing, n.deposits, n.day_sum, n.deposits_day_sum, n.days, %(now)s
"""
_MISSING = f"FROM aum_change n WHERE NOT EXISTS (SELECT FROM {TABLE} o WHERE {_SAME_ROW})"

_CUSTOMERS = """
UPDATE party_customer c SET assets = n.assets, average = n.average, tier = coalesce(n.tier, c.tier)
  FROM (SELECT b.customer_id, coalesce(a.closing, 0) AS assets,
               coalesce(round(a.day_sum / a.days, 2), 0) AS average, {tier} AS tier
          FROM aum_customer b LEFT JOIN aum_new a ON a.customer_id = b.customer_id AND a.month = %s {moved}) n
 WHERE c.party_id = n.customer_id
   AND (c.assets, c.average, c.tier) IS DISTINCT FROM (n.assets, n.average, coalesce(n.tier, c.tier))
"""
_MOVED = f"LEFT JOIN ({LAST_MOVES}) m ON m.customer_id = b.customer_id"


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch changed."""

    months: int
    kept: int  # rows of whole months that are kept as they were reported
    first: dt.date | None = None  # the earliest month that came out otherwise


def ensure_months(first: dt.date, last: dt.date) -> None:
    """Partitions for the span. Best outside a transaction: inside one it waits for every reader."""
    ensure_partitions(TABLE, month_of(first), month_of(last))


def sum_months(spans: list[Era]) -> None:
    """``aum_new`` and ``aum_month`` for the customers in ``aum_customer``. The steps of the last era stay behind."""
    run("DROP TABLE IF EXISTS pg_temp.aum_new, pg_temp.aum_month")
    run(_NEW)
    run("CREATE TEMP TABLE aum_month (month date, last date, number int) ON COMMIT DROP")
    for era in spans:
        add_era(era)


def add_era(era: Era) -> None:
    """The months of one era from its steps."""
    make_steps(era)
    months = months_between(era.first, era.last)
    run(
        "INSERT INTO aum_month SELECT m, l, extract(year FROM m) * 12 + extract(month FROM m)"
        " FROM unnest(%s::date[], %s::date[]) x(m, l)",
        [months, [min(last_day(month), era.last) for month in months]],
    )
    run("ANALYZE aum_month")
    run(_SUM)


def write_months(first: dt.date, last: dt.date, now: dt.datetime) -> Written:
    """Bring the table into line with ``aum_new`` over the months from ``first`` to ``last``."""
    values: dict[str, object] = {"first": month_of(first), "last": month_of(last), "now": now}
    run("DROP TABLE IF EXISTS pg_temp.aum_old, pg_temp.aum_change")
    if not server().execute(_OLD.format(within=_range()), values).rowcount:
        added = run("SELECT count(*), min(month) FROM aum_new").fetchone() or (0, None)
        server().execute(f"{_INSERT} FROM aum_new n", values)
        return Written(added[0], 0, added[1])
    run(_NOUGHT)
    if not run(_CHANGES).rowcount:
        return Written(0, 0)
    run("ANALYZE aum_change")
    kept = _months(_KEEP, values)
    changed = _months(_WRITE_OVER, values) + _months(_INSERT + _MISSING, values)
    return Written(changed.total(), kept.total(), min(changed, default=None))


def _range() -> str:
    """The customers of a batch mostly lie side by side: their months are then read as a range."""
    low, high, count = run("SELECT min(customer_id), max(customer_id), count(*) FROM aum_customer").fetchone() or (
        0,
        0,
        0,
    )
    return f"AND o.customer_id BETWEEN {low:d} AND {high:d}" if count and high - low < count * DENSE else ""


def write_customers(month: dt.date, *, moved: bool = False) -> int:
    """``Customer.assets`` and ``Customer.average`` from the running month in ``aum_new``; how many changed.

    ``moved``: the tiers in ``aum_move``, too. A customer stands in many indexes, so one change costs half of two.
    """
    tier, join = ("m.tier", _MOVED) if moved else ("NULL::text", "")
    return run(_CUSTOMERS.format(tier=tier, moved=join), [month]).rowcount


def _months(statement: str, values: dict[str, object]) -> Counter[dt.date]:
    """Execute, and say how many rows of which month were concerned."""
    counted = f"WITH done AS ({statement} RETURNING {{}}) SELECT month, count(*) FROM done GROUP BY month"
    target = "month" if statement.lstrip().startswith("INSERT") else "o.month"
    return Counter(dict(server().execute(counted.format(target), values).fetchall()))
