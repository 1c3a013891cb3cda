"""What referrals enter into the floors below when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    """Doors, work, sentences, history, menu, the customer's panel."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_panel
    from kexin.engagement.calls.known import register_known
    from kexin.party.history import register_history
    from kexin.sales.referrals import briefing, events, referring, sentences, work  # noqa: F401
    from kexin.sales.referrals.queries import VIEW
    from kexin.sales.ui import referral_pages

    work.register()
    sentences.register()
    register_known("referrals", 20, briefing.known)
    register_history("sales_referral", VIEW)
    register_menu("sales", _("Referrals"), "referrals:referrals", "arrows-exchange", VIEW, 29)
    register_panel("customer", "advice", "side", 20, "referrals", _("Referrals"), VIEW, referral_pages.referrals_panel)
