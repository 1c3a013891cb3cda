"""Closed vocabularies of care plans."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Occasion(TextChoices):
    """What a plan remembers."""

    BIRTHDAY = "birthday", _("Birthday, solar or lunar")
    FESTIVAL = "festival", _("Festival")
    ANNIVERSARY = "anniversary", _("Anniversary of the first day as a customer")
    MATURITY = "maturity", _("Maturity")
    VISIT = "visit", _("No conversation for some months")


class CareAct(TextChoices):
    """What comes of it."""

    WORK = "work", _("Work for the lead manager")
    MESSAGE = "message", _("A message in reviewed words")


class CareState(TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Awaiting approval")
    RUNNING = "running", pgettext_lazy("care plan", "Running")
    STOPPED = "stopped", pgettext_lazy("care plan", "Stopped")


class TouchState(TextChoices):
    OWED = "owed", pgettext_lazy("care", "Work given")
    SENT = "sent", pgettext_lazy("care", "Message written")
    HELD = "held", pgettext_lazy("care", "Held back")


class HeldReason(TextChoices):
    """Why nobody was disturbed."""

    PAUSED = "paused", pgettext_lazy("care", "Care is paused for the customer")
    BUDGET = "budget", pgettext_lazy("care", "Contacted often enough")
    CONSENT = "consent", pgettext_lazy("care", "No channel the customer agreed to")
    NOBODY = "nobody", pgettext_lazy("care", "No manager to do it")


class Festival(TextChoices):
    NEW_YEAR = "01-01", _("New Year's Day")
    WOMEN = "03-08", _("Women's Day")
    LABOUR = "05-01", _("Labour Day")
    NATIONAL = "10-01", _("National Day")
    SPRING = "L01-01", _("Spring Festival")
    LANTERN = "L01-15", _("Lantern Festival")
    DRAGON = "L05-05", _("Dragon Boat Festival")
    AUTUMN = "L08-15", _("Mid-Autumn Festival")
    NINTH = "L09-09", _("Double Ninth Festival")
