"""Closed vocabularies of questionnaires."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class QuestionnaireKind(TextChoices):
    RISK_PERSON = "risk_person", _("Risk assessment of persons")
    RISK_ENTERPRISE = "risk_enterprise", _("Risk assessment of enterprises")
    INSURANCE_NEEDS = "insurance_needs", _("Insurance needs and ability to pay")


SCORED = (QuestionnaireKind.RISK_PERSON, QuestionnaireKind.RISK_ENTERPRISE)


class VersionState(TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class AnswerKind(TextChoices):
    """How a question is answered."""

    CHOICE = "choice", _("One of the options")
    MONEY = "money", _("An amount in yuan")
    NUMBER = "number", _("A whole number")


class Sign(TextChoices):
    """What an option says beyond its points: the policy of assessments puts a ceiling on the grade for each."""

    NO_LOSS = "no_loss", _("No loss acceptable")
    SHORT_HORIZON = "short_horizon", _("Money needed within a year")
    NO_EXPERIENCE = "no_experience", _("No experience of investing")
    BURDENED = "burdened", _("Heavy debts")
    UNSTABLE_INCOME = "unstable_income", _("Unstable income")


class Objective(TextChoices):
    """What the money is invested for, from cautious to bold; an option says which."""

    PRESERVE = "preserve", pgettext_lazy("objective", "Keeping the principal")
    INCOME = "income", pgettext_lazy("objective", "A little more than a deposit")
    GROWTH = "growth", pgettext_lazy("objective", "Steady growth")
    HIGH_GROWTH = "high_growth", pgettext_lazy("objective", "High growth")


NO_EXPERIENCE, MOST_EXPERIENCE = 0, 5  # grades of products, as an option tells experience with them
