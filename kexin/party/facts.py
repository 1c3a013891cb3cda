"""The age of facts: when each kind of a customer's data was last confirmed, and when it is due again (A-19).

One statement tells it for one customer's page and for the whole bank's night: what the file holds of each kind, the
day of its last confirmation (else of the admission, else of the file's opening), and that day plus the policy's months
for the kind and the customer's tier. A month's end stays a month's end at most: 31 August and six months is the last
day of February. What the file does not hold is not reviewed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core import names as known_names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import CustomerStatus, FactKind
from kexin.party.models import Customer
from kexin.party.policies import FactReviewPolicy
from kexin.party.rules import months_between

# Where each kind of data lies: the customer's key, the table, the condition under which the file holds it.
_HELD = (
    (FactKind.CONTACTS, "party_id", "party_contactpoint", "NOT do_not_use"),
    (FactKind.ADDRESS, "party_id", "party_address", "true"),
    (FactKind.IDENTITY, "party_id", "party_identitydocument", "retired_at IS NULL"),
    (FactKind.OCCUPATION, "id", "party_party", "kind = 'individual' AND (occupation <> '' OR income_band <> '')"),
    (FactKind.TAX_RESIDENCE, "id", "party_party", "tax_residence <> ''"),
    (
        FactKind.LEGAL_REPRESENTATIVE,
        "to_party_id",
        "party_relationship",
        "kind = 'legal_representative' AND ends_on IS NULL",
    ),
    (
        FactKind.BENEFICIAL_OWNER,
        "to_party_id",
        "party_relationship",
        "kind IN ('beneficial_owner', 'shareholder') AND ends_on IS NULL",
    ),
)
_UNION = " UNION ".join(
    f"SELECT {key} AS customer_id, '{kind.value}' AS kind FROM {table} WHERE {held} {{{key}}}"  # noqa: S608  constants
    for kind, key, table, held in _HELD
)
_FACTS = """
SELECT k.party_id AS customer_id, h.kind, f.since, c.confirmed_on, coalesce(c.source, '') AS source,
       coalesce(c.confirmed_by, '') AS confirmed_by, m.months,
       CASE WHEN m.months > 0 THEN (f.since + make_interval(months => m.months))::date END AS due_on,
       k.status <> ALL(%(closed)s) AS open
  FROM ({held}) h JOIN party_customer k ON k.party_id = h.customer_id
  LEFT JOIN party_factconfirmation c ON c.customer_id = h.customer_id AND c.kind = h.kind
 CROSS JOIN LATERAL (
       SELECT coalesce(c.confirmed_on, k.admitted_on, (k.created_at AT TIME ZONE %(zone)s)::date) AS since) f
 CROSS JOIN LATERAL (
       SELECT coalesce((%(tier_months)s::jsonb -> k.tier ->> h.kind)::int, (%(months)s::jsonb ->> h.kind)::int)
              AS months) m
"""
_REFRESH = """
WITH fact AS ({facts}), due AS (
  SELECT customer_id, min(due_on) AS due_on FROM fact WHERE due_on IS NOT NULL AND open GROUP BY customer_id
), gone AS (
  DELETE FROM party_customerreview r WHERE NOT EXISTS (SELECT FROM due WHERE due.customer_id = r.customer_id) {only}
)
INSERT INTO party_customerreview (customer_id, due_on) SELECT customer_id, due_on FROM due
    ON CONFLICT (customer_id) DO UPDATE SET due_on = excluded.due_on
 WHERE party_customerreview.due_on <> excluded.due_on
"""


@dataclass(frozen=True, slots=True)
class FactAge:
    """One kind of data of a file: since when it stands, who confirmed it how, and when it is due again."""

    kind: FactKind
    since: dt.date  # the last confirmation, else the admission, else the opening of the file
    confirmed_on: dt.date | None
    source: str
    confirmed_by: str  # the user name, or the name of the machine
    who: str  # the same in words
    due_on: dt.date | None  # None: the policy never reviews this kind
    months: int  # completed months since then
    due: bool  # the day has come, or comes within the policy's days before
    overdue: bool


def _facts_sql(customers: Sequence[int] | None) -> str:
    keys = {key for _kind, key, _table, _held in _HELD}
    only = {key: f"AND {key} = ANY(%(customers)s)" if customers is not None else "" for key in keys}
    return _FACTS.format(held=_UNION.format(**only))


def _values(rules: FactReviewPolicy, customers: Sequence[int] | None) -> dict[str, Any]:
    return {
        "closed": [str(CustomerStatus.CLOSED), str(CustomerStatus.MERGED)],
        "zone": settings.TIME_ZONE,
        "months": json.dumps(rules.months),
        "tier_months": json.dumps(rules.tier_months),
        "customers": list(customers or ()),
    }


def fact_ages(customers: Sequence[int]) -> dict[int, list[FactAge]]:
    """The facts of these customers in the order of the kinds. One read, one more for the names of people."""
    rules, today = in_force(FactReviewPolicy), business_date()
    horizon = today + dt.timedelta(days=rules.ahead_days)
    with connection.cursor() as cursor:
        cursor.execute(_facts_sql(customers), _values(rules, customers))
        rows = cursor.fetchall()
    who = known_names.people({row[5] for row in rows if row[5]})
    order = list(FactKind)
    found: dict[int, list[FactAge]] = {pk: [] for pk in customers}
    for customer, kind, since, confirmed_on, source, by, _n, due_on, is_open in rows:
        found[customer].append(
            FactAge(
                FactKind(kind),
                since,
                confirmed_on,
                source,
                by,
                who.get(by, by),
                due_on,
                months_between(since, today),
                is_open and due_on is not None and due_on <= horizon,
                is_open and due_on is not None and due_on < today,
            )
        )
    for facts in found.values():
        facts.sort(key=lambda fact: order.index(fact.kind))
    return found


def due_kinds(facts: Iterable[FactAge]) -> list[str]:
    """Which kinds are due, in the order of the kinds."""
    return [fact.kind.value for fact in facts if fact.due]


def refresh_reviews(customers: Sequence[int] | None = None) -> int:
    """Bring :class:`CustomerReview` up to date for these customers, or for all; how many rows changed.

    Inside an operation. A row that already says the right day is not written.
    """
    only = "AND r.customer_id = ANY(%(customers)s)" if customers is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            _REFRESH.format(facts=_facts_sql(customers), only=only), _values(in_force(FactReviewPolicy), customers)
        )
        return cursor.rowcount


def review_due(today: dt.date | None = None) -> Q:
    """Customers with a kind of data that is due, as the list filters them."""
    last = (today or business_date()) + dt.timedelta(days=in_force(FactReviewPolicy).ahead_days)
    return Q(review__due_on__lte=last)


@query("party.view_customer", label=_("Open a customer file"))
def facts_of(actor: Actor, customer: Customer) -> list[FactAge]:
    """The age of every kind of data of a file already in reach."""
    return fact_ages([customer.pk])[customer.pk]
