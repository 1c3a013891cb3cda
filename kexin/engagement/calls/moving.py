"""Who gets a customer gets the open calls to that customer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.events import subscribe
from kexin.core.operation import operation
from kexin.engagement.models.calls import CallEntry
from kexin.party.events import PortfolioAssigned


@operation("engagement.move_calls", label=_("Move open calls to the new lead manager"))
def move_calls(customer_id: int, *, actor: Actor, before: int, after: int | None) -> int:
    """Open lines of the former lead manager become the new one's; how many. In the pool whoever is free calls."""
    rows = CallEntry.objects.open().filter(customer=customer_id, post=before)
    return rows.update(post=after, held_by="", held_until=None)


@subscribe(PortfolioAssigned)
def follow_portfolio(fact: PortfolioAssigned) -> None:
    """Repeated delivery finds nothing more to move."""
    if fact.before_post_id is not None and fact.before_post_id != fact.post_id:
        move_calls(fact.customer_id, actor=system("clock.work"), before=fact.before_post_id, after=fact.post_id)
