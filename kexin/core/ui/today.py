"""The day the pages count from. The institution's business date when it has one, else the calendar's."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.timezone import localdate


def today() -> date:
    """Today as the institution means it (a historical bank is opened on its own day)."""
    fixed = getattr(settings, "KEXIN_BUSINESS_DATE", "")
    return date.fromisoformat(fixed) if fixed else localdate()
