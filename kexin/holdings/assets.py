"""What customers have with the bank at this moment, as lists show it: the AUM point in time.

The same rule as :mod:`kexin.holdings.aum.steps`, for one day and without the ledger, so that a load can afford it: an
account's last statement (its positions where they are not older) by the policy's weights, negative balances, joint
owners and currency. The base currency is the policy's, else CNY where any account is kept in it, else that of most
accounts. What has no exchange rate is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.holdings.choices import AccountRole
from kexin.holdings.policies import AumPolicy

AT_ONCE = 25_000  # customers

_REFRESH = """
UPDATE party_customer c SET assets = n.assets
  FROM (
    SELECT c2.party_id, coalesce(sum({share}), 0) AS assets
      FROM party_customer c2
      LEFT JOIN ({owned}) o ON o.customer_id = c2.party_id
      LEFT JOIN holdings_account a ON a.id = o.account_id AND coalesce(a.opened_on, %(today)s) <= %(today)s
           AND coalesce(a.closed_on, 'infinity') > %(today)s
      LEFT JOIN LATERAL (
        SELECT max(h.as_of) AS day, sum(h.market_value) AS value FROM holdings_holding h WHERE h.account_id = a.id
      ) h ON true
      LEFT JOIN LATERAL (
        SELECT round({balance} * w.weight * r.rate, 2) AS value
          FROM unnest(%(kinds)s::text[], %(weights)s::numeric[]) w(kind, weight)
          JOIN (SELECT %(currency)s::text AS currency, 1::numeric AS rate UNION ALL
                SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[])) r ON r.currency = a.currency
         WHERE w.kind = a.kind
      ) v ON true
     WHERE {which}
     GROUP BY c2.party_id
  ) n
 WHERE n.party_id = c.party_id AND c.assets <> n.assets
"""
_STATEMENT = (
    "CASE WHEN h.day >= a.balance_on OR a.balance_on IS NULL AND h.day IS NOT NULL THEN h.value ELSE a.balance END"
)
_FIRST = "SELECT id AS account_id, customer_id FROM holdings_account"
_EQUAL = """
SELECT account_id, customer_id, is_first, count(*) OVER (PARTITION BY account_id) AS parts FROM (
  SELECT id AS account_id, customer_id, true AS is_first FROM holdings_account
  UNION ALL
  SELECT p.account_id, p.customer_id, false FROM holdings_accountparty p
    JOIN holdings_account a ON a.id = p.account_id AND a.customer_id <> p.customer_id WHERE p.role = ANY(%(owners)s)
) e
"""
_PART = (
    "CASE WHEN o.is_first THEN v.value - round(v.value / o.parts, 2) * (o.parts - 1)"
    " ELSE round(v.value / o.parts, 2) END"
)
_RATES = """
SELECT DISTINCT ON (currency) currency, rate FROM holdings_exchangerate WHERE base = %s AND day <= %s
 ORDER BY currency, day DESC
"""


def own_currency() -> str:
    """CNY where any account is kept in it, else the currency of most accounts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT currency FROM holdings_account WHERE currency = 'CNY' LIMIT 1")  # mostly the first row
        row = cursor.fetchone()
        if row is None:
            cursor.execute("SELECT currency FROM holdings_account GROUP BY currency ORDER BY count(*) DESC, 1 LIMIT 1")
            row = cursor.fetchone()
    return str(row[0]) if row else "CNY"


def refresh_assets(customer_ids: Sequence[int] | None = None) -> int:
    """Bring ``Customer.assets`` up to date for some customers or for all; how many changed.

    All customers are done in portions, each a transaction of its own where none is open.
    """
    if customer_ids is not None:
        return _refresh("c2.party_id = ANY(%(ids)s)", {"ids": list(customer_ids)})
    return sum(portion() for portion in portions())


def portions() -> list[Callable[[], int]]:
    """Bringing the assets of all customers up to date, in portions that may run at the same time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(party_id), max(party_id) FROM party_customer")
        low, high = cursor.fetchone()
    if low is None:
        return []
    return [
        partial(_refresh, "c2.party_id BETWEEN %(low)s AND %(high)s", {"low": start, "high": start + AT_ONCE - 1})
        for start in range(low, high + 1, AT_ONCE)
    ]


def _refresh(which: str, chosen: dict[str, Any]) -> int:
    policy = in_force(AumPolicy)
    today, counted, base = business_date(), policy.counted(), policy.base_currency or own_currency()
    equal = policy.joint == "equal"
    statement = _REFRESH.format(
        which=which,
        share=_PART if equal else "v.value",
        owned=_EQUAL if equal else _FIRST,
        balance=f"greatest({_STATEMENT}, 0)" if policy.negative == "zero" else f"({_STATEMENT})",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RATES, [base, today])
        rates = cursor.fetchall()
        values: dict[str, Any] = {
            "today": today,
            "kinds": [str(kind) for kind in counted],
            "weights": list(counted.values()),
            "currency": base,
            "currencies": [currency for currency, _rate in rates],
            "rates": [rate for _currency, rate in rates],
            "owners": [str(AccountRole.OWNER), str(AccountRole.JOINT_OWNER)],
        }
        cursor.execute(statement, values | chosen)
        return int(cursor.rowcount)
