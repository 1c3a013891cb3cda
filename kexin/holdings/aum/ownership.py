"""Whose customer was it on a day: the one place where figures are given to posts and units.

A customer's days are covered without a gap and without an overlap: by the portfolio assignments, and between, before
and after them by the pool of the unit that was last (before the first: that comes first). Without any assignment the
file's own unit and lead manager hold for all time.
"""

from __future__ import annotations

from kexin.core.imports.staging import run

# ``share``: the part of the customer's figures credited to the post. ``counts``: the customer is counted there.
OWNERSHIP = """
CREATE TEMP TABLE aum_ownership ON COMMIT DROP AS
WITH held AS (
  SELECT p.customer_id, p.unit_id, p.post_id, p.starts_on AS first, coalesce(p.ends_on, 'infinity'::date) AS until
    FROM party_portfolioassignment p JOIN aum_customer c ON c.customer_id = p.customer_id
   WHERE p.ends_on IS NULL OR p.ends_on > p.starts_on
), ordered AS (
  SELECT h.*, lag(h.until) OVER w AS before, lead(h.first) OVER w AS after
    FROM held h WINDOW w AS (PARTITION BY h.customer_id ORDER BY h.first)
)
SELECT customer_id, unit_id, post_id, first, until, 1::numeric AS share, true AS counts FROM ordered
UNION ALL
SELECT customer_id, unit_id, NULL, '-infinity', first, 1, true FROM ordered WHERE before IS NULL
UNION ALL
SELECT customer_id, unit_id, NULL, until, coalesce(after, 'infinity'), 1, true FROM ordered
 WHERE until < coalesce(after, 'infinity'::date)
UNION ALL
SELECT c.customer_id, f.unit_id, f.lead_post_id, '-infinity', 'infinity', 1, true
  FROM aum_customer c JOIN party_customer f ON f.party_id = c.customer_id
 WHERE NOT EXISTS (SELECT FROM held h WHERE h.customer_id = c.customer_id)
"""


def make_ownership() -> None:
    """The temporary table ``aum_ownership`` of the customers in ``aum_customer``. Inside a transaction."""
    run("DROP TABLE IF EXISTS pg_temp.aum_ownership")
    run(OWNERSHIP)
    run("ANALYZE aum_ownership")
