"""Icons drawn inline from Tabler's outline set, so that they take the text's colour and need no font.

The files come with the front-end packages (`node_modules/@tabler/icons`), also where the other static files are
served from. Each is read once per process.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]*$")
_PATHS = re.compile(r"<path(?! stroke=\"none\")[^>]*/>")


class UnknownIcon(ValueError):
    """No icon of that name in the set: a mistake in a template, found by the tests."""


def icon_folder() -> Path:
    return Path(settings.NODE_MODULES) / "@tabler" / "icons" / "icons" / "outline"


@functools.lru_cache(maxsize=512)
def draw(name: str, size: int = 18, extra: str = "") -> SafeString:
    """The SVG of an icon, hidden from screen readers (its control has the label). `size` in CSS pixels."""
    if not _NAME.match(name):
        raise UnknownIcon(name)
    path = icon_folder() / f"{name}.svg"
    if not path.exists():
        raise UnknownIcon(name)
    strokes = "".join(_PATHS.findall(path.read_text(encoding="utf-8")))
    return mark_safe(  # noqa: S308  our own files, checked name
        f'<svg class="icon {extra}" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none"'
        ' stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
        f' aria-hidden="true" focusable="false">{strokes}</svg>'
    )
