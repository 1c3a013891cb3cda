"""What is owed to a customer goes along when the lead manager changes; without one the unit's head owes it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.workflow import duty_holder
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.sales.aftercare.owing import HEAD_DUTY, WORK


@operation("sales.follow_aftercare", label=_("Hand matters after a sale to the new lead manager"))
def follow_aftercare(customers: Sequence[int], *, actor: Actor, after: int | None) -> int:
    """Open work goes to the post ``after``, or to the head of each customer's unit (None); how many items went."""
    if not actor.everything:
        raise NotPermitted
    items = WorkItem.objects.open().filter(kind=WORK, customer_id__in=list(customers))
    if after is not None:
        unit = Post.objects.values_list("unit_id", flat=True).get(pk=after)
        return items.exclude(owner_post_id=after).update(owner_post_id=after, unit_id=unit, version=F("version") + 1)
    moved = 0
    for pk, unit in Customer.objects.filter(pk__in=items.values("customer_id")).values_list("pk", "unit_id"):
        head = duty_holder(HEAD_DUTY, unit, None)
        if head is not None:
            moved += items.filter(customer_id=pk).update(owner_post_id=head, unit_id=unit, version=F("version") + 1)
    return moved
