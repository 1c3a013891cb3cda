"""Closed vocabularies of drafts."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class DraftKind(TextChoices):
    """What is drafted."""

    REPLY = "reply", pgettext_lazy("draft", "Reply to the customer")
    SUMMARY = "summary", pgettext_lazy("draft", "Summary of the conversation")


class DraftState(TextChoices):
    """How far a draft has come. Nothing of it reaches anybody before a person confirmed it."""

    ASKED = "asked", pgettext_lazy("draft", "Asked")
    READY = "ready", pgettext_lazy("draft", "Draft, to be confirmed")
    FAILED = "failed", pgettext_lazy("draft", "No draft")
    CONFIRMED = "used", pgettext_lazy("draft", "Confirmed by a person")
    DROPPED = "dropped", pgettext_lazy("draft", "Not used")
