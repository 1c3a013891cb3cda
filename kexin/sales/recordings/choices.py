"""Closed vocabularies of recordings."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RecordingState(TextChoices):
    """A void recording was begun anew: what was marked on it counts no more."""

    OPEN = "open", pgettext_lazy("recording", "Being recorded")
    DONE = "done", pgettext_lazy("recording", "Complete")
    VOID = "void", pgettext_lazy("recording", "Begun anew")


class NodeKind(TextChoices):
    PROMPT = "prompt", _("Said by the seller")
    QUESTION = "question", _("Asked, answered audibly by the customer")
    IDENTITY = "identity", _("Identity compared")
    DOCUMENT = "document", _("Document shown on the screen")


class NodeResult(TextChoices):
    YES = "yes", pgettext_lazy("node", "Yes, clear")
    NO = "no", pgettext_lazy("node", "No")
    UNCLEAR = "unclear", pgettext_lazy("node", "Not clear")


class InspectionResult(TextChoices):
    PASSED = "passed", pgettext_lazy("inspection", "Passed")
    FAULTY = "faulty", pgettext_lazy("inspection", "Fault found")
