"""Closed vocabularies of engagement."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentCategory(TextChoices):
    IDENTITY = "identity", _("Identity document copy")
    CONTRACT = "contract", _("Contract")
    AUTHORISATION = "authorisation", _("Authorisation")
    FINANCIAL = "financial", _("Financial statement")
    CORRESPONDENCE = "correspondence", _("Correspondence")
    OTHER = "other", _("Other")


class AppointmentPurpose(TextChoices):
    """What a meeting is for, in a bank's words."""

    VISIT = "visit", _("Meeting at the branch")
    HOME = "home", _("Visit to the customer")
    CALL = "call", _("Telephone appointment")
    REVIEW = "review", _("Review of holdings")
    PRODUCT = "product", _("Talk about a product")
    PAPERS = "papers", _("Papers and signatures")
    RETURN = "return_visit", _("Return visit")
    TEAM = "team", _("Meeting of the team")
    OTHER = "other", _("Other")


class AppointmentState(TextChoices):
    PLANNED = "planned", pgettext_lazy("appointment", "Planned")
    KEPT = "kept", pgettext_lazy("appointment", "Kept")
    MISSED = "missed", pgettext_lazy("appointment", "Did not come")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")


class Channel(TextChoices):
    """By which way a customer was served."""

    PHONE = "phone", pgettext_lazy("channel", "Telephone")
    BRANCH = "branch", pgettext_lazy("channel", "At the branch")
    AWAY = "away", pgettext_lazy("channel", "At the customer's")
    WECOM = "wecom", _("WeCom")
    VIDEO = "video", pgettext_lazy("channel", "Video")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    LETTER = "letter", pgettext_lazy("channel", "Letter")
    PORTAL = "portal", pgettext_lazy("channel", "Portal")
