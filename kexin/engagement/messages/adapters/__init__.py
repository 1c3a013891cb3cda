"""Carriers of messages. Which one carries a channel is a setting of the installation.

A carrier takes a letter and answers :class:`Taken`, or raises :class:`NotNow` (another attempt makes sense) or
:class:`Refused` (none does). Nothing of the letter may reach a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings

from kexin.engagement.messages.choices import WECOM, MessageChannel


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a carrier needs to know. It does not print what it says, nor to whom."""

    reference: str
    address: str = field(repr=False)
    subject_line: str = field(repr=False)
    body: str = field(repr=False)
    thread: str = field(default="", repr=False)
    personal: bool = False  # written by a person: an absence note may answer it
    files: tuple[Enclosure, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier's own number for the letter; empty where it gives none."""

    number: str = ""


class NotNow(Exception):
    """The carrier cannot take it at the moment; the text is a code without personal data."""


class Refused(Exception):
    """The carrier will never take this letter; the text is a code without personal data."""


class Carrier(Protocol):
    """One way out of the house. ``kept`` says that nothing leaves it: staff may read what would have been sent."""

    name: str
    kept: bool

    def send(self, letter: Letter) -> Taken:
        """Hand the letter over, or raise :class:`NotNow` or :class:`Refused`."""


def carrier_for(channel: str) -> Carrier:
    """The carrier of a channel in this installation. Raises ValueError for a name that nobody knows."""
    from kexin.engagement.messages.adapters import http_sms, http_wecom, outbox, smtp

    if channel == WECOM:
        if not settings.KEXIN_WECOM_URL:
            return outbox.Outbox()
        return http_wecom.HttpWecom(settings.KEXIN_WECOM_URL, settings.KEXIN_WECOM_TOKEN)
    chosen = settings.KEXIN_SMS if channel == MessageChannel.SMS else settings.KEXIN_MAIL
    if chosen == "outbox":
        return outbox.Outbox()
    if chosen == "http" and channel == MessageChannel.SMS:
        return http_sms.HttpSms(settings.KEXIN_SMS_URL, settings.KEXIN_SMS_TOKEN)
    if chosen == "smtp" and channel == MessageChannel.EMAIL:
        return smtp.Smtp(settings.KEXIN_SMTP_URL, settings.KEXIN_MAIL_FROM)
    raise ValueError(f"No carrier is called {chosen!r}.")
