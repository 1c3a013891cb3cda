"""Closed vocabularies of assessments."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class AssessmentChannel(TextChoices):
    """Where the customer answers; in each of them the customer alone does."""

    LINK = "link", _("Link on the customer's phone")
    BRANCH_DEVICE = "branch", _("Device of the branch")
    APP = "app", _("The institution's app")


class SessionState(TextChoices):
    INVITED = "invited", _("Invited")
    OPEN = "open", _("Being answered")
    SUBMITTED = "submitted", _("Submitted")
    ABANDONED = "abandoned", _("Abandoned")
    REPLACED = "replaced", _("Replaced by a newer invitation")


LIVE = (SessionState.INVITED, SessionState.OPEN)


class Capacity(TextChoices):
    """Civil Code Art. 17 to 22."""

    FULL = "full", _("Full civil capacity")
    LIMITED = "limited", _("Limited civil capacity")
    NONE = "none", _("No civil capacity")


class ProfessionalCategory(TextChoices):
    """Who may be exempt from assessment (NFRA Order 2025-7 Art. 27): institutions and products, never a person."""

    FINANCIAL = "financial", _("Bank, insurer, securities, fund, futures or trust firm")
    PRODUCT = "product", _("Product issued by such a firm")
    PRIVATE_FUND = "private_fund", _("Private-fund manager and its products")
    SOCIAL_FUND = "social_fund", _("Social security, annuity or charity fund")
    CHARITY_TRUST = "trust", _("Asset-service or charity trust")
    FOREIGN = "foreign", _("Qualified foreign investor")


class Standing(TextChoices):
    """What the present assessment of a customer is worth."""

    NONE = "none", _("Not assessed")
    VALID = "valid", _("In force")
    UNCONFIRMED = "unconfirmed", _("Changed result not confirmed")
    EXPIRED = "expired", _("Expired")
    EXEMPT = "exempt", _("Professional investor, exempt")


class ToleranceGrade(IntegerChoices):
    """风险承受能力: five grades (NFRA Order 2025-7 Art. 29; C1 to C5 and the types are the trade's usage)."""

    C1 = 1, _("C1 conservative")
    C2 = 2, _("C2 prudent")
    C3 = 3, _("C3 balanced")
    C4 = 4, _("C4 growth")
    C5 = 5, _("C5 aggressive")
