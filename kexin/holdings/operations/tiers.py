"""Tiers decided after a closed month: facts for the timeline, and work where a customer fell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_now
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import duty_holder, open_work
from kexin.holdings.aum.rebuild import BUCKET
from kexin.holdings.aum.steps import make_customers
from kexin.holdings.aum.tiers import Move, decide_first, decide_month, write_tiers
from kexin.holdings.events import CustomerTierLowered, CustomerTierRaised
from kexin.holdings.policies import TierPolicy
from kexin.party.models import Customer

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
