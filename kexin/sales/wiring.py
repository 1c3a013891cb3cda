"""What a sale and its gates enter into the floors below when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import register_menu
from kexin.core.ui.panels import register_head_action, register_panel, register_tab
from kexin.party.history import register_history
from kexin.sales import events, handlers, own, queries, reports, sale_policies, sentences, work  # noqa: F401
from kexin.sales.operations import (  # noqa: F401
    approving,
    confirming,
    failing,
    lapsing,
    opening,
    ordering,
    sheets,
    signing,
)
from kexin.sales.orders.answering import after_confirmation, after_refusal
from kexin.sales.ui import pages


def register() -> None:
    """Called once, when the floor is ready."""
    work.register()
    sentences.register()
    reports.register()
    after_confirmation(ordering.sale_executed)
    after_refusal(ordering.sale_failed)
    register_history("sales_sale", queries.VIEW)
    register_menu("sales", _("Sales"), "sales:sales", "shopping-bag", queries.VIEW, 30)
    register_tab("customer", "sales", _("Sales"), 35, queries.VIEW)
    register_panel("customer", "sales", "main", 10, "sales", _("Sales"), queries.VIEW, pages.sales_panel)
    register_head_action(
        "customer", "sell", 12, _("Open a sale"), "sales.open_sale", "sales:new_for", "shopping-bag-plus"
    )
    register_head_action(
        "rematch", "evidence", 10, _("Evidence as one signed file"), "sales.export_rerating", "rerating_evidence",
        "file-certificate",
    )  # fmt: skip
