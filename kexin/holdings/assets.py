"""The customer's assets as lists sort by them: ``Customer.assets``, written by this floor in whole sets."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# Per customer one currency: CNY where the customer has any, else the one with the most. Currencies are never added
# up. An investment account counts by its holdings at market value, or by its balance where it has none.
_REFRESH = """
WITH own AS (
  SELECT a.customer_id, a.currency,
         COALESCE((SELECT sum(h.market_value) FROM holdings_holding h WHERE h.account_id = a.id), a.balance) AS worth
    FROM holdings_account a
   WHERE a.kind NOT IN ('loan', 'card') AND a.status <> 'closed' AND {which_account}
), total AS (
  SELECT DISTINCT ON (customer_id) customer_id, worth
    FROM (SELECT customer_id, currency, sum(worth) AS worth FROM own GROUP BY customer_id, currency) s
   ORDER BY customer_id, (currency = 'CNY') DESC, worth DESC
)
UPDATE party_customer c SET assets = t.worth
  FROM (SELECT c.party_id, COALESCE(total.worth, 0) AS worth FROM party_customer c
          LEFT JOIN total ON total.customer_id = c.party_id WHERE {which_customer}) t
 WHERE c.party_id = t.party_id AND c.assets <> t.worth
"""


def refresh_assets(customer_ids: Iterable[int] | None = None) -> int:
    """Write ``Customer.assets`` anew for these customers, or for all; how many changed.

    One statement; called after a load, inside the caller's transaction if there is one. The column is derived and
    therefore stands outside row history.
    """
    ids = None if customer_ids is None else list(customer_ids)
    if ids is not None and not ids:
        return 0
    some = ids is not None
    text = _REFRESH.format(
        which_account="a.customer_id = ANY(%(ids)s)" if some else "true",
        which_customer="c.party_id = ANY(%(ids)s)" if some else "true",
    )
    with connection.cursor() as cursor:
        cursor.execute(text, {"ids": ids} if some else None)
        return int(cursor.rowcount)
