"""Whose calendars one sees and who may be asked along: those of one's own unit and those within reach."""

from __future__ import annotations

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.people.queries import held_on, post_labels

MAKE = "engagement.make_appointment"
VIEW = "engagement.view_appointments"
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
