"""Sales for other systems."""
