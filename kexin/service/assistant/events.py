"""Facts of the assistant."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class TalkTransferred:
    """A customer wanted a person, or the assistant did not know: the whole talk stands in a conversation now."""

    customer_id: int
    subject: str
    talk_id: int
    conversation_id: int
    lines: int
