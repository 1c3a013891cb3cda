"""Pieces of the shell that floors above the core bring along: a button in the bar, a dialog on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kexin.core.actor import Actor

Place = Literal["bar", "end"]


@dataclass(frozen=True)
class Part:
    """A template without a context of its own (it is rendered once per language), for whom ``operation`` is granted."""

    place: Place
    template: str
    operation: str


_parts: dict[str, Part] = {}


def register_part(place: Place, template: str, operation: str) -> None:
    """Show a template in the bar, or at the end of every page, to whom ``operation`` is granted."""
    _parts[template] = Part(place, template, operation)


def parts_for(actor: Actor | None, place: Place) -> list[str]:
    """The templates of a place for this actor, in order of their names."""
    if actor is None:
        return []
    return sorted(each.template for each in _parts.values() if each.place == place and actor.may(each.operation))
