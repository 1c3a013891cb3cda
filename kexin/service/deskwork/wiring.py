"""What the work at the desk enters when the floor starts."""

from __future__ import annotations


def register() -> None:
    """Doors and policies of the desk. Called once."""
    from kexin.service.deskwork import following, leaving, linking, macros, policies, snoozing  # noqa: F401
