"""Every policy of this floor, by the room that owns it."""

from __future__ import annotations

from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.value.policies import ValuePolicy

__all__ = ["AssessmentPolicy", "MatchingPolicy", "ValuePolicy"]
