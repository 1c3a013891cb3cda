"""Closed vocabularies of phrases and coaching."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Place(TextChoices):
    """Beside what prepared phrases are shown."""

    REQUEST = "request", pgettext_lazy("phrases", "Request")
    COMPLAINT = "complaint", pgettext_lazy("phrases", "Complaint")
    CALL = "call", pgettext_lazy("phrases", "Call or conversation")


class CoachingState(TextChoices):
    """How far a coaching review has come."""

    GIVEN = "given", pgettext_lazy("coaching", "Given, awaits the person's word")
    ANSWERED = "answered", pgettext_lazy("coaching", "Talked over")
