"""What return calls register with the floors below, when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.menu import register_menu
from kexin.party.history import register_history
from kexin.sales.followup import calling, events, policies, queries, sentences  # noqa: F401  doors


def wire() -> None:
    """Sentences, history, menu."""
    sentences.register()
    register_history("sales_returncall", queries.VIEW_CALLS)
    register_menu("sales", _("Return calls"), "return_calls:list", "phone-check", queries.VIEW_CALLS, 50)
