"""Owing what was found: records, work items and facts of many matters in one transaction, each matter once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import duty_holder, step_times_of
from kexin.party.models import Customer
from kexin.people.queries import held_on
from kexin.products.models import Product
from kexin.sales.aftercare.choices import CareMatter
from kexin.sales.aftercare.choosing import Found
from kexin.sales.aftercare.events import AftercareOwed
from kexin.sales.aftercare.policies import AftercarePolicy

WORK = "sales.aftercare"
LABEL = "sales.AftercareItem"
HEAD_DUTY = "core.reassign_work"  # the head of a unit: who would hand this work on

_INSERT = """
INSERT INTO sales_aftercareitem (key, matter, customer_id, product_id, sale_id, facts, found_at, found_on, due_at,
                                 policy_id, state, outcome, reason, settled_by, version)
SELECT r.key, %(matter)s, r.customer, r.product, r.sale, r.facts, %(now)s, %(today)s, %(due)s, %(policy)s,
       'open', '', '', '', 1
  FROM jsonb_to_recordset(%(rows)s) AS r(key text, customer bigint, product bigint, sale bigint, facts jsonb)
    ON CONFLICT (key) DO NOTHING
RETURNING id, customer_id, product_id, facts
"""


@operation("sales.owe_aftercare", label=_("Owe matters after a sale"), plain=("matter",))
def owe_aftercare(matter: str, found: Sequence[Found], *, actor: Actor) -> int:
    """Keep what was found and owe it; how many were new. Repeated, or twice at once, each is owed once.

    Owed by the lead manager; where the customer has none, or the post is vacant, by the head of the customer's unit.
    """
    if not actor.everything:
        raise NotPermitted
    rules, now = in_force(AftercarePolicy), timezone.now()
    due = add(now, Duration(rules.act_days, Unit.WORKING_DAYS))
    rows = [
        {"key": each.key, "customer": each.customer_id, "product": each.product_id, "sale": each.sale_id,
         "facts": dict(each.facts)}
        for each in found
    ]  # fmt: skip
    values: dict[str, Any] = {
        "matter": CareMatter(matter).value, "now": now, "today": business_date(), "due": due.at,
        "policy": rules.policy_version, "rows": json.dumps(rows, ensure_ascii=False),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        new = cursor.fetchall()
    act = frame.current.get()
    assert act is not None
    act.notes["owed"] = act.notes.get("owed", 0) + len(new)
    if not new:
        return 0
    customers = Customer.objects.in_bulk([row[1] for row in new])
    products = Product.objects.in_bulk({row[2] for row in new})
    there = set(held_on(business_date()).values_list("post_id", flat=True))
    heads: dict[int, int | None] = {}
    work, items, steps = in_force(WorkPolicy), [], None
    for pk, customer_id, product_id, facts in new:
        customer, product = customers[customer_id], products[product_id]
        seen = json.loads(facts) if isinstance(facts, str) else facts
        owner = customer.lead_post_id if customer.lead_post_id in there else _head(heads, customer.unit_id)
        if owner is not None:
            item = WorkItem(
                kind=WORK,
                customer_id=customer_id,
                unit_id=customer.unit_id,
                owner_post_id=owner,
                subject_kind=LABEL,
                subject_id=pk,
                details={
                    "matter": matter, "facts": seen, "product": product.name, "product_en": product.name_en,
                    **due.memo(),
                },
                opened_at=now,
                due_at=due.at,
                due_provisional=due.provisional,
                ladder_id=work.policy_version,
                policy_id=rules.policy_version,
            )  # fmt: skip
            steps = steps if steps is not None else step_times_of(item, work)
            item.next_step_at = next(iter(steps), None)
            items.append(item)
        emit(AftercareOwed(customer_id, customer.customer_no, pk, matter, product.name))
    WorkItem.objects.bulk_create(items)
    return len(new)


def _head(known: dict[int, int | None], unit_id: int) -> int | None:
    if unit_id not in known:
        known[unit_id] = duty_holder(HEAD_DUTY, unit_id, None)
    return known[unit_id]
