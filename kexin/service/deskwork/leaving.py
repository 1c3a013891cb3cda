"""Nobody holds the post any more that owns a request: the head over its unit is responsible from that moment.

Requests of customers whom that post leads are left alone: they go to the new lead with their customer
(:mod:`kexin.service.handlers`).
"""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted
from kexin.core.events import subscribe
from kexin.core.operation import operation
from kexin.core.workflow import duty_holder
from kexin.people.choices import EmployeeStatus
from kexin.people.events import AppointmentEnded
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.models import ServiceRequest
from kexin.service.requests.handling import ASSIGNS
from kexin.service.requests.responsibility import hand_over

CLOCK = "clock.service"
BATCH = 500


@operation("service.hand_over_left", label=_("Hand requests of a post that nobody holds to the head"))
def hand_over_left(*, actor: Actor) -> int:
    """How many went, at most 500 at once; an offer that runs stays. Where no head is found, the owner stays."""
    if not actor.everything:
        raise NotPermitted
    held = held_on(business_date()).exclude(employee__status=EmployeeStatus.LEFT).values("post")
    rows = ServiceRequest.objects.unfinished().exclude(owner_post__in=held)
    rows = rows.exclude(customer__lead_post=F("owner_post")).select_for_update(of=("self",), skip_locked=True)
    heads: dict[int, Post | None] = {}
    moved = 0
    for row in rows.order_by("due_at", "pk")[:BATCH]:
        if row.unit_id not in heads:
            heads[row.unit_id] = Post.objects.filter(pk=duty_holder(ASSIGNS, row.unit_id) or 0).first()
        head = heads[row.unit_id]
        if head is None or head.pk == row.owner_post_id:
            continue
        hand_over(row, head)
        row.version += 1
        row.save()
        moved += 1
    return moved


@subscribe(AppointmentEnded)
def after_leaving(fact: AppointmentEnded) -> None:
    """At once; an appointment that ends later is found by the clock on the day after."""
    hand_over_left(actor=system(CLOCK))
