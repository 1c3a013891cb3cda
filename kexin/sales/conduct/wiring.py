"""What the rules of conduct register with the floors below, when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import register_menu
from kexin.sales.conduct import acknowledging, events, policies, queries, reporting, work  # noqa: F401  doors


def wire() -> None:
    """Doors, work, menu: everybody who works here may read the rules."""
    work.register()
    register_menu("conduct", _("Rules of conduct"), "oversight:conduct", "shield-check", "", 16)
