"""Oversight of service: what is open and near its limit now, how long answers took, how much was solved at once."""
