"""How conversations read on a customer's timeline."""

from __future__ import annotations

import functools

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.queries import VIEW


def _where(payload: Payload) -> str:
    code = payload.get("channel")
    label = ConversationChannel(code).label if code in ConversationChannel.values else ""
    return f"{payload.get('subject', '')} · {label}".strip(" ·")


def _opened(payload: Payload) -> str:
    return f"{_where(payload)} · {_t('begun by us') if payload.get('ours') else _t('begun by the customer')}"


def _closed(payload: Payload) -> str:
    number = str(payload.get("subject", ""))
    return f"{number} · {_t('the customer was silent')}" if payload.get("silent") else number


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, group="contacts", operation=VIEW)
    told("service.ConversationOpened", _("Conversation"), "messages", _opened, "calm")
    told("service.WordsReceived", _("The customer wrote"), "message", _where)
    told("service.WordsSent", _("We wrote to the customer"), "message-forward", _where)
    told("service.ConversationClosed", _("Conversation closed"), "circle-check", _closed, "good")
    told("service.ConversationReopened", _("Conversation open again"), "rotate", _where, "warn")
    told("service.ConversationAccepted", _("Conversation taken over"), "user-share", _where)
    told("service.SenderIdentified", _("Unknown sender found to be the customer"), "user-check", _where)
    told("service.ConversationLinked", _("Conversation joined with a request"), "link",
         lambda payload: f"{payload.get('subject', '')} → {payload.get('request_no', '')}")  # fmt: skip
