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
    TAKE = "take", pgettext_lazy("assistant", "Asks for what a complaint or request needs")
    TOLD = "told", pgettext_lazy("assistant", "Said for a complaint or request")
    LEFT = "left", pgettext_lazy("assistant", "Left what was begun")
    MADE = "made", pgettext_lazy("assistant", "Complaint or request taken")


class Wish(TextChoices):
    """What a customer may want besides an answer from an article; the words for it are policy."""

    PERSON = "person", pgettext_lazy("assistant", "A person")
    STATUS = "status", pgettext_lazy("assistant", "How one's requests stand")
    COMPLAIN = "complain", pgettext_lazy("assistant", "To complain")
    REQUEST = "request", pgettext_lazy("assistant", "To send a request")
    STOP = "stop", pgettext_lazy("assistant", "To leave what was begun")


class Step(TextChoices):
    """What is asked for next while a complaint or a request is taken, one thing at a time."""

    MATTER = "matter", pgettext_lazy("assistant", "Which purchase it is about")
    HAPPENED = "happened", pgettext_lazy("assistant", "What happened")
    DEMAND = "demand", pgettext_lazy("assistant", "What is asked for")
    COMPLAIN = "complain", pgettext_lazy("assistant", "Whether the complaint is sent")
    KIND = "kind", pgettext_lazy("assistant", "Kind of request")
    CATEGORY = "category", pgettext_lazy("assistant", "Category of the request")
    WISH = "wish", pgettext_lazy("assistant", "What the request is about")
    SEND = "send", pgettext_lazy("assistant", "Whether the request is sent")
