"""Closed vocabularies of products."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProductClass(TextChoices):
    CURRENT = "current", _("Current deposit")
    TIME_DEPOSIT = "time_deposit", _("Time deposit")
    CERTIFICATE = "certificate", _("Large-denomination CD")
    STRUCTURED = "structured", _("Structured deposit")
    WEALTH = "wealth", _("Bank wealth product")
    FUND = "fund", _("Fund")
    INSURANCE = "insurance", _("Insurance")
    GOLD = "gold", _("Gold accumulation")
    BOND = "bond", _("Savings bond")
    TRUST = "trust", _("Trust product")
    CARD = "card", _("Credit card")
    LOAN = "loan", _("Loan")
