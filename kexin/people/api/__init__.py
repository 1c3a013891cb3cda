"""The organisation, its people and their powers for other systems."""
