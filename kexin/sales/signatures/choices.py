"""Closed vocabularies of a signature."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProofMethod(TextChoices):
    """How the customer showed who is signing."""

    APP = "app", _("Session of the institution's app")
    FACE = "face", _("Face comparison")
    COUNTER = "counter", _("In person at the counter")
    CODE = "code", _("Code by message")


class SignatureKind(TextChoices):
    """What the signature may be called; nothing is called more than it is."""

    SIMPLE = "simple", _("Simple electronic signature")
    CERTIFIED = "certified", _("Electronic signature with certificate")
    RELIABLE = "reliable", _("Reliable electronic signature")
