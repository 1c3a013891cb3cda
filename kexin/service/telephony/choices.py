"""Closed vocabularies of telephone calls."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class CallDirection(TextChoices):
    IN = "in", pgettext_lazy("phone call", "The customer called")
    OUT = "out", pgettext_lazy("phone call", "We called")


class CallState(TextChoices):
    RINGING = "ringing", pgettext_lazy("phone call", "Rings")
    TALKING = "talking", pgettext_lazy("phone call", "In conversation")
    ENDED = "ended", pgettext_lazy("phone call", "Ended")
    MISSED = "missed", pgettext_lazy("phone call", "Nobody took it")


class CallFact(TextChoices):
    """What a telephone system tells of a call; in any order, each as often as it likes."""

    RINGING = "ringing", pgettext_lazy("phone call", "It rings")
    ANSWERED = "answered", pgettext_lazy("phone call", "Somebody took it")
    ENDED = "ended", pgettext_lazy("phone call", "It is over")


class CallBack(TextChoices):
    """What came of calling back somebody whose call nobody took."""

    REACHED = "reached", pgettext_lazy("call back", "Reached")
    UNREACHED = "unreached", pgettext_lazy("call back", "Tried, nobody reached")
    NEEDLESS = "needless", pgettext_lazy("call back", "Not needed")
