"""Somebody who did not sell ends an inspection item."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.workflow import close_work
from kexin.sales.models import ConductReport, InspectionItem
from kexin.sales.oversight.choices import ItemState
from kexin.sales.oversight.events import InspectionItemSettled
from kexin.sales.oversight.raising import LABEL, SETTLE, WORK
from kexin.sales.oversight.rules import may_settle


@operation(SETTLE, label=_("Settle an inspection item"), plain=("outcome",))
def settle_inspection_item(item: InspectionItem | int, *, actor: Actor, outcome: str, reason: str) -> InspectionItem:
    """Clear it, or confirm that something was wrong; a reason is needed. RuleViolation for the seller,
    for who reported it, or twice."""
    row = InspectionItem.objects.lock(item, actor)
    by_seller = row.seller is not None and actor.user_id is not None and row.seller.user_id == actor.user_id
    may_settle(row.state, outcome, reason, by_seller=by_seller, by_reporter=reported_by(row, actor)).enforce()
    row.state, row.reason = ItemState(outcome), reason.strip()
    row.settled_at, row.settled_by = timezone.now(), actor.name
    row.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    close_work(WORK, LABEL, row.pk, outcome=outcome, by=actor.name)
    subject = row.sale.sale_no if row.sale is not None else str(row.pk)
    emit(InspectionItemSettled(row.customer_id, subject, row.pk, row.source, outcome))
    return row


def reported_by(row: InspectionItem, actor: Actor) -> bool:
    """Does the item stand because this person reported conduct?"""
    if actor.user_id is None:
        return False
    return ConductReport.objects.filter(item=row, reporter__user=actor.user_id).exists()
