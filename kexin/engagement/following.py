"""Who gets a customer gets the meetings to come and the open reminders about that customer; what was, stays.

Open calls and work items go with the customer, too (:mod:`kexin.engagement.calls.moving`, the transfer itself).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.events import emit, subscribe
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.engagement.choices import AppointmentState
from kexin.engagement.events import AppointmentsTransferred
from kexin.engagement.models import Appointment, Reminder
from kexin.engagement.work import HANDED, REMINDER, REMINDER_SUBJECT, RETURN
from kexin.party.events import CustomersTransferred, PortfolioAssigned
from kexin.people.models import Post


@operation("engagement.follow_customers", label=_("Hand meetings and reminders to the new lead manager"))
def follow_customers(customers: Sequence[int], *, actor: Actor, before: int, after: int) -> int:
    """Meetings to come and open reminders of the former lead become the new one's; how many meetings went.

    Work items of the customer that the former lead still holds go as well. A meeting that only the former lead's
    colleagues hold stays theirs. Repeated, it finds nothing more.
    """
    post = Post.objects.get(pk=after)
    coming = Appointment.objects.filter(
        customer__in=customers, post=before, state=AppointmentState.PLANNED, ends_at__gt=timezone.now()
    )
    rows = list(coming.select_for_update().values_list("pk", "customer_id"))
    Appointment.objects.filter(pk__in=[pk for pk, _customer in rows]).update(
        post=post, unit=post.unit_id, version=F("version") + 1
    )
    items = WorkItem.objects.open().filter(kind__in=(REMINDER, RETURN, HANDED), customer_id__in=customers)
    items.filter(owner_post_id=before).update(owner_post_id=post.pk, unit_id=post.unit_id, version=F("version") + 1)
    mine = items.filter(kind=REMINDER, subject_kind=REMINDER_SUBJECT, owner_post_id=post.pk).values("subject_id")
    Reminder.objects.filter(pk__in=mine, post=before).update(post=post, unit=post.unit_id)
    if rows:
        gone = tuple(pk for pk, _customer in rows)
        emit(AppointmentsTransferred(str(post.pk), before, post.pk, gone))
    return len(rows)


@subscribe(CustomersTransferred)
def follow_transfer(fact: CustomersTransferred) -> None:
    """All customers of one transfer at once."""
    follow_customers(
        fact.customer_ids, actor=system("clock.work"), before=fact.giver_post_id, after=fact.receiver_post_id
    )


@subscribe(PortfolioAssigned)
def follow_assignment(fact: PortfolioAssigned) -> None:
    """One customer, assigned or claimed. In the pool nobody takes over: the meetings stay with who made them."""
    if fact.before_post_id is not None and fact.post_id is not None and fact.before_post_id != fact.post_id:
        follow_customers(
            (fact.customer_id,), actor=system("clock.work"), before=fact.before_post_id, after=fact.post_id
        )
