"""Risk assessments 风险测评: invited by staff, answered by the customer alone, told, and kept as they were."""
