"""What the service floor enters into the floors below when it starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, work, sentences, history, menu, the customer's panel. Called once, when the floor is ready."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_head_action, register_panel, register_tab
    from kexin.party.history import register_history
    from kexin.service import events, handlers, policies, queries, sentences, work  # noqa: F401
    from kexin.service.complaints import wiring as complaints
    from kexin.service.conversations import wiring as conversations
    from kexin.service.queries import VIEW
    from kexin.service.requests import callers, closing, handling, opening, pausing, responsibility, sweeping  # noqa: F401
    from kexin.service.ui import request_pages

    work.register()
    sentences.register()
    conversations.register()
    callers.register()
    from kexin.service.telephony import wiring as telephony

    telephony.register()
    from kexin.service.wecom import wiring as wecom

    wecom.register()
    register_history("service_servicerequest", VIEW)
    register_history("service_clock", VIEW)
    register_menu("service", _("Requests"), "service:requests", "headset", VIEW, 10)
    register_tab("customer", "service", _("Service"), 40, VIEW)
    register_panel("customer", "service", "main", 10, "requests", _("Requests"), VIEW, request_pages.requests_panel)
    register_head_action("customer", "request", 14, _("New request"), "service.open_request", "service:new", "headset")
    from kexin.service.care import wiring as care
    from kexin.service.deskwork import wiring as deskwork
    from kexin.service.feedback import wiring as feedback
    from kexin.service.surveys import wiring as surveys

    surveys.register()
    complaints.register()
    deskwork.register()
    feedback.register()
    care.register()
    from kexin.engagement.calls.known import register_known
    from kexin.service import briefing

    register_known("service", 30, briefing.known)
    from kexin.service.queues import wiring as queues

    queues.register()
    from kexin.service.oversight import wiring as oversight

    oversight.register()
    from kexin.service.knowledge import wiring as knowledge

    knowledge.register()
    from kexin.service.problems import wiring as problems

    problems.register()
    from kexin.service.support import wiring as support

    support.register()
    from kexin.service.coaching import wiring as coaching

    coaching.register()
    from kexin.service.drafting import drafts  # noqa: F401  doors and policy register themselves
