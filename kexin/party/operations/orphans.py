"""Nothing is left without an owner: posts that nobody holds any more and that still lead customers or owe work."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import add, business_date
from kexin.core.events import subscribe
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.party.models import Customer
from kexin.party.operations.handing import HEAD_DUTY, ORPHAN_KIND
from kexin.party.operations.portfolio import CLOSED
from kexin.party.operations.transfer import APPROVE
from kexin.party.policies import TransferPolicy
from kexin.people.choices import EmployeeStatus
from kexin.people.events import AppointmentEnded
from kexin.people.models import Post
from kexin.people.queries import held_on

LABEL = "people.Post"


@operation("party.find_orphans", label=_("Find customers and work without a manager"))
def find_orphans(*, actor: Actor) -> int:
    """One work item at the unit's head per post without a living holder; how many posts have something to hand over.

    A post counts as held while somebody in service, whose account is not locked, holds it today. An item whose post is
    held again, or has nothing left, is closed; one whose own owner is gone moves to the next head. The item itself is
    no work of the post it speaks about.
    """
    rules = in_force(TransferPolicy)
    found = list(_orphaned().select_related("unit"))
    items = {row.subject_id: row for row in WorkItem.objects.open().filter(kind=ORPHAN_KIND, subject_kind=LABEL)}
    for post in found:
        head = duty_holder(HEAD_DUTY, post.unit_id, None) or duty_holder(APPROVE, post.unit_id, None)
        if head is None:
            continue
        details = {
            "customers": Customer.objects.filter(lead_post=post).exclude(status__in=CLOSED).count(),
            "work": WorkItem.objects.open().filter(owner_post_id=post.pk).exclude(kind=ORPHAN_KIND).count(),
            "post": f"{post.title} · {post.unit.name}",
        }
        known = items.get(post.pk)
        if known is None:
            open_work(
                ORPHAN_KIND,
                unit_id=post.unit_id,
                owner_post_id=head,
                due_at=add(timezone.now(), Duration(rules.sign_within_working_days, "working_days")),
                subject_kind=LABEL,
                subject_id=post.pk,
                details=details,
                priority=4,
                policy_id=rules.policy_version or None,
            )
        elif known.owner_post_id != head or any(known.details.get(key) != details[key] for key in details):
            known.owner_post_id, known.details = head, {**known.details, **details}
            known.version += 1
            known.save(update_fields=["owner_post_id", "details", "version"])
    for post_id in set(items) - {post.pk for post in found}:
        if post_id is not None:
            close_work(ORPHAN_KIND, LABEL, post_id, outcome="handed_over", by=actor.name)
    return len(found)


def _orphaned() -> QuerySet[Post]:
    """Posts without a living holder that lead open files or owe open work."""
    alive = held_on(business_date()).filter(employee__status=EmployeeStatus.ACTIVE, post=OuterRef("pk"))
    alive = alive.filter(Q(employee__user=None) | Q(employee__user__is_active=True))
    leads = Customer.objects.filter(lead_post=OuterRef("pk")).exclude(status__in=CLOSED).order_by()
    owes = WorkItem.objects.open().filter(owner_post_id=OuterRef("pk")).exclude(kind=ORPHAN_KIND).order_by()
    closed = Q(closed_on__isnull=False)
    return Post.objects.filter(closed | ~Exists(alive)).filter(Exists(leads) | Exists(owes)).order_by("pk")


@subscribe(AppointmentEnded)
def start_hand_over(fact: AppointmentEnded) -> None:
    """Somebody leaves a post: the head is told at once, not only by the clock. An end to come waits for its day."""
    if fact.ends_on <= business_date():
        find_orphans(actor=system("clock.ownership"))
