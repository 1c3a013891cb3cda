"""What oversight enters when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, the menu, columns of other rooms. Called once."""
    from kexin.core.ui.menu import register_menu
    from kexin.service.oversight import exporting, figures, others  # noqa: F401

    others.register()
    register_menu("service", _("Service board"), "service:board", "chart-histogram", figures.VIEW_BOARD, 80)
