"""Closed vocabularies of products."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
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


class Regime(TextChoices):
    """Which rules a sale follows (NFRA Order 2025-7 Art. 3: chosen per product and issuer)."""

    NONE = "none", _("No suitability rules")
    INVESTMENT = "investment", _("Investment product of a bank or wealth company")
    SECURITIES = "securities", _("Securities or fund product")
    INSURANCE = "insurance", _("Insurance with needs analysis")


class Offering(TextChoices):
    PUBLIC = "public", _("Public offering")
    PRIVATE = "private", _("Private offering")


class RiskGrade(IntegerChoices):
    """Grade of a product, one (lowest risk) to five (NFRA Order 2025-7 Art. 22; R1 to R5 is the trade's usage)."""

    R1 = 1, _("R1 low risk")
    R2 = 2, _("R2 medium-low risk")
    R3 = 3, _("R3 medium risk")
    R4 = 4, _("R4 medium-high risk")
    R5 = 5, _("R5 high risk")


class ProductState(TextChoices):
    """Where a product stands in its admission and life. Only an admitted product can be opened in a sale."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    ADMITTED = "admitted", _("Admitted")
    SUSPENDED = "suspended", _("Sale suspended")
    WITHDRAWN = "withdrawn", _("Withdrawn from sale")
