"""Whose customer was it on a day: the one place where figures are given to posts and units.

A customer's days are covered without a gap and without an overlap: by the portfolio assignments, and between, before
and after them by the pool of the unit that was last (before the first: that comes first). Without any assignment the
file's own unit and lead manager hold for all time.

Where managers share in a product line, its value is divided among them from the day on; the line's own shares, else
those of all products, else the lead. Parts of 100 % add up to the cent (the first takes the rest of the rounding). What
shares leave over, or count double by policy, is put to the account of the unit's pool, so that units and the bank
still tie to the ledger. Customers, tiers and flows are the lead's.
"""

from __future__ import annotations

from kexin.core.imports.staging import server
from kexin.holdings.choices import AccountKind
from kexin.party.choices import ProductLine

LINES = {
    AccountKind.CURRENT: ProductLine.DEPOSITS,
    AccountKind.TIME_DEPOSIT: ProductLine.DEPOSITS,
    AccountKind.CERTIFICATE: ProductLine.DEPOSITS,
    AccountKind.STRUCTURED: ProductLine.DEPOSITS,
    AccountKind.WEALTH: ProductLine.WEALTH,
    AccountKind.FUND: ProductLine.FUNDS,
    AccountKind.INSURANCE: ProductLine.INSURANCE,
    AccountKind.GOLD: ProductLine.GOLD,
    AccountKind.CARD: ProductLine.LOANS,
    AccountKind.LOAN: ProductLine.LOANS,
}

# ``line``: only of this product line (null: of all); ``share``: the part of the value; ``others``: instead, what these
# parts leave of it; ``counts``: the customer and its flows are counted there.
OWNERSHIP = """
CREATE TEMP TABLE aum_ownership ON COMMIT DROP AS
WITH held AS (
  SELECT p.customer_id, p.unit_id, p.post_id, p.starts_on AS first, coalesce(p.ends_on, 'infinity'::date) AS until
    FROM party_portfolioassignment p JOIN aum_customer c ON c.customer_id = p.customer_id
   WHERE p.ends_on IS NULL OR p.ends_on > p.starts_on
), ordered AS (
  SELECT h.*, lag(h.until) OVER w AS before, lead(h.first) OVER w AS after
    FROM held h WINDOW w AS (PARTITION BY h.customer_id ORDER BY h.first)
), led AS MATERIALIZED (
  SELECT customer_id, unit_id, post_id, first, until FROM ordered
  UNION ALL
  SELECT customer_id, unit_id, NULL, '-infinity', first FROM ordered WHERE before IS NULL
  UNION ALL
  SELECT customer_id, unit_id, NULL, until, coalesce(after, 'infinity') FROM ordered
   WHERE until < coalesce(after, 'infinity'::date)
  UNION ALL
  SELECT c.customer_id, f.unit_id, f.lead_post_id, '-infinity', 'infinity'
    FROM aum_customer c JOIN party_customer f ON f.party_id = c.customer_id
   WHERE NOT EXISTS (SELECT FROM held h WHERE h.customer_id = c.customer_id)
), sharing AS MATERIALIZED (
  SELECT s.id, s.customer_id, p.unit_id, s.post_id, s.line, s.percent / 100 AS part, s.starts_on AS first,
         coalesce(s.ends_on, 'infinity'::date) AS until
    FROM party_portfolioshare s JOIN aum_customer c ON c.customer_id = s.customer_id
    JOIN people_post p ON p.id = s.post_id WHERE s.ends_on IS NULL OR s.ends_on > s.starts_on
), points AS (
  SELECT customer_id, '-infinity'::date AS day FROM sharing
  UNION SELECT customer_id, first FROM sharing UNION SELECT customer_id, until FROM sharing WHERE until < 'infinity'
), spans AS (
  SELECT customer_id, line, day AS first, coalesce(lead(day) OVER w, 'infinity'::date) AS until
    FROM points CROSS JOIN unnest(%(lines)s::text[]) l(line) WINDOW w AS (PARTITION BY customer_id, line ORDER BY day)
), running AS (
  SELECT x.customer_id, x.line, x.first, x.until, s.id, s.unit_id, s.post_id, s.part, s.line = %(all)s AS general,
         bool_or(s.line <> %(all)s) OVER (PARTITION BY x.customer_id, x.line, x.first) AS own
    FROM spans x JOIN sharing s ON s.customer_id = x.customer_id AND s.line IN (x.line, %(all)s)
     AND s.first <= x.first AND s.until >= x.until
), divided AS (
  SELECT r.*, sum(part) OVER w AS total, row_number() OVER (w ORDER BY id) AS nth, array_agg(part) OVER w AS parts,
         array_agg(part) OVER (w ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS following
    FROM running r WHERE general <> own WINDOW w AS (PARTITION BY customer_id, line, first)
)
SELECT l.customer_id, l.unit_id, l.post_id, l.first, l.until, NULL::text AS line,
       CASE WHEN s.customer_id IS NULL THEN 1 ELSE 0 END::numeric AS share, NULL::numeric[] AS others, true AS counts
  FROM led l LEFT JOIN (SELECT DISTINCT customer_id FROM sharing) s ON s.customer_id = l.customer_id
UNION ALL
SELECT customer_id, unit_id, post_id, first, until, line, part,
       CASE WHEN nth = 1 AND total = 1 THEN following END, false FROM divided
UNION ALL
SELECT l.customer_id, l.unit_id, NULL, greatest(l.first, d.first), least(l.until, d.until), d.line, 1, d.parts, false
  FROM divided d JOIN led l ON l.customer_id = d.customer_id AND l.first < d.until AND l.until > d.first
 WHERE d.nth = 1 AND d.total <> 1
UNION ALL
SELECT l.customer_id, l.unit_id, l.post_id, greatest(l.first, x.first), least(l.until, x.until), x.line, 1, NULL, false
  FROM spans x JOIN led l ON l.customer_id = x.customer_id AND l.first < x.until AND l.until > x.first
 WHERE NOT EXISTS (SELECT FROM divided d WHERE d.customer_id = x.customer_id AND d.line = x.line AND d.first = x.first)
"""


def make_ownership() -> None:
    """The temporary table ``aum_ownership`` of the customers in ``aum_customer``. Inside a transaction."""
    connection = server()
    connection.execute("DROP TABLE IF EXISTS pg_temp.aum_ownership")
    lines = sorted({str(line) for line in LINES.values()})
    connection.execute(OWNERSHIP, {"lines": lines, "all": str(ProductLine.ALL)})
    connection.execute("ANALYZE aum_ownership")
