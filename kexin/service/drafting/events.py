"""Facts about drafts."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class WordsLeft:
    """Masked words of a conversation left the house for a draft: to whom, how many characters, how many taken out."""

    draft_id: int
    host: str
    characters: int
    hidden: int


@event
@dataclass(frozen=True, slots=True)
class DraftConfirmed:
    """A person confirmed a draft, perhaps changed."""

    draft_id: int
    changed: bool
