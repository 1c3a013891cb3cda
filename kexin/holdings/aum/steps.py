"""The value of every customer's accounts as steps: from a day on, until a day, so much.

A stated balance holds until the next one. What the account itself states after the last stated day, or its positions
on or after it, holds from then on. An account without any stated day has its present value since it was opened.
Nothing before the opening, nothing from the closing on. Then: negative balances by policy, times weight, times the
rate of the day or the last one before (without any rate the account is left out), rounded to the cent; joint accounts
are split by policy, the rest of a division goes to the first owner.

Everything happens in temporary tables of the running transaction, for the customers in ``aum_customer``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kexin.core.imports.staging import run
from kexin.holdings.assets import own_currency
from kexin.holdings.aum.eras import Era
from kexin.holdings.aum.ownership import LINES
from kexin.holdings.choices import AccountKind, AccountRole
from kexin.holdings.policies import DEPOSITS, AumPolicy

DENSE = 6  # an id range with fewer than so many numbers per account is read as a range

_WEIGHTS = """
CREATE TEMP TABLE aum_weight ON COMMIT DROP AS
SELECT k.kind::varchar(14) AS kind, k.weight, k.line, k.kind = ANY(%(deposits)s) AS deposit
  FROM unnest(%(kinds)s::text[], %(weights)s::numeric[], %(lines)s::text[]) k(kind, weight, line)
"""

# Days from which a rate holds; the base currency's own is always one.
_RATES = """
CREATE TEMP TABLE aum_rate ON COMMIT DROP AS
SELECT currency::varchar(3) AS currency, day AS first,
       coalesce(lead(day) OVER (PARTITION BY currency ORDER BY day), 'infinity'::date) AS until, rate
  FROM holdings_exchangerate WHERE base = %(base)s
UNION ALL SELECT %(base)s, '-infinity', 'infinity', 1
"""

_ACCOUNTS = """
CREATE TEMP TABLE aum_account ON COMMIT DROP AS
SELECT a.id, a.customer_id, a.currency, a.opened_on, a.closed_on, a.balance, a.balance_on, w.weight, w.deposit, w.line,
       EXISTS (SELECT FROM holdings_balance b WHERE b.account_id = a.id) AS stated
  FROM holdings_account a JOIN aum_weight w ON w.kind = a.kind
 WHERE a.customer_id IN (SELECT customer_id FROM aum_customer) {joint}
"""
_JOINT = """
    OR a.id IN (SELECT p.account_id FROM holdings_accountparty p JOIN aum_customer c ON c.customer_id = p.customer_id
                 WHERE p.role = ANY(%(owners)s))
"""

_OWNERS_FIRST = """
CREATE TEMP TABLE aum_owner ON COMMIT DROP AS
SELECT id AS account_id, customer_id, 1 AS parts, true AS is_first FROM aum_account
"""
_OWNERS_EQUAL = """
CREATE TEMP TABLE aum_owner ON COMMIT DROP AS
WITH everyone AS (
  SELECT id AS account_id, customer_id, true AS is_first FROM aum_account
  UNION ALL
  SELECT a.id, p.customer_id, false FROM aum_account a JOIN holdings_accountparty p ON p.account_id = a.id
   WHERE p.role = ANY(%(owners)s) AND p.customer_id <> a.customer_id
)
SELECT account_id, customer_id, count(*) OVER (PARTITION BY account_id) AS parts, is_first FROM everyone
"""

# ``late``: what the account itself or its positions state, where that is younger than the last stated balance.
# The last balance before the span is asked account by account; inside the span all are read.
_STEPS = """
CREATE TEMP TABLE aum_step ON COMMIT DROP AS
WITH position AS (
  SELECT h.account_id, max(h.as_of) AS day, sum(h.market_value) AS value
    FROM holdings_holding h JOIN aum_account a ON a.id = h.account_id GROUP BY 1
), stated AS (
  SELECT b.account_id, b.day, 0 AS late, b.balance
    FROM holdings_balance b JOIN aum_account a ON a.id = b.account_id
   WHERE b.day >= %(first)s AND b.day <= %(last)s {within}
  UNION ALL
  SELECT a.id, b.day, 0, b.balance FROM aum_account a CROSS JOIN LATERAL (
    SELECT day, balance FROM holdings_balance WHERE account_id = a.id AND day < %(first)s ORDER BY day DESC LIMIT 1) b
   WHERE a.stated
  UNION ALL
  SELECT a.id, coalesce(p.day, a.balance_on), CASE WHEN p.day IS NULL THEN 1 ELSE 2 END, coalesce(p.value, a.balance)
    FROM aum_account a LEFT JOIN position p ON p.account_id = a.id
   WHERE a.stated AND coalesce(p.day, a.balance_on) <= %(last)s
  UNION ALL
  SELECT a.id, coalesce(a.opened_on, '-infinity'), 0, coalesce(p.value, a.balance)
    FROM aum_account a LEFT JOIN position p ON p.account_id = a.id
   WHERE NOT a.stated
), ordered AS (
  SELECT account_id, day, late, balance, lead(day) OVER w AS next_day, lag(balance) OVER w AS before,
         lag(day) OVER w AS before_day
    FROM stated WINDOW w AS (PARTITION BY account_id ORDER BY day, late)
), known AS (
  SELECT account_id, day AS first, coalesce(next_day, 'infinity'::date) AS until,
         CASE WHEN late = 0 OR next_day IS NULL AND (late = 2 OR before_day IS DISTINCT FROM day) THEN balance
              ELSE before END AS balance
    FROM ordered
), cut AS (
  SELECT a.id AS account_id, a.currency, a.deposit, a.line, a.weight,
         greatest(k.first, a.opened_on, %(first)s::date) AS first,
         least(k.until, a.closed_on, %(last)s::date + 1) AS until,
         {balance} AS balance
    FROM known k JOIN aum_account a ON a.id = k.account_id
), valued AS (
  SELECT c.account_id, c.deposit, c.line, greatest(c.first, r.first) AS first, least(c.until, r.until) AS until,
         round(c.balance * c.weight * r.rate, 2) AS value
    FROM cut c JOIN aum_rate r ON r.currency = c.currency AND r.first < c.until AND r.until > c.first
   WHERE c.first < c.until AND c.balance <> 0
)
SELECT o.customer_id, v.deposit, v.line, v.first, v.until,
       CASE WHEN o.parts = 1 THEN v.value
            WHEN o.is_first THEN v.value - round(v.value / o.parts, 2) * (o.parts - 1)
            ELSE round(v.value / o.parts, 2) END AS value
  FROM valued v JOIN aum_owner o ON o.account_id = v.account_id {wanted}
 WHERE v.value <> 0
