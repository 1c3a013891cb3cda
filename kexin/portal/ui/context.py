"""What every page of the portal needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from kexin.portal.ui.session import SIZE_COOKIE


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: size of the letters, language, whether anybody is signed in. Asks the database nothing."""
    return {
        "portal": getattr(request, "portal", None),
        "actor": getattr(request, "actor", None),
        "large": request.COOKIES.get(SIZE_COOKIE) == "large",
        "english": (get_language() or "").startswith("en"),
        "demo": settings.KEXIN_DEMO,
    }
