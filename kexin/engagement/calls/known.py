"""What the floors above know of a customer before a call: said where this floor cannot ask them.

A source gives only what the caller may see, and never fails for want of a right or of reach: it says nothing then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Value

from kexin.core.actor import Actor
from kexin.core.errors import type_text
from kexin.party.models import Customer


@dataclass(frozen=True, slots=True)
class Known:
    """One line of the brief. With a ``level`` (``warn``, ``bad``) it stands under what not to do, its words alone."""

    label: type_text
    text: type_text
    href: str = ""
    level: str = ""


Source = Callable[[Actor, Customer], Iterable[Known]]
_sources: dict[str, tuple[int, Source]] = {}


def register_known(code: str, order: int, source: Source) -> None:
    """Called once by a floor above, when it is ready."""
    _sources[code] = (order, source)


def reached(actor: Actor, customer: Customer, *rights: str) -> set[str]:
    """Those of the rights that the caller has and that reach this customer, in one read."""
    rows = [
        Customer.objects.visible_to(actor, right).filter(pk=customer.pk).order_by().values_list(Value(right))
        for right in rights
        if actor.may(right)
    ]
    return {right for (right,) in rows[0].union(*rows[1:], all=True)} if rows else set()


def known_of(actor: Actor, customer: Customer) -> list[Known]:
    """Everything that the floors above say to this caller, in their order."""
    found: list[Known] = []
    for _order, source in sorted(_sources.values(), key=lambda each: each[0]):
        found += source(actor, customer)
    return found
