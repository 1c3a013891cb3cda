"""Whose holdings an actor may see."""

from __future__ import annotations

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.party.models import Customer

VIEW_ACCOUNTS = "holdings.view_accounts"
VIEW_BALANCES = "holdings.view_balances"


def customer_for(actor: Actor, customer_id: int, operation: str) -> Customer:
    """The customer, if the actor may open the file and do ``operation`` on it; else :class:`NotFound`."""
    rows = Customer.objects.visible_to(actor, "party.view_customer").visible_to(actor, operation)
    found = rows.filter(pk=customer_id).first()
    if found is None:
        raise NotFound
    return found


def same_reach(actor: Actor, operation: str) -> bool:
    """Do the very grants that let the actor see accounts also cover ``operation``? Then it need not be asked again."""
    return actor.grants_for(operation) == actor.grants_for(VIEW_ACCOUNTS)
