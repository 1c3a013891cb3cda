"""Ctrl-K: floors register what can be found and what can be done; the palette asks them and draws the options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import menu_for
from kexin.core.ui.request import actor_of

if TYPE_CHECKING:
    from kexin.core.actor import Actor

Text = str | Promise
LIMIT = 8  # per source


@dataclass(frozen=True)
class Hit:
    """One line of the palette. Personal values in it are already masked for this actor."""

    title: Text
    url: str
    detail: Text = ""
    icon: str = "arrow-right"
    end: Text = ""


@dataclass(frozen=True)
class Source:
    """`search(request, text, limit)` gives hits within the actor's scope; it must be indexed and quick."""

    name: str
    label: Text
    operation: str
    order: int
    search: Callable[[HttpRequest, str, int], Iterable[Hit]]
    shortest: int = 1


@dataclass(frozen=True)
class Command:
    """Something one can do from anywhere: an address, found by its label and keywords."""

    name: str
    label: Text
    url_name: str
    operation: str
    icon: str = "bolt"
    keywords: Text = ""


@dataclass
class Group:
    label: Text
    hits: list[Hit] = field(default_factory=list)


_sources: dict[str, Source] = {}
_commands: dict[str, Command] = {}


def register_source(
    name: str,
    label: Text,
    operation: str,
    search: Callable[[HttpRequest, str, int], Iterable[Hit]],
    order: int = 50,
    shortest: int = 1,
) -> None:
    """Add something that can be found, for example customers; `shortest` text worth asking for."""
    _sources[name] = Source(name, label, operation, order, search, shortest)


def register_command(
    name: str, label: Text, url_name: str, operation: str, icon: str = "bolt", keywords: Text = ""
) -> None:
    """Add something that can be done; `keywords` are other words (and pinyin) people type for it."""
    _commands[name] = Command(name, label, url_name, operation, icon, keywords)


def groups_for(request: HttpRequest, actor: Actor, text: str) -> list[Group]:
    """What the palette shows for this text: records first, then actions, then pages."""
    text = text.strip()[:100]
    groups = []
    for source in sorted(_sources.values(), key=lambda s: (s.order, s.name)):
        if len(text) >= source.shortest and text and actor.may(source.operation):
            groups.append(Group(source.label, list(source.search(request, text, LIMIT))))
    groups.append(Group(_("Do"), [hit for hit, words in _actions(actor) if _fits(text, words)][:LIMIT]))
    pages = [
        Hit(entry.label, entry.url, icon=entry.icon)
        for group in menu_for(request, actor)
        for entry in group.entries
        if _fits(text, str(entry.label))
    ]
    groups.append(Group(_("Go to"), pages[: LIMIT * 2]))
    return [group for group in groups if group.hits]


def _actions(actor: Actor) -> Iterable[tuple[Hit, str]]:
    for command in _commands.values():
        if command.operation and not actor.may(command.operation):
            continue
        try:
            url = reverse(command.url_name)
        except NoReverseMatch:
            continue
        yield Hit(command.label, url, icon=command.icon), f"{command.label} {command.keywords}"


def _fits(text: str, words: str) -> bool:
    return all(part in words.lower() for part in text.lower().split())


def palette(request: HttpRequest) -> HttpResponse:
    """GET /palette/?q=…: the options as HTML."""
    actor = actor_of(request)
    groups = groups_for(request, actor, request.GET.get("q", ""))
    return render(request, "core/parts/palette.html", {"groups": groups})
