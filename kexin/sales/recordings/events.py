"""Facts about recordings."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class RecordingBegun:
    """The customer consented, and a recording of the sale began."""

    customer_id: int
    subject: str
    recording_id: int


@event
@dataclass(frozen=True, slots=True)
class RecordingRefused:
    """The customer does not consent to be recorded: there is no sale."""

    customer_id: int
    subject: str


@event
@dataclass(frozen=True, slots=True)
class RecordingCompleted:
    """Every node is recorded and the file is stored; ``sha256`` is that of its content."""

    customer_id: int
    subject: str
    recording_id: int
    sha256: str


@event
@dataclass(frozen=True, slots=True)
class RecordingInspected:
    """Somebody who did not sell inspected it; ``result`` is passed or faulty."""

    customer_id: int
    subject: str
    recording_id: int
    result: str


@event
@dataclass(frozen=True, slots=True)
class RecordingRemoved:
    """It was kept as long as the rules ask, and its content was removed; nodes, checksum and inspection stay."""

    customer_id: int
    subject: str
    recording_id: int
