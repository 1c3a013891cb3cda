"""What care after a sale registers with the floors below, when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import register_menu
from kexin.core.ui.panels import register_panel
from kexin.party.history import register_history
from kexin.sales.aftercare import (  # noqa: F401  doors
    events,
    exporting,
    following,
    handlers,
    owing,
    policies,
    queries,
    sentences,
    settling,
    work,
)
from kexin.sales.ui import aftercare_pages


def wire() -> None:
    """Doors, work, sentences, history, menu, panel."""
    work.register()
    sentences.register()
    register_history("sales_aftercareitem", queries.VIEW_CARE)
    register_menu("sales", _("Care after a sale"), "aftercare:list", "heart-handshake", queries.VIEW_CARE, 52)
    register_panel(
        "customer", "sales", "main", 12, "aftercare", _("Care after a sale"), queries.VIEW_CARE,
        aftercare_pages.aftercare_panel,
    )  # fmt: skip