"""


def make_customers(low: int, high: int) -> int:
    """The temporary table ``aum_customer`` with the customers from ``low`` to ``high``; how many."""
    return _customers(
        "SELECT party_id AS customer_id FROM party_customer WHERE party_id BETWEEN %s AND %s", [low, high]
    )


def choose_customers(ids: Sequence[int]) -> int:
    """The temporary table ``aum_customer`` with these customers; how many there are."""
    return _customers("SELECT party_id AS customer_id FROM party_customer WHERE party_id = ANY(%s)", [list(ids)])


def _customers(query: str, values: Sequence[Any]) -> int:
    run("DROP TABLE IF EXISTS pg_temp.aum_customer")
    made = run(f"CREATE TEMP TABLE aum_customer ON COMMIT DROP AS {query}", values).rowcount
    run("ANALYZE aum_customer")
    return made


def base_currency(policy: AumPolicy) -> str:
    """The policy's currency, or the one of most accounts."""
    return policy.base_currency or own_currency()


def make_steps(era: Era) -> None:
    """``aum_account``, ``aum_owner`` and ``aum_step`` for the customers in ``aum_customer`` over an era."""
    run(
        "DROP TABLE IF EXISTS pg_temp.aum_weight, pg_temp.aum_rate, pg_temp.aum_account, pg_temp.aum_owner,"
        " pg_temp.aum_step"
    )
    counted = era.policy.counted()
    owners = [str(AccountRole.OWNER), str(AccountRole.JOINT_OWNER)]
    equal = era.policy.joint == "equal"
    _run(
        _WEIGHTS,
        kinds=list(counted),
        weights=list(counted.values()),
        deposits=[str(kind) for kind in DEPOSITS],
        lines=[str(LINES[AccountKind(kind)]) for kind in counted],
    )
    _run(_RATES, base=base_currency(era.policy))
    _run(_ACCOUNTS.format(joint=_JOINT if equal else ""), owners=owners)
    _run(_OWNERS_EQUAL if equal else _OWNERS_FIRST, owners=owners)
    for table in ("aum_weight", "aum_rate", "aum_account", "aum_owner"):
        run(f"ANALYZE {table}")
    within, low, high = id_range("b.account_id")
    _run(
        _STEPS.format(
            within=within,
            balance="greatest(k.balance, 0)" if era.policy.negative == "zero" else "k.balance",
            wanted="JOIN aum_customer c ON c.customer_id = o.customer_id" if equal else "",
        ),
        first=era.first,
        last=era.last,
        low=low,
        high=high,
    )
    run("ANALYZE aum_step")


def id_range(column: str) -> tuple[str, int, int]:
    """Accounts of a batch mostly lie side by side: then the ledger is read as a range, else account by account.

    A condition on ``column`` to be added to others, with the ``low`` and ``high`` that it names; empty where they do
    not. Else each month's partition would be looked into for each account.
    """
    row = run("SELECT coalesce(min(id), 0), coalesce(max(id), 0), count(*) FROM aum_account").fetchone()
    assert row is not None
    low, high, count = row
    if count and high - low < count * DENSE:
        return f"AND {column} BETWEEN %(low)s AND %(high)s", low, high
    return "", low, high


def _run(statement: str, **values: Any) -> None:
    """Named values; those that a statement does not use are left out by the driver."""
    from kexin.core.imports.staging import server

    server().execute(statement, values)
