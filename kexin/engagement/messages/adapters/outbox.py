"""The default carrier: nothing leaves the house. The page of messages shows what would have been sent."""

from __future__ import annotations

from kexin.engagement.messages.adapters import Letter, Taken


class Outbox:
    name = "outbox"
    kept = True

    def send(self, letter: Letter) -> Taken:
        return Taken()
