"""What advice enters into the floors below when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    """Doors, work, sentences, history, menu, the customer's panels, the button on a meeting."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_head_action, register_panel, register_tab
    from kexin.party.history import register_history
    from kexin.sales.advice import answering, events, objectives, planning, recording, selling, sentences, work  # noqa: F401
    from kexin.sales.advice.queries import VIEW
    from kexin.sales.ui import advice_pages
    from kexin.suitability.matching.sources import register_objectives

    register_objectives(objectives.stated)
    work.register()
    sentences.register()
    for table in ("sales_visit", "sales_needsanalysis", "sales_plan"):
        register_history(table, VIEW)
    register_menu("sales", _("Visits"), "advice:visits", "walk", VIEW, 26)
    register_menu("sales", _("Plans"), "advice:plans", "clipboard-text", VIEW, 28)
    register_tab("customer", "advice", _("Needs and plans"), 33, VIEW)
    register_panel("customer", "advice", "main", 10, "plans", _("Plans"), VIEW, advice_pages.plans_panel)
    register_panel("customer", "advice", "main", 20, "needs", _("Needs analysis"), VIEW, advice_pages.needs_panel)
    register_panel("customer", "advice", "side", 10, "visits", _("Visits"), VIEW, advice_pages.visits_panel)
    register_head_action(
        "appointment", "visit", 10, _("Write down the visit"), "sales.record_visit", "advice:visit_of", "walk"
    )
