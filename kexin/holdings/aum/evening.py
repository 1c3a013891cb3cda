"""The customers behind a unit's or a post's figures of one evening, computed from the ledger by the same steps.

What a board says in one number stands here customer by customer, attributed by whoever led or shared on that day: the
lines add up to the figure, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.imports.staging import run, server
from kexin.core.query import query
from kexin.holdings.aum.daily import OWNED, PART, UNCOUNTED, collect_owners
from kexin.holdings.aum.eras import Era, eras
from kexin.holdings.aum.queries import VIEW_AUM, ZERO, units_within
from kexin.holdings.aum.steps import choose_customers, make_steps
from kexin.holdings.policies import parse_kinds
from kexin.party.models import Customer
from kexin.party.queries import open_names
from kexin.people.models import OrgUnit, Post

MOST = 20_000  # customers; larger units are looked at part by part

# Whoever can have a part in the evening: led or shared there at any time, or on file there.
_MEMBERS = """
SELECT customer_id FROM party_portfolioassignment WHERE unit_id = ANY(%(units)s)
UNION SELECT party_id FROM party_customer WHERE unit_id = ANY(%(units)s)
UNION SELECT s.customer_id FROM party_portfolioshare s JOIN people_post p ON p.id = s.post_id
 WHERE p.unit_id = ANY(%(units)s)
LIMIT %(most)s
"""

_VALUES = f"""
SELECT s.customer_id, sum({PART}) AS aum, coalesce(sum({PART}) FILTER (WHERE s.deposit), 0) AS deposits
  FROM aum_step s JOIN aum_ownership o ON {OWNED} AND o.first <= %(day)s AND o.until > %(day)s
 WHERE s.first <= %(day)s AND s.until > %(day)s AND o.unit_id = ANY(%(units)s) {{post}}
 GROUP BY s.customer_id
"""

_FLOWS = """
SELECT a.customer_id, coalesce(sum(round(t.amount * r.rate, 2)) FILTER (WHERE t.direction = 'in'), 0),
       coalesce(sum(round(t.amount * r.rate, 2)) FILTER (WHERE t.direction = 'out'), 0)
  FROM aum_account a JOIN holdings_transaction t ON t.account_id = a.id AND t.booked_on = %(day)s
  JOIN aum_rate r ON r.currency = a.currency AND r.first <= t.booked_on AND r.until > t.booked_on
  JOIN aum_ownership o ON o.customer_id = a.customer_id AND o.first <= t.booked_on AND o.until > t.booked_on
   AND o.counts
 WHERE t.kind <> ALL(%(left_out)s) AND o.unit_id = ANY(%(units)s) {post}
 GROUP BY a.customer_id
"""

_COUNTED = """
SELECT DISTINCT o.customer_id FROM aum_ownership o JOIN party_customer f ON f.party_id = o.customer_id
 WHERE o.counts AND f.status <> ALL(%(uncounted)s) AND o.unit_id = ANY(%(units)s) {post}
   AND greatest(o.first, f.admitted_on) <= %(day)s AND least(o.until, f.closed_on) > %(day)s
"""


@dataclass(slots=True)
class CustomerEvening:
    """A customer's part in a figure. ``customer`` is None for those who are no longer within reach, taken together.

    ``count``: as how many customers the line counts there; nought for a share in somebody else's customer.
    """

    customer: Customer | None
    aum: Decimal = ZERO
    deposits: Decimal = ZERO
    inflow: Decimal = ZERO
    outflow: Decimal = ZERO
    count: int = 0

    @property
    def net_flow(self) -> Decimal:
        """Money in less money out."""
        return self.inflow - self.outflow


@query(VIEW_AUM, label=_("See assets under management"), record="list")
def evening_of(
    actor: Actor, day: dt.date, *, unit: OrgUnit | None = None, post: Post | None = None, pool: bool = False
) -> list[CustomerEvening]:
    """Who makes up the figures of an evening: of a unit, of its ``pool`` only, or of a post; largest first.

    Raises RuleViolation where these are more than 20,000 customers, NotFound out of reach.
    """
    if post is not None:
        _check(actor, post)
        units, where = [post.unit_id], "AND o.post_id = %(post)s"
    elif unit is not None:
        units = list(units_within(actor, VIEW_AUM, unit))
        where = "AND o.post_id IS NULL" if pool else ""
    else:
        raise ValueError("of a unit or of a post")
    values = {"units": units, "day": day, "most": MOST + 1, "post": post.pk if post else None}
    ids = [pk for (pk,) in server().execute(_MEMBERS, values).fetchall()]
    if len(ids) > MOST:
        raise RuleViolation(_("These are too many customers for one list: choose a smaller unit or a manager."))
    found: dict[int, CustomerEvening] = {}
    with transaction.atomic():
        choose_customers(ids)
        collect_owners()
        era = eras(day, day)[-1]
        make_steps(Era(day, day, era.policy))
        for pk, aum, deposits in server().execute(_VALUES.format(post=where), values).fetchall():
            found[pk] = CustomerEvening(None, aum, deposits)
        values["left_out"] = list(parse_kinds(era.policy.not_flows))
        for pk, inflow, outflow in server().execute(_FLOWS.format(post=where), values).fetchall():
            line = found.setdefault(pk, CustomerEvening(None))
            line.inflow, line.outflow = inflow, outflow
        values["uncounted"] = list(UNCOUNTED)
        for (pk,) in server().execute(_COUNTED.format(post=where), values).fetchall():
            found.setdefault(pk, CustomerEvening(None)).count = 1
        run("DROP TABLE IF EXISTS pg_temp.aum_customer, pg_temp.aum_ownership")
    return _named(actor, found)


def _check(actor: Actor, post: Post) -> None:
    for grant in actor.grants_for(VIEW_AUM):
        own = grant.reach == Reach.PORTFOLIO and grant.post_id == post.pk
        if own or grant.reach == Reach.ALL or post.unit_id in grant.unit_ids:
            return
    raise NotFound


def _named(actor: Actor, found: dict[int, CustomerEvening]) -> list[CustomerEvening]:
    """With the customers within reach; the others are added up in one line at the end."""
    reach = Customer.objects.visible_to(actor, VIEW_AUM).select_related("party", "unit")
    rows = {row.pk: row for row in reach.filter(pk__in=list(found))}
    rest, hidden = CustomerEvening(None), False
    lines = []
    for pk, line in found.items():
        if pk in rows:
            line.customer = rows[pk]
            lines.append(line)
            continue
        rest.aum, rest.deposits = rest.aum + line.aum, rest.deposits + line.deposits
        rest.inflow, rest.outflow = rest.inflow + line.inflow, rest.outflow + line.outflow
        rest.count += line.count
        hidden = True
    lines.sort(key=lambda line: (-line.aum, line.customer.pk if line.customer else 0))
    return [*lines, rest] if hidden else lines


def open_evening(lines: Sequence[CustomerEvening]) -> None:
    """Names of one page of lines."""
    open_names([line.customer for line in lines if line.customer is not None])
