"""Whose calendars one sees and who may be asked along: those of one's own unit and those within reach."""

from __future__ import annotations

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.engagement.models import Note
from kexin.party.models import Customer
from kexin.people.queries import actor_for, held_on, post_labels

MAKE = "engagement.make_appointment"
VIEW = "engagement.view_appointments"
OPEN = "party.view_customer"
MOST = 300


def holders_for(actor: Actor) -> list[tuple[int, str]]:
    """Held posts in whose name the actor may make appointments."""
    return names.takers(actor, MAKE)[:MOST]


def colleagues_of(actor: Actor) -> list[tuple[int, str]]:
    """Held posts of the actor's unit and within reach for seeing appointments, one's own first."""
    found = dict(names.takers(actor, VIEW)[:MOST])
    if actor.unit_id is not None:
        held = held_on(business_date()).filter(post__unit=actor.unit_id, post__closed_on=None)
        near = [pk for pk in held.values_list("post_id", flat=True) if pk not in found]
        found |= post_labels(near)
    return sorted(found.items(), key=lambda each: (each[0] not in actor.post_ids, each[0]))


def sees(post_id: int, customer_id: int) -> bool:
    """Does anybody who holds this post today open this customer's page?"""
    held = held_on(business_date()).filter(post=post_id, post__closed_on=None, employee__user__is_active=True)
    for row in held.select_related("employee__user"):
        user = row.employee.user
        if user is None:
            continue
        reader = actor_for(user, session="reach", methods=("password", "mfa"))
        if Customer.objects.visible_to(reader, OPEN).filter(pk=customer_id).exists():
            return True
    return False


def asked_about(actor: Actor, customer: Customer) -> list[tuple[int, str]]:
    """Posts to which a note on a customer may go: the lead, those that handed one before, colleagues; not one's own."""
    rows = Note.objects.filter(customer=customer, from_post__isnull=False).order_by("-handed_at")
    known = [pk for pk in (customer.lead_post_id, *rows.values_list("from_post", flat=True)[:20]) if pk]
    found = post_labels(known) | dict(colleagues_of(actor))
    order = {pk: place for place, pk in reversed(list(enumerate(known)))}
    rows_shown = [(pk, label) for pk, label in found.items() if pk not in actor.post_ids]
    return sorted(rows_shown, key=lambda each: (order.get(each[0], len(order)), each[1]))
