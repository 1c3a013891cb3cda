"""What review packs enter into the floors below when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    """Doors, sentence, history, the button and the panel on the customer's page."""
    from kexin.core.ui.panels import register_head_action, register_panel
    from kexin.party.history import register_history
    from kexin.sales.reviews import events, making, sentences  # noqa: F401
    from kexin.sales.reviews.queries import VIEW
    from kexin.sales.ui import review_pages

    sentences.register()
    register_history("sales_reviewpack", VIEW)
    register_head_action(
        "customer", "review_pack", 31, _("Review pack"), "sales.make_review_pack", "reviews:make", "report", posts=True
    )
    register_panel("customer", "advice", "side", 30, "review_packs", _("Review packs"), VIEW, review_pages.packs_panel)
