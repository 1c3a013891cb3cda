"""Record pages built by many floors: the page belongs to one floor, others hang tabs, panels and head slots on it.

A floor calls `register_tab`, `register_panel` and `register_head_slot` in its `AppConfig.ready()`. A panel is its own
small page, loaded by htmx at `/panel/<record>/<pk>/<name>/`, with its own query and its own permission; what the
actor may not open leaves no trace on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise

Text = str | Promise
Shown = HttpResponse | tuple[str, Mapping[str, Any]]
PanelView = Callable[[HttpRequest, int], Shown]
Column = Literal["main", "side"]


@dataclass(frozen=True)
class Fact:
    """One fact of the strip under a record's name: a label, the value, a line that qualifies it."""

    label: Text
    value: Text
    detail: Text = ""
    level: Literal["", "good", "warn", "bad"] = ""
    url: str = ""


@dataclass(frozen=True)
class Tab:
    record: str
    name: str
    label: Text
    order: int = 50
    operation: str = ""
    count: Callable[[HttpRequest, Any], int | None] | None = None


@dataclass(frozen=True)
class Panel:
    """`view(request, pk)` answers with a response, or a template name and its context."""

    record: str
    tab: str
    column: Column
    order: int
    name: str
    label: Text
    operation: str
    view: PanelView
    when: Literal["load", "revealed"] = "revealed"

    def url(self, pk: int) -> str:
        return reverse("core:panel", args=[self.record, pk, self.name])


@dataclass(frozen=True)
class HeadSlot:
    """`fact(request, record)` gives a Fact or None; it spends the page's own query budget: one read at most."""

    record: str
    name: str
    order: int
    operation: str
    fact: Callable[[HttpRequest, Any], Fact | None]


@dataclass(frozen=True)
class HeadAction:
    """What may be done with a record from a floor above its own: a link, or with ``posts`` a button that posts.

    `url` makes the address from the key; `key` is a single-key shortcut known to keys.js.
    """

    record: str
    name: str
    order: int
    label: Text
    operation: str
    url_name: str
    icon: str
    key: str = ""
    posts: bool = False


@dataclass(frozen=True)
class ShownAction:
    label: Text
    url: str
    icon: str
    key: str
    posts: bool


@dataclass(frozen=True)
class ShownPanel:
    name: str
    label: Text
    url: str
    when: str


@dataclass(frozen=True)
class ShownTab:
    name: str
    label: Text
    url: str
    on: bool
    count: int | None


_tabs: dict[tuple[str, str], Tab] = {}
_panels: dict[tuple[str, str], Panel] = {}
_slots: dict[tuple[str, str], HeadSlot] = {}
_actions: dict[tuple[str, str], HeadAction] = {}


def register_tab(
    record: str,
    name: str,
    label: Text,
    order: int = 50,
    operation: str = "",
    count: Callable[[HttpRequest, Any], int | None] | None = None,
) -> None:
    """Add a tab. A tab without any panel the actor may open is not shown."""
    _tabs[record, name] = Tab(record, name, label, order, operation, count)


def register_panel(
    record: str,
    tab: str,
    column: Column,
    order: int,
    name: str,
    label: Text,
    operation: str,
    view: PanelView,
    when: Literal["load", "revealed"] = "revealed",
) -> None:
    """Add a panel; `name` is unique within the record. `operation` is what the actor must be allowed."""
    _panels[record, name] = Panel(record, tab, column, order, name, label, operation, view, when)


def register_head_slot(
    record: str, name: str, order: int, operation: str, fact: Callable[[HttpRequest, Any], Fact | None]
) -> None:
    """Add a fact to the strip under the record's name."""
    _slots[record, name] = HeadSlot(record, name, order, operation, fact)


def register_head_action(
    record: str,
    name: str,
    order: int,
    label: Text,
    operation: str,
    url_name: str,
    icon: str,
    key: str = "",
    posts: bool = False,
) -> None:
    """Add a button to the head of a record's page; `url_name` takes the record's key."""
    _actions[record, name] = HeadAction(record, name, order, label, operation, url_name, icon, key, posts)


def actions_for(request: HttpRequest, record: str, pk: int) -> list[ShownAction]:
    """The buttons of floors above, in order, for what this actor may do."""
    chosen = sorted((a for a in _actions.values() if a.record == record), key=lambda a: (a.order, a.name))
    return [
        ShownAction(a.label, reverse(a.url_name, args=[pk]), a.icon, a.key, a.posts)
        for a in chosen
        if may(request, a.operation)
    ]


def may(request: HttpRequest, operation: str) -> bool:
    actor = getattr(request, "actor", None)
    return not operation or (actor is not None and actor.may(operation))


def facts_for(request: HttpRequest, record: str, subject: Any) -> list[Fact]:
    """The facts of the strip, in order, for what this actor may know."""
    slots = sorted((s for s in _slots.values() if s.record == record), key=lambda s: (s.order, s.name))
    facts = [slot.fact(request, subject) for slot in slots if may(request, slot.operation)]
    return [fact for fact in facts if fact is not None]


def _tab_url(request: HttpRequest, name: str, first: bool) -> str:
    """The tab's address; where the reader came from (``from``: the list's query) stays in it."""
    kept = {} if first else {"tab": name}
    if request.GET.get("from"):
        kept["from"] = request.GET["from"]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def tabs_for(request: HttpRequest, record: str, subject: Any, chosen: str = "") -> list[ShownTab]:
    """The tabs with something in them; the chosen one (else the first) is marked."""
    full = {p.tab for p in _panels.values() if p.record == record and may(request, p.operation)}
    tabs = [t for t in _tabs.values() if t.record == record and t.name in full and may(request, t.operation)]
    tabs.sort(key=lambda tab: (tab.order, tab.name))
    names = [tab.name for tab in tabs]
    here = chosen if chosen in names else (names[0] if names else "")
    return [
        ShownTab(
            tab.name,
            tab.label,
            _tab_url(request, tab.name, first=tab.name == names[0]),
            tab.name == here,
            tab.count(request, subject) if tab.count else None,
        )
        for tab in tabs
    ]


def panels_for(request: HttpRequest, record: str, tab: str, column: Column, pk: int) -> list[ShownPanel]:
    """The panels of one column of one tab, in order."""
    chosen = [
        p
        for p in _panels.values()
        if p.record == record and p.tab == tab and p.column == column and may(request, p.operation)
    ]
    chosen.sort(key=lambda panel: (panel.order, panel.name))
    return [ShownPanel(p.name, p.label, p.url(pk), p.when) for p in chosen]


def record_context(request: HttpRequest, record: str, subject: Any) -> dict[str, Any]:
    """All that `core/page_record.html` draws beside the head: facts, tabs, main and side panels."""
    tabs = tabs_for(request, record, subject, request.GET.get("tab", ""))
    here = next((tab.name for tab in tabs if tab.on), "")
    return {
        "record": record,
        "subject": subject,
        "facts": facts_for(request, record, subject),
        "head_actions": actions_for(request, record, subject.pk),
        "tabs": tabs,
        "main_panels": panels_for(request, record, here, "main", subject.pk),
        "side_panels": panels_for(request, record, here, "side", subject.pk),
    }


def panel(request: HttpRequest, record: str, pk: int, name: str) -> HttpResponse:
    """One panel by itself. Unknown and not permitted are told alike."""
    chosen = _panels.get((record, name))
    if chosen is None or not may(request, chosen.operation):
        raise Http404
    shown = chosen.view(request, pk)
    if isinstance(shown, HttpResponse):
        return shown
    template, context = shown
    return render(request, template, {"panel": chosen, "pk": pk, **context})
