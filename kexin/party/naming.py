"""How a customer is named to somebody: whole to those in charge, masked to others (DESIGN §5)."""

from __future__ import annotations

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import Forgotten
from kexin.core.masking import mask_name
from kexin.party.models import Customer, Party


def in_charge(actor: Actor, customer: Customer) -> bool:
    """The customer's own manager, and whoever serves the customer's unit, see names and birth dates whole."""
    if customer.lead_post_id is not None and customer.lead_post_id in actor.post_ids:
        return True
    return any(
        grant.reach in (Reach.UNIT, Reach.SUBTREE) and customer.unit_id in grant.unit_ids
        for grant in actor.grants_for("party.view_customer")
    )


def shown_name(actor: Actor, customer: Customer, party: Party | None = None) -> str:
    """The name as this actor may read it; a customer without a name is called by its number."""
    name = (party or customer.party).name
    if isinstance(name, Forgotten):
        return str(name)
    if not name:
        return customer.customer_no
    return str(name) if in_charge(actor, customer) else mask_name(name)
