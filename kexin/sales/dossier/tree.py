"""What a dossier holds, as plain values: what is read by people, and the evidence that machines examine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

FORMAT: Final = "kexin dossier 1"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known: its name and its value, as people read them."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document: facts, a table, or both. ``data`` holds the same for machines, and more."""

    code: str
    title: str
    facts: tuple[Fact, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureEvidence:
    """A signature: the text signed, the drawing, certificate signature and time stamp (DER as base64; may be empty)."""

    title: str
    kind: str
    at: str
    manifest: str
    drawing: str
    cms: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class RecordingEvidence:
    """A recording that lies in the house: its name and the SHA-256 of its content."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """A text as it was given: ``body`` is attached as a file ``name`` too; ``sha256`` is of the body in UTF-8."""

    name: str
    title: str
    language: str
    version: int
    sha256: str
    body: str


@dataclass(frozen=True, slots=True)
class AuditEvidence:
    """An audit entry: its canonical text, and, once sealed, its link (hashes in hexadecimal)."""

    at: str
    actor: str
    operation: str
    outcome: str
    text: str
    no: int | None = None
    digest: str = ""
    before: str = ""
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole. ``checkpoints`` are signed states of the chain; ``watermark`` says who took it out and when."""

    number: str
    title: str
    subtitle: str
    institution: str
    language: str
    made_at: str
    watermark: str
    sections: tuple[Section, ...]
    signatures: tuple[SignatureEvidence, ...] = ()
    recordings: tuple[RecordingEvidence, ...] = ()
    texts: tuple[TextEvidence, ...] = ()
    audit: tuple[AuditEvidence, ...] = ()
    checkpoints: tuple[Mapping[str, str | int], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For the attachment that machines read."""
        return {"format": FORMAT, **asdict(self)}
