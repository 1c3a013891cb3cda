"""What the ladder brings to the house: its doors, its work, its entry in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the floor is ready."""
    from kexin.core.ui.menu import register_menu
    from kexin.holdings.ledger_queries import VIEW_TRANSACTIONS
    from kexin.holdings.maturities import queries, work
    from kexin.holdings.movements.queries import VIEW_DORMANT

    work.register()
    register_menu("work", _("Maturities"), "holdings:maturities", "calendar-dollar", queries.VIEW_MATURITIES, 30)
    register_menu("insight", _("Large movements"), "holdings:movements", "arrows-exchange", VIEW_TRANSACTIONS, 22)
    register_menu("insight", _("Dormant customers"), "holdings:dormant", "zzz", VIEW_DORMANT, 24)
