"""What the ladder brings to the house: its doors, its work, its entry in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the floor is ready."""
    from kexin.core.ui.menu import register_menu
    from kexin.holdings.maturities import queries, work

    work.register()
    register_menu("work", _("Maturities"), "holdings:maturities", "calendar-dollar", queries.VIEW_MATURITIES, 30)
