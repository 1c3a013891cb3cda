"""The tab of history: every change of a file, newest first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import pgettext_lazy

from kexin.core.ui.keyset import KeysetPage, Order
from kexin.core.ui.request import actor_of
from kexin.party.history import changes, told

PAGE = 25
ORDER: Order = (("at", "desc"), ("id", "desc"))
ACTIONS = {
    "insert": (pgettext_lazy("history", "added"), "good"),
    "update": (pgettext_lazy("history", "changed"), "calm"),
    "delete": (pgettext_lazy("history", "removed"), "warn"),
}


def history_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """GET; with ``at`` in the address only the next changes come, to be put behind those shown."""
    actor = actor_of(request)
    customer, rows = changes(actor, pk)
    page = KeysetPage(rows, ORDER, request.GET.get("at", ""), PAGE)
    lines = [(each, *ACTIONS[each.action]) for each in told(actor, customer, page.rows)]
    context = {"lines": lines, "next": page.next_cursor, "panel_url": request.path}
    return ("party/history_lines.html" if request.GET.get("at") else "party/panel_history.html"), context
