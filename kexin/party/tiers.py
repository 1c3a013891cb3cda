"""Names of tiers for the customer list. The ladder belongs to the floor above, which registers how to read it."""

from __future__ import annotations

from collections.abc import Callable

Choices = Callable[[], list[tuple[str, str]]]


def _none() -> list[tuple[str, str]]:
    return []


_choices: Choices = _none


def set_tiers(choices: Choices) -> None:
    """The ladder's codes and names in the reader's language, from the bottom."""
    global _choices
    _choices = choices


def tier_choices() -> list[tuple[str, str]]:
    """Codes and names of tiers; empty where no floor keeps any."""
    return _choices()
