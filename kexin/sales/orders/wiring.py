"""What orders register with the floors below, when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    """Doors, work, sentences, menu."""
    from kexin.core.ui.menu import register_menu
    from kexin.sales.orders import (  # noqa: F401  doors
        answering,
        events,
        handing,
        policies,
        queries,
        reconciling,
        sentences,
        settling,
        work,
    )

    work.register()
    sentences.register()
    register_menu("sales", _("Orders"), "orders:list", "send", queries.VIEW_ORDERS, 45)
