"""What may be sent, and when the next attempt is made. No database, no clock."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import Decision, Reason
from kexin.engagement.messages.choices import MessageChannel

LONGEST_SMS = 500  # characters: about seven short messages joined into one
_LINK = re.compile(r"(?:https?://|www\.)\S|\b[\w-]+\.(?:com|cn|net|org|top|xyz|cc|info|link)(?:/|\b)", re.IGNORECASE)
_LONGEST_PAUSE = 3600  # seconds


def has_link(text: str) -> bool:
    """Whether a reader's phone would show part of the text as a link."""
    return _LINK.search(text) is not None


def may_send(channel: str, text: str, *, link_in_sms: bool) -> Decision:
    """A text with words; in a short message no link unless the policy allows it, and not too long."""
    reasons = []
    if not text.strip():
        reasons.append(Reason("empty", _("Write something."), "body"))
    if channel == MessageChannel.SMS:
        if not link_in_sms and has_link(text):
            reasons.append(Reason("link", _("A short message carries no link: let the customer open the app."), "body"))
        if len(text) > LONGEST_SMS:
            reasons.append(Reason("long", _("At most %(bound)s characters.") % {"bound": LONGEST_SMS}, "body"))
    return Decision(tuple(reasons))


def pause_after(attempt: int, first_seconds: int) -> int:
    """Seconds until the next attempt after the attempt of this number (1, 2, …): doubled each time, an hour at most."""
    return int(min(first_seconds * 2 ** max(attempt - 1, 0), _LONGEST_PAUSE))
