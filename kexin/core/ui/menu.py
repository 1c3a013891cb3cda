"""The side bar's entries: floors register them when they start; each shows only to who may open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from kexin.core.actor import Actor

Text = str | Promise
Badge = Callable[[HttpRequest], int | str | None]

# The groups in the order of the side bar. The first has no heading.
GROUPS: dict[str, Text] = {
    "work": "",
    "sales": _("Products and sales"),
    "service": _("Service"),
    "insight": _("Insight"),
    "conduct": _("Compliance"),
    "manage": _("Administration"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the side bar. `badge` returns a small number (or nothing); it must be cheap."""

    group: str
    label: Text
    url_name: str
    icon: str
    operation: str
    order: int = 50
    badge: Badge | None = None
    phone: bool = False  # also stands in the bottom bar on a phone (four at most)
    also: str = ""  # a second right that its page asks for


@dataclass(frozen=True)
class ShownEntry:
    label: Text
    url: str
    icon: str
    on: bool
    badge: int | str | None
    phone: bool


@dataclass(frozen=True)
class ShownGroup:
    label: Text
    entries: tuple[ShownEntry, ...]


_entries: dict[str, Entry] = {}


def register_menu(
    group: str,
    label: Text,
    url_name: str,
    icon: str,
    operation: str,
    order: int = 50,
    badge: Badge | None = None,
    phone: bool = False,
    also: str = "",
) -> None:
    """Add an entry, in `AppConfig.ready()`. `operation` and `also` are what the actor must be allowed ("": nothing)."""
    if group not in GROUPS:
        raise ValueError(f"unknown menu group {group!r}")
    _entries[url_name] = Entry(group, label, url_name, icon, operation, order, badge, phone, also)
    entries.cache_clear()


@cache
def entries() -> tuple[Entry, ...]:
    """Every registered entry, in order."""
    groups = list(GROUPS)
    return tuple(sorted(_entries.values(), key=lambda e: (groups.index(e.group), e.order, e.url_name)))


@cache
def _address(url_name: str, urls: str | None, prefix: str) -> str:
    """Where an entry leads, "" when its page does not exist (yet); worked out once for a set of addresses."""
    try:
        return reverse(url_name, urlconf=urls)
    except NoReverseMatch:  # a floor registered before its page exists must not break every other page
        return ""


def menu_for(request: HttpRequest, actor: Actor | None) -> tuple[ShownGroup, ...]:
    """The groups and entries this actor may open; the entry with the longest address that fits is marked."""
    if actor is None:
        return ()
    urls, prefix = get_urlconf(), get_script_prefix()
    allowed = []
    for entry in entries():
        if not all(actor.may(right) for right in (entry.operation, entry.also) if right):
            continue
        if url := _address(entry.url_name, urls, prefix):
            allowed.append((entry, url))
    path = request.path
    fitting = [url for _entry, url in allowed if path == url or (url != "/" and path.startswith(url))]
    here = max(fitting, key=len, default="")
    shown: dict[str, list[ShownEntry]] = {}
    for entry, url in allowed:
        badge = entry.badge(request) if entry.badge else None
        shown.setdefault(entry.group, []).append(
            ShownEntry(entry.label, url, entry.icon, url == here, badge or None, entry.phone)
        )
    return tuple(ShownGroup(GROUPS[group], tuple(lines)) for group, lines in shown.items())
