"""What any store of customers' keys is: identifiers of keys, what it can do, and what it refuses.

Key ids are UUIDs of version 7: they carry the time they were made, which the sweep of orphans reads, and arrive in
order, which keeps a bulk load from touching every page of the store.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

from tink.aead import Aead


class KeyForgotten(LookupError):
    """There is no key with this id: the person was erased, or the id is wrong."""


class SweepRefused(Exception):
    """So many keys look orphaned that the list of known ids is more likely wrong than the store."""


class KeyStore(Protocol):
    """Where customers' keys live. The embedded store is LMDB; a Vault or KMS store has the same shape."""

    def create(self, n: int = 1) -> list[UUID]: ...
    def create_open(self, n: int = 1) -> list[tuple[UUID, Aead]]: ...
    def aead(self, key_id: UUID) -> Aead: ...
    def aead_many(self, key_ids: Iterable[UUID]) -> dict[UUID, Aead]: ...
    def rotate(self, key_id: UUID) -> None: ...
    def retire_old(self, key_id: UUID) -> None: ...
    def forget(self, key_id: UUID) -> bool: ...
    def sweep(self, known_ids: Iterable[UUID], *, older_than: timedelta = ...) -> list[UUID]: ...
    def rewrap(self, *, batch: int = ...) -> int: ...
    def backup(self, path: Path) -> None: ...


def new_key_id() -> UUID:
    """A UUID of version 7 (RFC 9562): milliseconds since 1970, then 74 random bits."""
    return UUID(
        int=(time.time_ns() // 1_000_000) << 80
        | 0x7 << 76
        | secrets.randbits(12) << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )


def new_key_ids(n: int) -> list[UUID]:
    """Many new key ids, ascending: the random bits of one millisecond are sorted."""
    now = time.time_ns() // 1_000_000 << 80 | 0x7 << 76 | 0b10 << 62
    random = os.urandom(10 * n)
    drawn = (int.from_bytes(random[at : at + 10], "big") for at in range(0, 10 * n, 10))
    return [UUID(int=each) for each in sorted(now | (bits >> 68) << 64 | bits & (1 << 62) - 1 for bits in drawn)]


def made_at(key_id: UUID) -> datetime:
    """When a key id of version 7 was made (UTC)."""
    return datetime.fromtimestamp((key_id.int >> 80) / 1000, UTC)
