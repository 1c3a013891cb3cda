"""Reactions to the floors below: who gets a customer gets the unfinished requests that the former lead owned.

The transfer itself moves the work items of their clocks; without this, one person would be reminded of a request that
another is responsible for.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.errors import NotPermitted
from kexin.core.events import subscribe
from kexin.core.operation import operation
from kexin.party.events import CustomersTransferred, PortfolioAssigned
from kexin.people.models import Post
from kexin.service.models import ServiceRequest
from kexin.service.requests.responsibility import hand_over

CLOCK = "clock.service"


@operation("service.follow_requests", label=_("Hand requests to the new lead manager"))
def follow_requests(customers: Sequence[int], *, actor: Actor, before: int, after: int) -> int:
    """Unfinished requests of these customers that the former lead owns; how many went. Repeated, it finds no more."""
    if not actor.everything:
        raise NotPermitted
    post = Post.objects.get(pk=after)
    rows = ServiceRequest.objects.unfinished().filter(customer__in=customers, owner_post=before)
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for row in found:
        hand_over(row, post)
        row.version += 1
        row.save()
    return len(found)


@subscribe(CustomersTransferred)
def follow_transfer(fact: CustomersTransferred) -> None:
    """All customers of one transfer at once."""
    follow_requests(fact.customer_ids, actor=system(CLOCK), before=fact.giver_post_id, after=fact.receiver_post_id)


@subscribe(PortfolioAssigned)
def follow_assignment(fact: PortfolioAssigned) -> None:
    """One customer, assigned or claimed. In the pool nobody takes over: the owner stays responsible."""
    if fact.before_post_id is not None and fact.post_id is not None and fact.before_post_id != fact.post_id:
        follow_requests((fact.customer_id,), actor=system(CLOCK), before=fact.before_post_id, after=fact.post_id)
