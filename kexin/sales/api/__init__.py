"""Sales at the interface."""
