"""Suitability: what fits whom, and why not. RiskAssessment 风险测评, SuitabilityDecision 适当性匹配意见."""
