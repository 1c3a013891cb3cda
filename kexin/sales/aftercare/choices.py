"""Closed vocabularies of care after a sale."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CareMatter(TextChoices):
    """What about a product that was sold is to be talked over with the customer."""

    MATURITY = "maturity", _("Maturity is coming")
    FALL = "fall", _("Net value fallen since the purchase")
    RERATED = "rerated", _("Risk grade changed")
    TEXT = "text", _("Product text changed")
    SUSPENDED = "suspended", _("Sale of the product suspended")
    WITHDRAWN = "withdrawn", _("Product withdrawn from sale")
    VISIT = "visit", _("Visit due after the purchase")
    UNTOLD = "untold", _("Could not be told by message")


class CareState(TextChoices):
    OPEN = "open", pgettext_lazy("care", "To be done")
    SETTLED = "settled", pgettext_lazy("care", "Settled")


class CareOutcome(TextChoices):
    """How it was settled; that nothing was needed is said with a reason."""

    TOLD = "told", pgettext_lazy("care", "Customer told")
    VISITED = "visited", pgettext_lazy("care", "Customer visited")
    NOTHING = "nothing", pgettext_lazy("care", "Nothing needed")


PRODUCT_MATTERS = (CareMatter.RERATED, CareMatter.TEXT, CareMatter.SUSPENDED, CareMatter.WITHDRAWN)
