"""Closed vocabularies of referrals."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class BusinessLine(TextChoices):
    """Between whom a need travels."""

    LOBBY = "lobby", pgettext_lazy("business line", "Lobby")
    RETAIL = "retail", pgettext_lazy("business line", "Retail banking")
    CORPORATE = "corporate", pgettext_lazy("business line", "Corporate banking")
    PRIVATE = "private", pgettext_lazy("business line", "Private banking")


class ReferralState(TextChoices):
    WAITING = "waiting", pgettext_lazy("referral", "Awaits an answer")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    CLOSED = "closed", pgettext_lazy("referral", "Closed with an outcome")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "Withdrawn")


class ReferralOutcome(TextChoices):
    BUSINESS = "business", pgettext_lazy("referral", "Business was done")
    LATER = "later", pgettext_lazy("referral", "The customer wants it later")
    NONE = "none", pgettext_lazy("referral", "No business came of it")
