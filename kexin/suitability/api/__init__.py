"""Suitability by programme."""
