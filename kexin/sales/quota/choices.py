"""Closed vocabulary of quotas."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReservationEnd(TextChoices):
    """How a reservation ended."""

    USED = "used", _("Used by the purchase")
    EXPIRED = "expired", _("Not used in time")
    RETURNED = "returned", _("Given back with the sale")
