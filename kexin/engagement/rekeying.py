"""Documents while keys change: their files' own keys lie under the customers' keys, their digests under ``tokens``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kexin.core import vault
from kexin.core.keystore import KeyForgotten
from kexin.core.rekeying import BlindTable, Place, register_places
from kexin.core.vaultkeys import register_files
from kexin.engagement.models import Document


def _digest(row: Document) -> Mapping[str, Any]:
    try:
        return {"digest": vault.digest_of(row.stored_as, row.key_id)}
    except (KeyForgotten, FileNotFoundError):
        return {}


def register() -> None:
    """Called once, when the floor is ready."""

    def digests() -> Iterable[Place]:
        return (BlindTable(Document, ("digest",), _digest),)

    register_files(Document)
    register_places("tokens", digests)
