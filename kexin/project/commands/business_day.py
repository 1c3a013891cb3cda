"""A historical bank stands on its own day: the profile says which, a file under ``var/`` keeps it, settings read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from kexin.core.imports.profile import Profile


def open_on_business_date(profile: Profile) -> str:
    """Keep the profile's business date for the next start, unless other customers live in this bank; what to tell.

    ``KEXIN_BUSINESS_DATE`` in the environment wins over the file.
    """
    from kexin.party.models import Customer

    if profile.business_date is None:
        return ""
    day = profile.business_date.isoformat()
    if Customer.objects.exclude(source=profile.source).exists():
        return f"Other customers live in this bank: it stays on its own day. The data of {profile.name} end at {day}."
    path = Path(settings.KEXIN_BUSINESS_DATE_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(day + "\n", encoding="utf-8")
    return f"This bank opens on its business date {day} (kept in {path.name}; KEXIN_BUSINESS_DATE overrides it)."
