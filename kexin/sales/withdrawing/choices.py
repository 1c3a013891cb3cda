"""Closed vocabularies of taking a purchase back."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Ground(TextChoices):
    """By which right a purchase is taken back."""

    COOLING_OFF = "cooling_off", _("Cooling-off")
    CUT_OFF = "cut_off", _("Before the cut-off of its dealing day")


class WithdrawalOutcome(TextChoices):
    DONE = "done", pgettext_lazy("withdrawal", "Taken back, the money comes back")
    REFUSED = "refused", pgettext_lazy("withdrawal", "Refused by the core system")
    OVERTAKEN = "overtaken", pgettext_lazy("withdrawal", "The order had failed before")
