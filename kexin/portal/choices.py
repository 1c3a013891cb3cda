"""Closed vocabularies of the portal."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Delivery(TextChoices):
    """How an invitation reaches the customer. ``APP`` carries no link: the app signs the customer in."""

    QR = "qr", _("QR code on the device of the branch")
    APP = "app", _("Short message: open our app")
    EMAIL = "email", _("Link by e-mail")
    SMS = "sms", _("Link by short message")


class Proof(TextChoices):
    """How the customer showed who they are in a session."""

    NONE = "none", _("Not yet")
    CODE = "code", _("Code to the mobile number")
    APP = "app", _("Signed in to the institution's app")


class SessionState(TextChoices):
    PENDING = "pending", _("Waiting for the code")
    OPEN = "open", pgettext_lazy("session", "Open")
    ENDED = "ended", pgettext_lazy("session", "Ended")


class Opening(TextChoices):
    """What came of somebody's opening a link or entering a code."""

    DONE = "done", _("It opened")
    UNKNOWN = "unknown", _("No such link")
    EXPIRED = "expired", _("The link has expired")
    REVOKED = "revoked", _("The link was withdrawn")
    USED = "used", _("The link was opened before, on another device")
    WRONG = "wrong", _("Wrong code")
    LOCKED = "locked", _("Too many wrong codes")
    EARLY = "early", _("A code was sent a moment ago")
    LIMIT = "limit", _("Too many codes")
    UNREACHABLE = "unreachable", _("No mobile number on file")
    GONE = "gone", _("The session is over")
