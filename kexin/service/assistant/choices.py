"""Closed vocabularies of the assistant."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Speaker(TextChoices):
    CUSTOMER = "customer", pgettext_lazy("assistant", "Customer")
    ASSISTANT = "assistant", pgettext_lazy("assistant", "Assistant")


class LineKind(TextChoices):
    """What a line is."""

    ASKED = "asked", pgettext_lazy("assistant", "Question")
    ANSWER = "answer", pgettext_lazy("assistant", "Answer from an article")
    OFFER = "offer", pgettext_lazy("assistant", "Articles to choose from")
    UNKNOWN = "unknown", pgettext_lazy("assistant", "Does not know")
    STATUS = "status", pgettext_lazy("assistant", "Requests of the customer")
    HANDED = "handed", pgettext_lazy("assistant", "Handed over to a person")


class Wish(TextChoices):
    """What a customer may want besides an answer from an article; the words for it are policy."""

    PERSON = "person", pgettext_lazy("assistant", "A person")
    STATUS = "status", pgettext_lazy("assistant", "How one's requests stand")
