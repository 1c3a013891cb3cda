"""Matching measured in a lean bank: ``python -m bench.suitability`` (SIZE; 20,000 unless said).

Aims: one decision 1 ms, the shelf of 500 products for one customer 50 ms, all holders after a re-rating of a product
that a million hold 60 s.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench.holders import HELD, SHELF, opened_holders
from bench.size import wanted

if TYPE_CHECKING:
    from kexin.core.actor import Actor
    from kexin.party.models import Customer

_BARE_SHELF = (
    "SELECT p.*, t.*, s.sold FROM products_product p JOIN products_tradingterms t ON t.product_id = p.id"
    " LEFT JOIN (SELECT h.product_id, sum(h.cost) AS sold FROM holdings_holding h JOIN products_tradingterms q"
    " ON q.product_id = h.product_id AND q.quota IS NOT NULL GROUP BY h.product_id) s ON s.product_id = p.id"
    " WHERE p.state = 'admitted' ORDER BY p.code"
)
_BARE_REMATCH = (
    "SELECT count(*), count(*) FILTER (WHERE s.grade = 2), count(*) FILTER (WHERE c.born_year <= %s AND s.grade >= 3)"
    " FROM holdings_holding h JOIN party_customer c ON c.party_id = h.customer_id"
    " JOIN suitability_riskstanding s ON s.customer_id = c.party_id"
    " LEFT JOIN party_identitydocument d ON d.party_id = c.party_id AND d.retired_at IS NULL"
    " WHERE h.product_id = %s AND h.units > 0"
)


@dataclass(frozen=True, slots=True)
class Matched:
    """What was done how often, milliseconds (median, p95), bare SQL beside it, and the aim."""

    what: str
    median: float
    p95: float | None
    bare: float | None
    aim: str
    note: str = ""


def measure() -> list[Matched]:
    """All three; what the re-matching wrote is removed, so that it can be measured again."""
    from kexin.party.models import Customer
    from kexin.people.models import User
    from kexin.people.queries import actor_for

    actor = actor_for(User.objects.get(username="manager"), session="bench", methods=("password", "mfa"))
    own = list(Customer.objects.filter(lead_post=actor.post_id).order_by("pk")[:60])
    return [*_decisions(actor, own), *_shelf(actor, own), _rematching()]


def _decisions(actor: Actor, own: list[Customer]) -> list[Matched]:
    """The pure rule; and the whole operation with facts, storage, audit, commit."""
    from bench.measure import p95, timed
    from kexin.core.calendar import business_date
    from kexin.core.policy import in_force
    from kexin.products.models import Product
    from kexin.suitability.matching.choices import Purpose, SaleChannel
    from kexin.suitability.matching.facts import AskFacts, MatchFacts, SellerFacts
    from kexin.suitability.matching.gather import customer_facts, product_facts
    from kexin.suitability.matching.operations import match
    from kexin.suitability.matching.policies import MatchingPolicy
    from kexin.suitability.matching.rules import decide

    on, rules = business_date(), in_force(MatchingPolicy)
    products = list(Product.objects.select_related("terms").order_by("pk")[:60])
    people = customer_facts(own, on).values()
    ask = AskFacts(Purpose.SALE, SaleChannel.BRANCH, on)
    facts = [
        MatchFacts(product_facts(product, on), person, SellerFacts(1), ask) for person in people for product in products
    ]
    wall = []
    for each in facts:
        began = time.perf_counter()
        decide(each, rules)
        wall.append((time.perf_counter() - began) * 1000)
    whole = timed([partial(match, row, products[0], actor=actor) for row in own])
    return [
        Matched("one decision: the rule on its facts", sorted(wall)[len(wall) // 2], p95(wall), None, "1 ms"),
        Matched(
            "one opinion: facts read, decided, stored, audited, committed", whole.median, whole.p95, None, "",
            f"{whole.queries} statements",
        ),
    ]  # fmt: skip


def _shelf(actor: Actor, own: list[Customer]) -> list[Matched]:
    from bench.measure import bare, timed
    from kexin.suitability.matching.shelf import shelf_of

    found = timed([partial(shelf_of, actor, row.pk) for row in own])
    beside = bare(_BARE_SHELF, [()] * 30)
    note = f"{found.queries} statements, own CPU {found.cpu:.0f} ms, fastest tenth {found.quiet:.0f} ms"
    return [Matched(f"shelf of {SHELF} products for one customer", found.median, found.p95, beside, "50 ms", note)]


def _rematching() -> Matched:
    from bench.measure import bare
    from kexin.core.actor import system
    from kexin.products.models import Product
    from kexin.suitability.matching.rematching import rematch_holders

    _forget()
    product = Product.objects.get(code=HELD)
    beside = bare(_BARE_REMATCH, [(1961, product.pk)] * 3)
    began, cpu = time.perf_counter(), time.thread_time()
    run = rematch_holders(product, actor=system("bench"), before=2, after=3)
    took, own = time.perf_counter() - began, time.thread_time() - cpu
    assert run is not None
    _forget()
    note = f"{run.holders:,} holders, {run.decided:,} decided, {run.changed:,} changed; own CPU {own:.1f} s"
    return Matched("all holders after a re-rating R2 to R3", took * 1000, None, beside, "60 s at 1,000,000", note)


def _forget() -> None:
    """Remove what re-matching appended, past the triggers that would refuse it, so that it can be measured again."""
    import psycopg

    from kexin.project.postgres import ensure_running

    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("DELETE FROM suitability_rematchline")
        server.execute("DELETE FROM suitability_rematch")


def lines(found: list[Matched]) -> list[str]:
    """A Markdown table."""
    head = ["", "## Matching", "", "| what | median ms | p95 ms | bare SQL ms | aim | |", "|---|--:|--:|--:|---|---|"]
    return head + [
        f"| {e.what} | {e.median:,.3f} | {'' if e.p95 is None else f'{e.p95:,.2f}'} |"
        f" {'' if e.bare is None else f'{e.bare:,.1f}'} | {e.aim} | {e.note} |"
        for e in found
    ]


def main() -> None:
    """Print the table."""
    os.environ.setdefault("SIZE", "20000")
    with opened_holders(wanted()):
        print("\n".join(lines(measure())))


if __name__ == "__main__":
    main()
