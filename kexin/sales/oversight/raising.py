"""Raising an inspection item: a record, work for consumer protection, an event. Each matter once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from kexin.core.calendar import add, business_date
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import duty_holder, open_work, recipient
from kexin.people.models import Post
from kexin.sales.models import InspectionItem, Sale
from kexin.sales.oversight.choices import ItemSource
from kexin.sales.oversight.events import InspectionItemRaised
from kexin.sales.oversight.policies import InspectionPolicy

WORK = "sales.inspection_item"
LABEL = "sales.InspectionItem"
SETTLE = "sales.settle_inspection_item"
OFFICER = "consumer_protection_officer"


def item_key(source: ItemSource, matter: str) -> str:
    """The name of a matter, by which it is raised once."""
    return f"{source.value}:{matter}"[:120]


def raise_item(source: ItemSource, matter: str, *, sale: Sale, facts: Mapping[str, Any]) -> bool:
    """Make the item about this matter of a sale; False where it stands already. Inside an operation.

    The work goes to consumer protection, else to whoever settles items, never to the seller; it stands in the unit of
    whoever owes it, so that nobody near the seller reads it there.
    """
    row, new = InspectionItem.objects.get_or_create(
        key=item_key(source, matter),
        defaults={
            "source": source,
            "sale": sale,
            "customer_id": sale.customer_id,
            "unit_id": sale.unit_id,
            "seller_id": sale.seller_id,
            "facts": dict(facts),
            "found_at": timezone.now(),
            "found_on": business_date(),
        },
    )
    if new:
        _owe(row, sale)
        emit(InspectionItemRaised(row.customer_id, sale.sale_no, row.pk, source.value))
    return new


def _owe(row: InspectionItem, sale: Sale) -> None:
    rules = in_force(InspectionPolicy)
    near = WorkItem(unit_id=sale.unit_id, owner_post_id=sale.seller_post_id)
    owner = recipient(OFFICER, near) or duty_holder(SETTLE, sale.unit_id, sale.seller.user_id)
    if owner is None:
        return  # the item stands on its page all the same
    open_work(
        WORK,
        unit_id=Post.objects.values_list("unit_id", flat=True).get(pk=owner),
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(rules.settle_days, Unit.WORKING_DAYS)),
        subject_kind=LABEL,
        subject_id=row.pk,
        details={"sale_no": sale.sale_no, "source": row.source},
        priority=3,
        policy_id=rules.policy_version,
    )
