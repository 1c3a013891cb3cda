"""What customers have with the bank, as lists show it: deposits and investments, without loans and cards.

The sum is in the institution's own currency: CNY where any account is kept in it, else the currency of most accounts.
Accounts in other currencies are left out until exchange rates exist. An account with holdings counts with their
market value, any other with its stated balance. The first owner has it all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction

from kexin.holdings.choices import AccountKind, AccountStatus

COUNTED = (
    AccountKind.CURRENT,
    AccountKind.TIME_DEPOSIT,
    AccountKind.CERTIFICATE,
    AccountKind.STRUCTURED,
    AccountKind.WEALTH,
    AccountKind.FUND,
    AccountKind.INSURANCE,
    AccountKind.GOLD,
)
AT_ONCE = 25_000  # customers

_REFRESH = """
UPDATE party_customer c SET assets = n.assets
  FROM (
    SELECT c2.party_id, coalesce(sum(coalesce(h.market_value, a.balance)), 0) AS assets
      FROM party_customer c2
      LEFT JOIN holdings_account a ON a.customer_id = c2.party_id AND a.kind = ANY(%(kinds)s)
           AND a.status <> %(closed)s AND a.currency = %(currency)s
      LEFT JOIN LATERAL (
        SELECT sum(h.market_value) AS market_value FROM holdings_holding h WHERE h.account_id = a.id
      ) h ON true
     WHERE {which}
     GROUP BY c2.party_id
  ) n
 WHERE n.party_id = c.party_id AND c.assets <> n.assets
"""


def own_currency() -> str:
    """CNY where any account is kept in it, else the currency of most accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency FROM holdings_account GROUP BY currency ORDER BY (currency = 'CNY') DESC, count(*) DESC,"
            " currency LIMIT 1"
        )
        row = cursor.fetchone()
    return str(row[0]) if row else "CNY"


def refresh_assets(customer_ids: Sequence[int] | None = None) -> int:
    """Bring ``Customer.assets`` up to date for some customers or for all; how many changed.

    All customers are done in portions, each a transaction of its own where none is open.
    """
    if customer_ids is not None:
        return _refresh("c2.party_id = ANY(%(ids)s)", {**_values(), "ids": list(customer_ids)})
    return sum(portion() for portion in portions())


def portions() -> list[Callable[[], int]]:
    """Bringing the assets of all customers up to date, in portions that may run at the same time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(party_id), max(party_id) FROM party_customer")
        low, high = cursor.fetchone()
    if low is None:
        return []
    values = _values()
    return [
        partial(
            _refresh,
            "c2.party_id BETWEEN %(low)s AND %(high)s",
            {**values, "low": start, "high": start + AT_ONCE - 1},
        )
        for start in range(low, high + 1, AT_ONCE)
    ]


def _values() -> dict[str, Any]:
    return {
        "kinds": [str(kind) for kind in COUNTED],
        "closed": str(AccountStatus.CLOSED),
        "currency": own_currency(),
    }


def _refresh(which: str, values: dict[str, Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REFRESH.format(which=which), values)
        return int(cursor.rowcount)
