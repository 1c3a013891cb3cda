"""Closed vocabularies of questionnaires."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
