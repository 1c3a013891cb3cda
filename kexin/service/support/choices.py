"""Closed vocabularies of support desks."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class SupportState(TextChoices):
    """How far a question to a support desk has come."""

    OPEN = "open", pgettext_lazy("support", "Awaits an answer")
    ANSWERED = "answered", pgettext_lazy("support", "Answered")
    SETTLED = "settled", pgettext_lazy("support", "It helped")
