"""Noting where the house and the core system disagree: a record, work for somebody who is not the seller, an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_now
from kexin.core.events import emit
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.people.models import OrgUnit
from kexin.sales.models import Order, OrderDifference
from kexin.sales.orders.choices import DifferenceKind, Settlement
from kexin.sales.orders.events import OrderDifferenceFound
from kexin.sales.orders.policies import OrderPolicy

WORK = "sales.order_difference"
LABEL = "sales.OrderDifference"
SETTLE = "sales.settle_order_difference"


def note_difference(
    kind: DifferenceKind,
    order_no: str,
    *,
    source: str,
    order: Order | None = None,
    ours: Decimal | None = None,
    theirs: Decimal | None = None,
    answer: Mapping[str, Any] | None = None,
) -> OrderDifference:
    """The open difference of this kind about this order, made where there is none. Inside an operation.

    An order that nobody knows here belongs to the head office. The work goes to whoever settles for the unit, never
    to the seller; where nobody does, the record stands on its page all the same.
    """
    unit = order.sale.unit if order is not None else OrgUnit.objects.order_by("path").first()
    assert unit is not None  # no installation without a head office
    row, new = OrderDifference.objects.get_or_create(
        order_no=order_no[:40],
        kind=kind,
        settled_at=None,
        defaults={
            "order": order,
            "unit": unit,
            "ours": ours,
            "theirs": theirs,
            "answer": dict(answer or {}),
            "source": source[:80],
        },
    )
    if not new:
        return row
    rules = in_force(OrderPolicy)
    owner = duty_holder(SETTLE, unit.pk, order.sale.seller.user_id if order is not None else None)
    if owner is not None:
        open_work(
            WORK,
            unit_id=unit.pk,
            owner_post_id=owner,
            due_at=add(business_now(), Duration(rules.settle_hours, Unit.WORKING_HOURS)),
            customer_id=order.customer_id if order is not None else None,
            subject_kind=LABEL,
            subject_id=row.pk,
            details={"order_no": row.order_no, "kind": kind.value},
            priority=3,
            policy_id=rules.policy_version,
        )
    emit(OrderDifferenceFound(order.customer_id if order is not None else None, row.order_no, row.pk, kind.value))
    return row


def close_difference(order: Order, kinds: Iterable[DifferenceKind], actor: Actor) -> None:
    """The core system spoke: what was open for want of its word is explained by it. Inside an operation."""
    rows = OrderDifference.objects.filter(order_no=order.order_no, kind__in=list(kinds), settled_at=None)
    for row in rows:
        row.settled_at, row.settled_by, row.way = timezone.now(), actor.name, Settlement.EXPLAINED
        row.note = _t("The core system answered.")
        row.save(update_fields=["settled_at", "settled_by", "way", "note"])
        close_work(WORK, LABEL, row.pk, outcome=row.way, by=actor.name)
