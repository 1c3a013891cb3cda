"""Closed vocabularies of a sale."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Gate(IntegerChoices):
    """What a sale passes, in this order. The numbers are kept in the database, which refuses any other order."""

    ASSESSED = 10, _("Customer assessed")
    TOLD = 20, _("Matching opinion told")
    DISCLOSED = 30, _("Risks disclosed and understood")
    CONFIRMED = 40, _("Confirmed by the customer")
    SIGNED = 50, _("Signed by the customer")
    RECORDED = 60, _("Recorded")
    APPROVED = 70, _("Approved")
    SENT = 80, _("Order handed over")
    EXECUTED = 90, _("Executed")
    FOLLOWED_UP = 100, _("Followed up")

    @property
    def due(self) -> Any:
        """The same as something still to be done."""
        return _DUE[self]


_DUE: Final = {
    Gate.ASSESSED: pgettext_lazy("next step of a sale", "assess the customer"),
    Gate.TOLD: pgettext_lazy("next step of a sale", "tell the matching opinion"),
    Gate.DISCLOSED: pgettext_lazy("next step of a sale", "the customer reads the risks"),
    Gate.CONFIRMED: pgettext_lazy("next step of a sale", "the customer confirms"),
    Gate.SIGNED: pgettext_lazy("next step of a sale", "the customer signs"),
    Gate.RECORDED: pgettext_lazy("next step of a sale", "record the sale"),
    Gate.APPROVED: pgettext_lazy("next step of a sale", "approval"),
    Gate.SENT: pgettext_lazy("next step of a sale", "hand the order over"),
    Gate.EXECUTED: pgettext_lazy("next step of a sale", "confirmation of the order"),
    Gate.FOLLOWED_UP: pgettext_lazy("next step of a sale", "return call"),
}


class SaleState(TextChoices):
    OPEN = "open", _("In progress")
    SENT = "sent", _("Order on its way")
    EXECUTED = "executed", _("Executed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Order failed")
    LAPSED = "lapsed", _("Lapsed unfinished")
    WITHDRAWN = "withdrawn", _("Taken back by the customer")


class SaleChannel(TextChoices):
    """Where the sale happens; whether staff took part is asked apart, for it decides the recording."""

    PREMISES = "premises", _("On the premises")
    REMOTE = "remote", _("By telephone or video")
    SELF = "self", _("On the customer's own device")


class Party(TextChoices):
    """Who passed a gate."""

    CUSTOMER = "customer", _("Customer")
    STAFF = "staff", _("Staff")
    SYSTEM = "system", _("System")


class TellingMode(TextChoices):
    """How a customer was told something (D-21)."""

    SPOKEN = "spoken", _("By word of mouth")
    PAPER = "paper", _("On paper")
    SCREEN = "screen", _("On the screen")


class StageRecord(TextChoices):
    """What a stage of the process shows besides its gates; it opens and closes nothing."""

    ADMISSION = "admission", _("Admission of the product")
    VISIT = "visit", _("Visit")
    NEEDS = "needs", _("Needs analysis")
    PLAN = "plan", _("Plan")
