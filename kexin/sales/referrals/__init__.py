"""Referral 转介: a customer's need goes from the lobby, retail, corporate or private banking to another of them."""
