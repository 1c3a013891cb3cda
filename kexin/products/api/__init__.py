"""Products for other systems."""
