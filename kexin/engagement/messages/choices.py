"""Closed vocabularies of messages."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MessageChannel(TextChoices):
    SMS = "sms", _("Short message")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")


WECOM = "wecom"  # answers where the customer wrote; what the house sends by itself goes by the two ways above
OUT_CHANNELS = [*MessageChannel.choices, (WECOM, pgettext_lazy("channel", "WeCom"))]


class MessageStatus(TextChoices):
    """Waiting ones are sent by the job; sent means taken over by the carrier, not read by the customer."""

    WAITING = "waiting", pgettext_lazy("message", "Waiting")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", pgettext_lazy("message", "Failed")
    EXPIRED = "expired", pgettext_lazy("message", "Too late to send")
