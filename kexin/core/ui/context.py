"""What every page of the shell needs: menu, theme, side bar, demo banner, who is signed in and where."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import get_language

from kexin.core.ui.menu import menu_for
from kexin.core.ui.parts import parts_for

THEMES = ("auto", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Nothing here asks the database; badges of the menu may, when the menu is drawn."""
    actor = getattr(request, "actor", None)
    chosen = request.COOKIES.get("kexin_theme", "auto")
    theme = chosen if chosen in THEMES else "auto"
    return {
        "actor": actor,
        "menu": cache(lambda: menu_for(request, actor)),
        "bar_parts": parts_for(actor, "bar"),
        "end_parts": parts_for(actor, "end"),
        "theme": theme,
        "theme_drawn": "dark" if theme == "dark" else "light",
        "side_folded": request.COOKIES.get("kexin_side") == "folded",
        "demo": settings.KEXIN_DEMO,
        "watermark": f"{actor.label} {actor.name} {localtime():%Y-%m-%d %H:%M}".strip() if actor else "",
        "unit_name": getattr(request, "unit_name", ""),
        "market": "cn" if (get_language() or "").startswith("zh") else "intl",
    }
