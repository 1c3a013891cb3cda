"""Tiers decided after a closed month: facts for the timeline, and work where a customer fell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_now
from kexin.core.events import emit
from kexin.core.export import Leaving, may_leave
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import duty_holder, open_work
from kexin.holdings.aum.queries import next_rung, tier_name
from kexin.holdings.aum.rebuild import BUCKET
from kexin.holdings.aum.steps import make_customers
from kexin.holdings.aum.tiers import Move, decide_first, decide_month, write_tiers
from kexin.holdings.events import CustomerTierLowered, CustomerTierRaised
from kexin.holdings.policies import TierPolicy
from kexin.party.models import Customer, Party
from kexin.party.naming import shown_name
from kexin.people.queries import post_labels

DROPPED = "holdings.tier_dropped"


@operation("holdings.settle_tiers", label=_("Decide customer tiers after a closed month"))
def settle_tiers(bucket: int, month: dt.date, *, actor: Actor) -> int:
    """Decide the tiers of one bucket of customer ids after ``month``; how many moved.

    A customer's first tier is no raise. A fall from a rung at or above the policy's opens work for the lead manager.
    """
    if not make_customers(bucket * BUCKET, (bucket + 1) * BUCKET - 1):
        return 0
    moves = decide_month(month)
    write_tiers(decide_first(month, month))
    write_tiers(moves)
    policy = in_force(TierPolicy)
    codes = [rung.code for rung in policy.rungs()]
    customers = Customer.objects.in_bulk([move.customer_id for move in moves])
    for move in moves:
        customer = customers[move.customer_id]
        rises = move.before not in codes or codes.index(move.tier) > codes.index(move.before)
        fact = CustomerTierRaised if rises else CustomerTierLowered
        emit(fact(customer.pk, customer.customer_no, move.before, move.tier, move.average, move.since))
        if not rises and policy.drop_from and codes.index(move.before) + 1 >= policy.drop_from:
            _open(customer, move, policy)
    return len(moves)


def _open(customer: Customer, move: Move, policy: TierPolicy) -> None:
    owner = customer.lead_post_id or duty_holder("party.assign_portfolio", customer.unit_id, None)
    if owner is None:
        return
    open_work(
        DROPPED,
        unit_id=customer.unit_id,
        owner_post_id=owner,
        due_at=add(business_now(), Duration(Decimal(policy.contact_working_days), Unit.WORKING_DAYS)),
        customer_id=customer.pk,
        subject_kind="party.Customer",
        subject_id=customer.pk,
        details={
            "before": move.before,
            "tier": move.tier,
            "average": str(move.average),
            "since": move.since.isoformat(),
        },
        priority=3,
        policy_id=policy.policy_version,
    )


HEADS = (
    _("Customer number"), _("Name"), _("Tier now"), _("Next tier"), _("Missing"), _("Monthly daily average"),
    _("AUM now"), _("Unit"), _("Lead manager"),
)  # fmt: skip
KINDS = "ttttmmmtt"


@operation("holdings.export_tiers", label=_("Export customers between tiers"), plain=("purpose",))
def export_tiers(*, actor: Actor, rows: QuerySet[Customer], purpose: str) -> QuerySet[Customer]:
    """Allow an export of rows of ``tier_moves`` for a purpose, within the policy's limit; the audit keeps how many."""
    may_leave(rows, purpose)
    return rows


def tiers_file(actor: Actor, rows: QuerySet[Customer]) -> Leaving:
    """Customers that may leave, as a file: names masked as on the screen."""
    return Leaving("tiers", _("Customers between tiers"), HEADS, KINDS, _lines(actor, rows))


def _lines(actor: Actor, rows: QuerySet[Customer]) -> Iterator[tuple[Any, ...]]:
    rungs = in_force(TierPolicy).rungs()
    passing = rows.select_related("party", "unit").iterator(chunk_size=1000)
    while batch := list(islice(passing, 1000)):
        decrypt_rows(Party, [row.party for row in batch], ("name",))
        leads = post_labels([row.lead_post_id for row in batch if row.lead_post_id])
        for row in batch:
            above = next_rung(rungs, row.tier)
            yield (
                row.customer_no,
                shown_name(actor, row),
                tier_name(rungs, row.tier),
                tier_name(rungs, above) if above else "",
                row.missing,  # type: ignore[attr-defined]
                row.average,
                row.assets,
                row.unit.shown_name,
                leads.get(row.lead_post_id, "") if row.lead_post_id else "",
            )
