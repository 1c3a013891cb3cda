"""Closed vocabularies of conversations."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from kexin.service.choices import Channel


class ConversationChannel(TextChoices):
    """Where a conversation takes place; an answer goes out the same way."""

    CHAT = "chat", pgettext_lazy("channel", "Online conversation")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", pgettext_lazy("channel", "SMS")
    WECOM = "wecom", pgettext_lazy("channel", "WeCom")
    PHONE = "phone", pgettext_lazy("channel", "Telephone")
    THIRD = "third", pgettext_lazy("channel", "Third party")


CHANNEL_OF = {
    ConversationChannel.CHAT: Channel.CHAT,
    ConversationChannel.EMAIL: Channel.EMAIL,
    ConversationChannel.SMS: Channel.SMS,
    ConversationChannel.WECOM: Channel.CHAT,
    ConversationChannel.PHONE: Channel.PHONE,
    ConversationChannel.THIRD: Channel.THIRD_PARTY,
}
BEGUN_HERE = (ConversationChannel.CHAT, ConversationChannel.EMAIL, ConversationChannel.SMS)
ANSWERED_HERE = (*BEGUN_HERE, ConversationChannel.WECOM)
UNDISTURBED = (ConversationChannel.SMS, ConversationChannel.WECOM)  # what makes a telephone ring waits for the morning
WITH_FILES = (ConversationChannel.CHAT, ConversationChannel.EMAIL)
SENT_OUT = (
    ConversationChannel.EMAIL,
    ConversationChannel.SMS,
    ConversationChannel.WECOM,
)  # by a carrier, as messages out


class ConversationState(TextChoices):
    """Who is to speak next."""

    OPEN = "open", pgettext_lazy("conversation", "Awaits our answer")
    WAITING = "waiting", pgettext_lazy("conversation", "Answered, awaits the customer")
    CLOSED = "closed", pgettext_lazy("conversation", "Closed")


class Side(TextChoices):
    """Who spoke."""

    IN = "in", pgettext_lazy("conversation", "The customer")
    OUT = "out", pgettext_lazy("conversation", "We")


class HeldBack(TextChoices):
    """Why a file is kept aside and handed to nobody."""

    PROGRAM = "program", pgettext_lazy("file", "A program")
    MACROS = "macros", pgettext_lazy("file", "Contains macros, or may")
    UNKNOWN = "unknown", pgettext_lazy("file", "Of a kind that is not taken")
    LARGE = "large", pgettext_lazy("file", "Too large: not kept")
