"""What the customer's timeline says of notices."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.notices.choices import NoticeMatter
from kexin.sales.notices.queries import VIEW_NOTICES


def matter_label(code: object) -> str:
    """The words for a matter; the code itself where the vocabulary has forgotten it."""
    return str(NoticeMatter(code).label) if code in NoticeMatter.values else str(code or "")


def _opened(payload: Payload) -> str:
    return f"{payload.get('product', '')} · {matter_label(payload.get('matter'))}"


def _noticed(payload: Payload) -> str:
    code = payload.get("channel")
    if code not in MessageChannel.values:
        return _opened(payload)
    return f"{_opened(payload)} · {MessageChannel(code).label}"


def register() -> None:
    """Called once, when the floor is ready."""
    line = functools.partial(register_timeline, operation=VIEW_NOTICES)
    line("sales.CustomerNoticed", _("Notice to the customer"), "mail", _noticed, "calm")
    line("sales.NoticeOpened", _("Notice opened on the portal"), "mail-opened", _opened, "good")
