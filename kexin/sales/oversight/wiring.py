"""What oversight registers with the floors below, when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import register_menu
from kexin.party.history import register_history
from kexin.sales.oversight import (  # noqa: F401  doors
    compliance,
    events,
    examining,
    exporting,
    handlers,
    policies,
    queries,
    risk_reviews,
    sentences,
    settling,
    work,
)


def wire() -> None:
    """Doors, work, sentences, history, menu."""
    work.register()
    risk_reviews.register()
    sentences.register()
    register_history("sales_inspectionitem", queries.VIEW_ITEMS)
    register_menu("conduct", _("Oversight of sales"), "oversight:page", "eye-search", compliance.VIEW_OVERSIGHT, 18)
    register_menu("conduct", _("Inspection items"), "oversight:items", "eye-exclamation", queries.VIEW_ITEMS, 20)
