"""What WeCom enters into the floors below when the service floor starts."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, work, sentences, menu."""
    from kexin.core.ui.menu import register_menu
    from kexin.engagement.timeline import Payload, register_timeline
    from kexin.service.conversations.queries import VIEW
    from kexin.service.wecom import events, handing, policies, settling, taking, work  # noqa: F401

    def number(payload: Payload) -> str:
        return str(payload.get("subject", ""))

    def agreed(payload: Payload) -> str:
        return str(_("agreed")) if payload.get("agreed") else str(_("no longer agrees"))

    work.register()
    told = functools.partial(register_timeline, group="contacts")
    told("service.ArchiveAgreed", _("Archive of WeCom conversations"), "archive", agreed, operation=VIEW)
    seen = settling.VIEW_FLAGGED
    told("service.ForbiddenWordsFound", _("Forbidden words found"), "message-report", number, "bad", operation=seen)
    told("service.ForbiddenWordsSettled", _("Forbidden words settled"), "circle-check", number, operation=seen)
    register_menu("conduct", _("Forbidden words"), "service:flagged_list", "message-report", seen, 45)
    register_menu("manage", _("WeCom accounts"), "service:wecom_accounts", "brand-wechat", settling.VIEW_ACCOUNTS, 61)
