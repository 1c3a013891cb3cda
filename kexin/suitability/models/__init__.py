"""What is known of a customer as an investor, and what was decided from it."""

from kexin.suitability.models.assessment import (
    AssessmentAnswer,
    AssessmentSession,
    CapacityNote,
    ElderReview,
    InsuranceNeeds,
    MergedStanding,
    ProfessionalStatus,
    ResultConfirmation,
    RiskAssessment,
    RiskStanding,
)
from kexin.suitability.models.decision import QualifiedInvestor, Rematch, RematchLine, SuitabilityDecision
from kexin.suitability.models.questionnaire import Questionnaire, QuestionnaireVersion
from kexin.suitability.models.value import CustomerValue

__all__ = [
    "AssessmentAnswer",
    "AssessmentSession",
    "CapacityNote",
    "CustomerValue",
    "ElderReview",
    "InsuranceNeeds",
    "MergedStanding",
    "ProfessionalStatus",
    "QualifiedInvestor",
    "Questionnaire",
    "QuestionnaireVersion",
    "Rematch",
    "RematchLine",
    "ResultConfirmation",
    "RiskAssessment",
    "RiskStanding",
    "SuitabilityDecision",
]
