"""满意度调查: what customers are asked about the service, when, and what their answers amount to."""
