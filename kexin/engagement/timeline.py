"""How facts read on a customer's timeline: a registry of sentences, one per event.

Lower floors' events are known here (``sentences``); a higher floor registers its own when it starts. An event without
a rendering does not appear; ``quiet`` events are known and left out on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor

Text = str | Promise
Payload = Mapping[str, Any]
Level = Literal["", "calm", "good", "warn", "bad"]

GROUPS: dict[str, Text] = {
    "": _("Everything"),
    "changes": _("Changes"),
    "contacts": _("Contacts and notes"),
    "documents": _("Documents"),
    "money": _("Large transactions"),
    "access": _("Insight into data"),
}


@dataclass(frozen=True, slots=True)
class Rendering:
    """How one kind of event reads. ``sentence`` gives what qualifies the label; it may be empty.

    The payload is handed over with what the page looked up: ``post`` and ``before_post`` are labels of posts.
    ``operation`` is what the reader must be allowed to know of it at all.
    """

    event_name: str
    label: Text
    icon: str
    sentence: Callable[[Payload], Text]
    level: Level
    group: str
    operation: str


Veil = Callable[[Actor, int | None], Q]  # (reader, customer or all) → the events that this reader must not know of

_renderings: dict[str, Rendering] = {}
_quiet: set[str] = set()
_veils: list[Veil] = []


def register_veil(veil: Veil) -> None:
    """Keep single events from single readers (in ``apps.ready``): no permission tells whom a case is about."""
    _veils.append(veil)


def veiled(actor: Actor, customer_id: int | None = None) -> list[Q]:
    """What this reader is not told about this customer, or about any."""
    return [veil(actor, customer_id) for veil in _veils]


def register_timeline(
    event_name: str,
    label: Text,
    icon: str,
    sentence: Callable[[Payload], Text] = lambda payload: "",
    level: Level = "",
    *,
    group: str = "changes",
    operation: str = "",
) -> None:
    """Let an event appear on the timeline (in ``apps.ready``)."""
    if group not in GROUPS or not group:
        raise ValueError(f"unknown group of the timeline: {group!r}")
    _renderings[event_name] = Rendering(event_name, label, icon, sentence, level, group, operation)


def leave_out(event_name: str) -> None:
    """An event that concerns a customer and yet says nothing worth a line."""
    _quiet.add(event_name)


def rendering_of(event_name: str) -> Rendering | None:
    """The rendering of an event, if it has one."""
    return _renderings.get(event_name)


def is_known(event_name: str) -> bool:
    """Was it decided whether the event appears?"""
    return event_name in _renderings or event_name in _quiet


def names_of(group: str, actor: Actor) -> list[str]:
    """The events of a group ("" for all) that this actor may know of."""
    return [
        each.event_name
        for each in _renderings.values()
        if (not group or each.group == group) and (not each.operation or actor.may(each.operation))
    ]
