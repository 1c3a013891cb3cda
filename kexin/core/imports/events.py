"""Facts about imports."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ImportFinished:
    subject: str
    profile: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
