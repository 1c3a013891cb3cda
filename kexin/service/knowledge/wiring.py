"""What knowledge enters into the floors below when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors of knowledge and of the assistant, work, menu, palette, the line of a hand-over."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.palette import register_command, register_source
    from kexin.engagement.timeline import register_timeline
    from kexin.service.assistant import events as assistant_events  # noqa: F401
    from kexin.service.assistant import learning, talking  # noqa: F401
    from kexin.service.assistant import policies as assistant_policies  # noqa: F401
    from kexin.service.knowledge import (  # noqa: F401  doors register themselves
        arranging,
        events,
        policies,
        queries,
        searches,
        sweeping,
        work,
        writing,
    )
    from kexin.service.knowledge.queries import VIEW
    from kexin.service.queries import VIEW as VIEW_REQUESTS
    from kexin.service.ui import article_palette

    work.register()
    register_timeline(
        "service.TalkTransferred",
        _("The portal's assistant handed over"),
        "robot",
        lambda payload: str(payload.get("subject", "")),
        group="contacts",
        operation=VIEW_REQUESTS,
    )
    register_menu("service", _("Knowledge"), "knowledge:list", "book-2", VIEW, 60)
    register_source("articles", _("Knowledge"), VIEW, article_palette.find_articles, 45, 2)
    register_command(
        "new_article", _("New article"), "knowledge:new", "service.draft_article", "plus", "xinzhishi zhishi"
    )
