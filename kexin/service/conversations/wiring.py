"""What conversations enter into the floors below when the service floor starts, and what the hour brings them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import system

CLOCK = "clock.service"


def register() -> None:
    """Doors, work, sentences, history, menu, the customer's panel."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_head_action, register_panel
    from kexin.party.history import register_history
    from kexin.service.conversations import (  # noqa: F401
        answering,
        asking,
        events,
        files,
        incoming,
        joining,
        loading,
        rekeying,
        sentences,
        work,
    )
    from kexin.service.conversations.mail import taking  # noqa: F401
    from kexin.service.conversations.queries import VIEW
    from kexin.service.ui import conversation_pages

    work.register()
    sentences.register()
    files.register()
    rekeying.register()
    register_history("service_conversation", VIEW)
    register_menu("service", _("Inbox"), "service:conversations", "inbox", VIEW, 5)
    register_panel(
        "customer", "service", "main", 20, "conversations", _("Conversations"), VIEW,
        conversation_pages.conversations_panel,
    )  # fmt: skip
    register_head_action(
        "customer",
        "write",
        16,
        pgettext_lazy("customer", "Write a message"),
        "service.start_conversation",
        "service:conversation_new",
        "message-plus",
    )


def sweep() -> int:
    """Close answered conversations in which the customer stays silent; how many."""
    from kexin.service.conversations.answering import close_silent_conversation, silent_conversations

    actor, closed = system(CLOCK), 0
    while found := silent_conversations():
        done = sum(close_silent_conversation(pk, actor=actor) is not None for pk in found)
        closed += done
        if not done:
            break
    return closed
