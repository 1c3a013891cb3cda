"""Facts of the assistant."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class TalkTransferred:
    """A customer wanted a person, or the assistant did not know: a request with the whole talk was opened."""

    customer_id: int
    subject: str
    talk_id: int
    request_id: int
    lines: int
