"""Documents, notes and the timeline for other systems."""
