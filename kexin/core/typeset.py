"""Documents as PDF/A, set by typst from a template and plain data (ADR 0016).

Data go in as JSON and are text to the template, never markup: a customer's name cannot change the document. The font
comes from the front-end packages, so that a document looks alike on every machine; fonts of the system stand in for
characters that it lacks.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import KexinError


class CannotTypeset(KexinError):
    """The document could not be made: the font is missing or the template refuses the data."""

    status = 503
    code = "cannot-typeset"
    title = _("The document could not be made")


def font_folder() -> Path:
    """Where the Chinese font lies."""
    return Path(settings.NODE_MODULES) / "@embedpdf" / "fonts-sc" / "fonts"


def typeset(template: Path, data: Mapping[str, Any], *, made_at: datetime, attaches: bool = False) -> bytes:
    """The document as PDF/A-2a bytes, tagged for screen readers. ``template`` reads ``sys.inputs.data`` (JSON).

    One that ``attaches`` files is PDF/A-3a, the form that may carry them.

    Amounts are strings already written as people read them: a document never computes. About 0.3 s, most of it the
    first time, when fonts are read. Raises :class:`CannotTypeset`.
    """
    import typst

    fonts = _fonts()
    try:
        made: bytes = typst.compile(
            template,
            root=template.parent,
            font_paths=fonts,
            format="pdf",
            sys_inputs={"data": json.dumps(data, default=_plain, ensure_ascii=False)},
            pdf_standards=["a-3a" if attaches else "a-2a"],
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as error:
        raise CannotTypeset(str(error)) from error
    return made


@functools.cache
def _fonts() -> Any:
    """The fonts, read once per process."""
    import typst

    folder = font_folder()
    if not any(folder.glob("*.otf")):
        _fonts.cache_clear()
        raise CannotTypeset(_("The font for documents is missing: run make setup."))
    return typst.Fonts(include_system_fonts=True, font_paths=[folder])


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        raise TypeError("amounts are written by the caller")
    return str(value)
