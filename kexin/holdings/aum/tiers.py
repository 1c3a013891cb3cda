"""Tiers of the customers in ``aum_customer``: decided from their closed months, once, and never rewritten.

A later correction of a month changes its average, not the tier that was given by what was known; the next closed
month decides by what is known then.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from kexin.core.imports.staging import run
from kexin.core.policy import in_force
from kexin.holdings.aum.eras import months_before, months_between
from kexin.holdings.policies import TierPolicy

if TYPE_CHECKING:
    from kexin.holdings.aum.ladder import Floats  # the ladder and NumPy are imported where it is climbed

Row = tuple[int, str, list[int] | None, list[float] | None]  # customer, tier, months, averages

# A month counts from the first one in which there was anything; later months without a row are nought.
_AVERAGES = """
SELECT c.customer_id, f.tier, a.months, a.averages
  FROM aum_customer c JOIN party_customer f ON f.party_id = c.customer_id
  JOIN LATERAL (
    SELECT array_agg((extract(year FROM month) * 12 + extract(month FROM month))::int ORDER BY month) AS months,
           array_agg(round(day_sum / days, 2)::float8 ORDER BY month) AS averages
      FROM holdings_assetsundermanagement o
     WHERE o.customer_id = c.customer_id AND o.known_until IS NULL AND o.month >= %s AND o.month <= %s) a ON true
 WHERE f.status <> 'merged' AND (f.tier <> '' OR a.months IS NOT NULL)
"""

# The same of customers without a tier, from the months that were summed a moment ago.
_SUMMED = """
SELECT a.customer_id, f.tier, a.months, a.averages FROM (
    SELECT customer_id,
           array_agg((extract(year FROM month) * 12 + extract(month FROM month))::int ORDER BY month) AS months,
           array_agg(round(day_sum / days, 2)::float8 ORDER BY month) AS averages
      FROM aum_new WHERE month >= %s AND month <= %s GROUP BY customer_id) a
  JOIN party_customer f ON f.party_id = a.customer_id WHERE f.status <> 'merged' AND f.tier = ''
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A customer's tier from a month on; ``before`` is empty for the first."""

    customer_id: int
    before: str
    tier: str
    since: dt.date
    average: Decimal


def decide_first(first: dt.date, last: dt.date, *, summed: bool = False) -> list[Move]:
    """The whole history of customers that have no tier yet, by their closed months from ``first`` to ``last``.

    ``summed``: the months stand in ``aum_new``, written a moment ago.
    """
    months = months_between(first, last)
    rows = [row for row in run(_SUMMED if summed else _AVERAGES, [first, last]) if not row[1]] if months else []
    return _moves(rows, months, in_force(TierPolicy, last)) if rows else []


def decide_month(month: dt.date) -> list[Move]:
    """Moves after one closed month of the customers that have a tier; the months before it are the delays' memory."""
    policy = in_force(TierPolicy, month)
    memory = max(policy.months_up, policy.months_down, *(rung.months_down or 0 for rung in policy.rungs()))
    months = months_between(months_before(month, memory - 1), month)
    rows = [row for row in run(_AVERAGES, [months[0], month]) if row[1]]
    return _moves(rows, months, policy, only_last=True) if rows else []


def _moves(rows: list[Row], months: list[dt.date], policy: TierPolicy, *, only_last: bool = False) -> list[Move]:
    import numpy as np

    from kexin.holdings.aum.ladder import NONE, climbed, last_step

    rungs = policy.rungs()
    codes = [rung.code for rung in rungs]
    averages = _matrix(rows, months)
    before = np.array([codes.index(tier) if tier in codes else NONE for _pk, tier, *_rest in rows])
    if only_last:
        after = last_step(averages, rungs, policy.months_up, policy.months_down, before)
        previous = before[:, None]
        months, averages = months[-1:], averages[:, -1:]
    else:
        after = climbed(averages, rungs, policy.months_up, policy.months_down, before)
        previous = np.column_stack([before, after[:, :-1]])
    return [
        Move(
            int(rows[at][0]),
            codes[previous[at, month]] if previous[at, month] != NONE else rows[at][1],
            codes[after[at, month]],
            months_before(months[month], -1),
            Decimal(str(averages[at, month])).quantize(Decimal("0.01")),
        )
        for at, month in np.argwhere((after != previous) & (after != NONE)).tolist()
    ]


def _matrix(rows: list[Row], months: list[dt.date]) -> Floats:
    """Customers × months; NaN before the first month with anything, nought in later months without a row."""
    import numpy as np

    start = months[0].year * 12 + months[0].month
    lines = np.repeat(np.arange(len(rows)), [len(numbers or ()) for _pk, _tier, numbers, _values in rows])
    columns = np.fromiter(chain.from_iterable(row[2] or () for row in rows), int, len(lines)) - start
    begins = [0 if tier or not numbers else numbers[0] - start for _pk, tier, numbers, _values in rows]
    found = np.where(np.arange(len(months)) < np.array(begins)[:, None], np.nan, 0.0)  # who has a tier was there before
    found[lines, columns] = np.fromiter(chain.from_iterable(row[3] or () for row in rows), float, len(lines))
    return found


LAST_MOVES = "SELECT DISTINCT ON (customer_id) customer_id, tier FROM aum_move ORDER BY customer_id, since DESC"


def write_tiers(moves: list[Move], *, on_customer: bool = True) -> int:
    """End the former tiers, begin the new ones, and put the last one on the customer. How many rows.

    Without ``on_customer`` the moves stay behind in ``aum_move`` for who writes the customer's other columns.
    """
    if not moves:
        return 0
    version = in_force(TierPolicy).policy_version
    run("DROP TABLE IF EXISTS pg_temp.aum_move")
    run("CREATE TEMP TABLE aum_move (customer_id bigint, tier varchar(20), since date, average numeric) ON COMMIT DROP")
    run(
        "INSERT INTO aum_move SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::numeric[])",
        [
            [move.customer_id for move in moves],
            [move.tier for move in moves],
            [move.since for move in moves],
            [move.average for move in moves],
        ],
    )
    run(
        "UPDATE holdings_customertier t SET valid_until = m.since"
        " FROM (SELECT customer_id, min(since) AS since FROM aum_move GROUP BY 1) m"
        " WHERE t.customer_id = m.customer_id AND t.valid_until IS NULL AND t.valid_from < m.since"
    )
    made = run(
        "INSERT INTO holdings_customertier (customer_id, tier, valid_from, valid_until, average, policy)"
        " SELECT customer_id, tier, since, lead(since) OVER (PARTITION BY customer_id ORDER BY since), average, %s"
        " FROM aum_move",
        [version],
    ).rowcount
    if on_customer:
        run(
            f"UPDATE party_customer c SET tier = m.tier FROM ({LAST_MOVES}) m"
            " WHERE c.party_id = m.customer_id AND c.tier <> m.tier"
        )
    return made
