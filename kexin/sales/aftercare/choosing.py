"""Choosing what is to be talked over, in the database: one statement for each matter, whatever the number of sales.

Only what the customer still holds counts. Of several purchases of one product by one customer one is named: the
newest, for a fall the one that lost most. What was owed already (its key stands) is not chosen again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kexin.core.calendar import zone
from kexin.sales.aftercare.policies import AftercarePolicy


@dataclass(frozen=True, slots=True)
class Found:
    """One matter to be owed: its key, whose, about which product and purchase, and what was seen."""

    key: str
    customer_id: int
    product_id: int
    sale_id: int | None
    facts: Mapping[str, Any]


# Executed sales with the day of execution, of products still held.
_SOLD = """
SELECT s.id, s.customer_id, s.product_id, s.amount, (g.at AT TIME ZONE %(zone)s)::date AS bought_on
  FROM sales_sale s
  JOIN sales_salegate g ON g.sale_id = s.id AND g.round = s.round AND g.gate = 90
 WHERE s.state = 'executed'
   AND (EXISTS (SELECT 1 FROM holdings_holding h
                 WHERE h.customer_id = s.customer_id AND h.product_id = s.product_id AND h.units > 0)
        OR EXISTS (SELECT 1 FROM holdings_account a
                    WHERE a.customer_id = s.customer_id AND a.product_id = s.product_id AND a.status <> 'closed'))
"""
_NEW = "NOT EXISTS (SELECT 1 FROM sales_aftercareitem i WHERE i.key = f.key)"

_MATURITY = f"""
WITH coming AS (
  SELECT h.customer_id, h.product_id, min(coalesce(h.matures_on, t.matures_on)) AS day
    FROM holdings_holding h LEFT JOIN products_tradingterms t ON t.product_id = h.product_id
   WHERE h.units > 0 AND coalesce(h.matures_on, t.matures_on) BETWEEN %(today)s AND %(until)s
   GROUP BY h.customer_id, h.product_id
  UNION
  SELECT a.customer_id, a.product_id, min(a.matures_on)
    FROM holdings_account a
   WHERE a.status <> 'closed' AND a.product_id IS NOT NULL AND a.matures_on BETWEEN %(today)s AND %(until)s
   GROUP BY a.customer_id, a.product_id
), f AS (
  SELECT DISTINCT ON (s.customer_id, s.product_id)
         concat_ws(':', 'maturity', s.product_id, s.customer_id, c.day) AS key, s.customer_id, s.product_id, s.id,
         jsonb_build_object('day', c.day) AS facts
    FROM ({_SOLD}) s JOIN coming c USING (customer_id, product_id)
   ORDER BY s.customer_id, s.product_id, c.day, s.id DESC
)
SELECT f.* FROM f WHERE {_NEW} ORDER BY f.customer_id, f.key
"""  # noqa: S608

# A net value stands until the next one: whoever bought in between has fallen by what it lost to the latest.
_FALL = f"""
WITH worth AS (
  SELECT product_id, day, unit_value, accumulated,
         lead(day, 1, 'infinity') OVER w AS until,
         last_value(accumulated) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS latest,
         last_value(day) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS latest_on
    FROM products_netvalue WINDOW w AS (PARTITION BY product_id ORDER BY day)
), lost AS (
  SELECT product_id, day, until, latest_on, round((accumulated - latest) / unit_value * 100, 2) AS percent
    FROM worth WHERE (accumulated - latest) / unit_value * 100 >= %(share)s
), f AS (
  SELECT DISTINCT ON (s.customer_id, s.product_id)
         concat_ws(':', 'fall', s.id, floor(l.percent / %(share)s)) AS key, s.customer_id, s.product_id, s.id,
         jsonb_build_object('percent', l.percent::text, 'bought_on', s.bought_on, 'day', l.latest_on) AS facts
    FROM ({_SOLD}) s
    JOIN lost l ON l.product_id = s.product_id AND s.bought_on >= l.day AND s.bought_on < l.until
   ORDER BY s.customer_id, s.product_id, l.percent DESC, s.id DESC
)
SELECT f.* FROM f WHERE {_NEW} ORDER BY f.customer_id, f.key
"""  # noqa: S608

_VISIT = f"""
WITH f AS (
  SELECT DISTINCT ON (s.customer_id)
         concat_ws(':', 'visit', s.id) AS key, s.customer_id, s.product_id, s.id,
         jsonb_build_object('bought_on', s.bought_on) AS facts
    FROM ({_SOLD}) s
   WHERE s.bought_on BETWEEN %(first)s AND %(last)s
     AND NOT EXISTS (SELECT 1 FROM engagement_appointment p
                      WHERE p.customer_id = s.customer_id
                        AND (p.state = 'kept' AND (p.starts_at AT TIME ZONE %(zone)s)::date >= s.bought_on
                             OR p.state = 'planned' AND p.ends_at > now()))
   ORDER BY s.customer_id, s.bought_on DESC, s.id DESC
)
SELECT f.* FROM f WHERE {_NEW}
   AND NOT EXISTS (SELECT 1 FROM sales_aftercareitem o
                    WHERE o.customer_id = f.customer_id AND o.matter = 'visit' AND o.state = 'open')
 ORDER BY f.customer_id, f.key
"""  # noqa: S608

_OF_PRODUCTS = f"""
WITH f AS (
  SELECT DISTINCT ON (s.customer_id, s.product_id)
         concat_ws(':', %(matter)s, s.product_id, s.customer_id, %(ref)s::text) AS key, s.customer_id, s.product_id,
         s.id, %(facts)s::jsonb AS facts
    FROM ({_SOLD}) s WHERE s.product_id = ANY(%(products)s)
   ORDER BY s.customer_id, s.product_id, s.id DESC
)
SELECT f.* FROM f WHERE {_NEW} ORDER BY f.customer_id, f.key
"""  # noqa: S608


def maturing(rules: AftercarePolicy, today: dt.date) -> list[Found]:
    """What matures within the policy's days."""
    return _chosen(_MATURITY, {"today": today, "until": today + dt.timedelta(days=rules.maturity_days)})


def fallen(rules: AftercarePolicy, today: dt.date) -> list[Found]:
    """What lost the policy's share, or a further such share, of its net value since it was bought."""
    return _chosen(_FALL, {"share": rules.fall_percent})


def to_visit(rules: AftercarePolicy, today: dt.date) -> list[Found]:
    """Customers who bought long enough ago and were not met since; one purchase of each."""
    first = today - dt.timedelta(days=rules.visit_until_days)
    return _chosen(_VISIT, {"first": first, "last": today - dt.timedelta(days=rules.visit_days)})


def of_products(matter: str, products: list[int], ref: str, facts: Mapping[str, Any]) -> list[Found]:
    """Everybody to whom these products were sold and who holds them; ``ref`` names the change."""
    values = {"matter": matter, "products": products, "ref": ref, "facts": json.dumps(facts, ensure_ascii=False)}
    return _chosen(_OF_PRODUCTS, values)


def _chosen(statement: str, values: dict[str, Any]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"zone": str(zone()), **values})
        rows = cursor.fetchall()
    return [
        Found(key, customer, product, sale, json.loads(facts) if isinstance(facts, str) else facts)
        for key, customer, product, sale, facts in rows
    ]
