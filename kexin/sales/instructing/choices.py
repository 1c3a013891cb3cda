"""Closed vocabularies of instructions."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InstructionKind(TextChoices):
    REDEEM = "redeem", pgettext_lazy("instruction", "Redemption")
    DIVIDENDS = "dividends", pgettext_lazy("instruction", "Choice of dividends")


class DividendWay(TextChoices):
    CASH = "cash", _("In cash")
    REINVEST = "reinvest", _("Reinvested")


class InstructionOutcome(TextChoices):
    DONE = "done", pgettext_lazy("instruction", "Carried out")
    REFUSED = "refused", pgettext_lazy("instruction", "Refused by the core system")
