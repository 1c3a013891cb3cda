"""Value of a customer by assets, experience and tolerance, and the strategy that follows from it (C-29)."""
