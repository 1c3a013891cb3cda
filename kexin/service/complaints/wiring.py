"""What complaints enter into the floors below when the service floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, work, sentences, keys, menu, the customer's panel. Called once, when the floor is ready."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_head_action, register_panel
    from kexin.service.complaints import (  # noqa: F401
        closing,
        evidence,
        extending,
        filing,
        handling,
        investigating,
        leaving,
        letters,
        matching,
        own,
        paper,
        policies,
        receiving,
        remedying,
        reviewing,
        sentences,
        settling,
        signing,
        work,
    )
    from kexin.service.complaints.analysis import wiring as analysis
    from kexin.service.complaints.groups import answering, forming, weighing  # noqa: F401
    from kexin.service.complaints.queries import VIEW
    from kexin.service.ui import complaint_pages

    work.register()
    remedying.register()
    weighing.register()
    sentences.register()
    matching.register()
    evidence.register()
    own.register()
    analysis.register()
    register_menu("service", _("Complaints"), "complaints:list", "message-exclamation", VIEW, 20)
    register_panel(
        "customer", "service", "main", 20, "complaints", _("Complaints"), VIEW, complaint_pages.complaints_panel
    )
    register_head_action(
        "customer",
        "complaint",
        15,
        _("Receive a complaint"),
        "service.receive_complaint",
        "complaints:new_of",
        "message-exclamation",
    )
