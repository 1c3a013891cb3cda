"""Closed vocabularies of the service floor."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Nature(TextChoices):
    """What a kind of request is at heart; complaints have rules and rooms of their own."""

    CONSULTATION = "consultation", pgettext_lazy("request", "Consultation")
    SUGGESTION = "suggestion", pgettext_lazy("request", "Suggestion")
    CHANGE = "change", pgettext_lazy("request", "Change of a product or of data")
    OTHER = "other", pgettext_lazy("request", "Of the institution's own")


class Channel(TextChoices):
    """By which way words were exchanged."""

    PHONE = "phone", pgettext_lazy("channel", "Telephone")
    BRANCH = "branch", pgettext_lazy("channel", "At the counter")
    VISIT = "visit", pgettext_lazy("channel", "Visit")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", pgettext_lazy("channel", "SMS")
    PORTAL = "portal", pgettext_lazy("channel", "Customer portal")
    FORM = "form", pgettext_lazy("channel", "Online form")
    CHAT = "chat", pgettext_lazy("channel", "Online conversation")
    THIRD_PARTY = "third", pgettext_lazy("channel", "Third party")


class Mode(TextChoices):
    """How the customer is served (F-04); follows from the channel."""

    FACE = "face", pgettext_lazy("mode", "Face to face")
    PHONE = "phone", pgettext_lazy("mode", "By telephone")
    ONLINE = "online", pgettext_lazy("mode", "Online")


MODE_OF = {
    Channel.PHONE: Mode.PHONE,
    Channel.BRANCH: Mode.FACE,
    Channel.VISIT: Mode.FACE,
    Channel.EMAIL: Mode.ONLINE,
    Channel.SMS: Mode.PHONE,
    Channel.PORTAL: Mode.ONLINE,
    Channel.FORM: Mode.ONLINE,
    Channel.CHAT: Mode.ONLINE,
    Channel.THIRD_PARTY: Mode.ONLINE,
}


class RequestState(TextChoices):
    OPEN = "open", pgettext_lazy("request", "In progress")
    TOLD = "told", pgettext_lazy("request", "Result told, awaits the customer's word")
    CLOSED = "closed", pgettext_lazy("request", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn by the customer")
    MERGED = "merged", pgettext_lazy("request", "Joined with another")
    COMPLAINT = "complaint", pgettext_lazy("request", "Goes on as a complaint")


class Confirmation(TextChoices):
    """What the customer says of the result (G-05, CF-20); silence never blocks closing."""

    CONFIRMED = "confirmed", pgettext_lazy("request", "Confirmed by the customer")
    NOT_CONFIRMED = "silent", pgettext_lazy("request", "Not confirmed: no answer")
    DISPUTED = "disputed", pgettext_lazy("request", "The customer does not agree")


class EntryKind(TextChoices):
    """Who spoke."""

    ASKED = "asked", pgettext_lazy("request entry", "The customer said")
    TOLD = "told", pgettext_lazy("request entry", "The customer was told")


class Reaction(TextChoices):
    """How the customer took it (F-13)."""

    CONTENT = "content", pgettext_lazy("reaction", "Content")
    NEUTRAL = "neutral", pgettext_lazy("reaction", "Neutral")
    UPSET = "upset", pgettext_lazy("reaction", "Upset")


class Urgency(TextChoices):
    """Grades of a request (G-03)."""

    GENERAL = "general", pgettext_lazy("urgency", "General")
    IMPORTANT = "important", pgettext_lazy("urgency", "Important")
    URGENT = "urgent", pgettext_lazy("urgency", "Urgent")


class ClockState(TextChoices):
    RUNNING = "running", pgettext_lazy("clock", "Running")
    PAUSED = "paused", pgettext_lazy("clock", "Paused")
    MET = "met", pgettext_lazy("clock", "Met")
    ENDED = "ended", pgettext_lazy("clock", "Ended with the request")


class FollowUpState(TextChoices):
    """What came of a return visit after a request."""

    PLANNED = "planned", pgettext_lazy("return visit", "Planned")
    SOLVED = "solved", pgettext_lazy("return visit", "Settled, says the customer")
    UNSOLVED = "unsolved", pgettext_lazy("return visit", "Not settled")
    UNREACHED = "unreached", pgettext_lazy("return visit", "Nobody reached")
    DROPPED = "dropped", pgettext_lazy("return visit", "Not needed any more")


class MacroState(TextChoices):
    """A macro is used after somebody else than who drafted it agreed."""

    DRAFT = "draft", pgettext_lazy("macro", "Waits for review")
    ACTIVE = "active", pgettext_lazy("macro", "In use")
    REFUSED = "refused", pgettext_lazy("macro", "Not agreed")
    RETIRED = "retired", pgettext_lazy("macro", "Out of use")
