"""Closed vocabularies of alerts on net values."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AlertKind(TextChoices):
    """What was seen. A jump is so large that a mistake is likelier than a market."""

    DAY = "day", _("Fall in a day")
    WINDOW = "window", _("Fall within days")
    DRAWDOWN = "drawdown", _("Fall below the highest")
    JUMP = "jump", _("Jump, perhaps a mistake")
    STALE = "stale", _("No new net value")


class AlertState(TextChoices):
    OPEN = "open", pgettext_lazy("alert", "To be looked at")
    SETTLED = "settled", pgettext_lazy("alert", "Settled")


class AlertOutcome(TextChoices):
    """What was done about it."""

    RERATING = "rerating", pgettext_lazy("alert", "Re-rating begun")
    NOTICE = "notice", pgettext_lazy("alert", "Holders told")
    CORRECTED = "corrected", pgettext_lazy("alert", "Net value corrected or asked for")
    SUSPENDED = "suspended", pgettext_lazy("alert", "Sale stopped")
    NOTHING = "nothing", pgettext_lazy("alert", "Nothing to be done")


FALLS = (AlertKind.DAY, AlertKind.WINDOW, AlertKind.DRAWDOWN)
