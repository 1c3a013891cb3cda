"""Closed vocabularies of oversight."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ItemSource(TextChoices):
    """What raised an inspection item."""

    CONTRADICTION = "contradiction", _("The return call contradicts the sale")
    UNREACHED = "unreached", _("The customer was not reached after the sale")
    SAME_DEVICE = "same_device", _("One device signed for several customers")
    SAME_NUMBER = "same_number", _("One telephone number for several customers")
    STAFF_CONTACT = "staff_contact", _("The customer's contact is a colleague's")
    RELATIVE = "relative", _("The customer is related to the seller")
    SELLER_TERMINAL = "terminal", _("Signed where the seller was signed in")
    ASSESSED_AGAIN = "assessed_again", _("Assessed again with a higher grade on the day of the sale")
    LINK_REUSED = "link", _("A link was forwarded or opened again")
    CONDUCT = "conduct", _("A colleague reported conduct against the rules")


class ItemState(TextChoices):
    OPEN = "open", pgettext_lazy("inspection item", "Open")
    CLEARED = "cleared", pgettext_lazy("inspection item", "Cleared")
    CONFIRMED = "confirmed", pgettext_lazy("inspection item", "Confirmed")
