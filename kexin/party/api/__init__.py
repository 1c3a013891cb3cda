"""Customers for other systems: the same doors as the pages."""
