"""What queues enter when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, policy, the menu. Called once."""
    from kexin.core.ui.menu import register_menu
    from kexin.service.queues import editing, giving, policies, queries  # noqa: F401
    from kexin.service.queues.queries import SEES

    register_menu("service", _("Queues"), "service:queues", "stack-2", SEES, 12)
