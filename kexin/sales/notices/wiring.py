"""What notices register with the floors below, when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import register_menu
from kexin.core.ui.panels import register_head_action, register_panel
from kexin.party.history import register_history
from kexin.sales.notices import (  # noqa: F401  doors
    events,
    exporting,
    handlers,
    making,
    offering,
    own,
    policies,
    queries,
    sending,
    sentences,
    work,
)
from kexin.sales.ui import notice_pages


def wire() -> None:
    """Doors, work, sentences, history, menu, the section on the product."""
    work.register()
    sentences.register()
    register_history("sales_customernotice", queries.VIEW_TOLD)
    register_menu("sales", _("Notices to customers"), "notices:list", "mail", queries.VIEW_NOTICES, 54)
    register_panel(
        "product", "overview", "main", 64, "notices", _("Notices to holders"), queries.VIEW_NOTICES,
        notice_pages.notices_panel,
    )  # fmt: skip
    register_head_action(
        "customer", "send_product", 16, _("Send product information"), offering.SEND, "notices:offer", "send"
    )
    register_head_action("alert", "tell", 10, _("Tell the holders"), making.TELL, "notices:tell", "mail-forward")
