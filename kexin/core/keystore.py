"""Customers' keys: one wrapped Tink keyset each, outside the business database and its log.

A customer's values are encrypted by the customer's own key, so that forgetting the key forgets the
person in every copy and backup of the database (crypto-shredding). The embedded store is one LMDB file
that web, worker and import processes open together: key = the 16 bytes of ``key_id``, value = the
keyset, serialised by Tink and encrypted by the institution's master key, bound to ``key_id``.

LMDB does not overwrite freed pages. A forgotten keyset may survive in them, still wrapped; rotating the
master key, :meth:`LmdbKeyStore.rewrap` and ``KeyRing.retire_old("master")`` make such remains useless.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID
from weakref import WeakSet

import lmdb
import tink
from tink import proto_keyset_format, secret_key_access
from tink.aead import Aead

from kexin.core.crypto import (
    TEMPLATES,
    KeyRing,
    Undecipherable,
    forget_opened_ring,
    key_ring,
    only_primary,
    with_new_primary,
)
from kexin.core.keyids import KeyForgotten, KeyStore, SweepRefused, made_at, new_key_id, new_key_ids
from kexin.core.lmdbfile import LmdbFile
from kexin.core.onekey import fresh, opened

__all__ = ["KeyForgotten", "KeyStore", "LmdbKeyStore", "SweepRefused", "customer_keys", "made_at", "new_key_id"]

CACHE_SIZE: Final = 50_000  # opened keys per process, about 2 kB each
EPOCH_SECONDS: Final = 1.0  # a key forgotten by another process may be used from the cache this long
_EPOCH_KEY: Final = b"\0epoch"  # 6 bytes: never equal to a key id
_ONE_KEY: Final = 160  # bytes: a wrapped keyset of one key takes about 140, of two about 240

_stores_alive: WeakSet[LmdbKeyStore] = WeakSet()


def _bound_to(key_id: bytes) -> bytes:
    return b"kexin customer key:" + key_id


class LmdbKeyStore:
    """The embedded key store. One instance per directory and process; threads share it."""

    def __init__(self, directory: Path | str, ring: Callable[[], KeyRing] = key_ring) -> None:
        self.directory = Path(directory)
        self._file = LmdbFile(self.directory)
        self._ring = ring
        self._cache: OrderedDict[bytes, Aead] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._epoch = b""
        self._epoch_seen = float("-inf")
        _stores_alive.add(self)

    def _after_fork(self) -> None:
        self._cache_lock = threading.Lock()
        self._cache.clear()

    # -- making ----------------------------------------------------------------------------------

    def create(self, n: int = 1) -> list[UUID]:
        """Make *n* keys; they are on the disk when this returns. Write the rows after it, never before."""
        return [key_id for key_id, _ in self._make(n)]

    def create_open(self, n: int = 1) -> list[tuple[UUID, Aead]]:
        """Like :meth:`create`, with each key opened: what a bulk load needs to encrypt at once."""
        return self._make(n)

    def _make(self, n: int) -> list[tuple[UUID, Aead]]:
        wrap = self._ring().master.encrypt
        made: list[tuple[UUID, Aead]] = []
        rows: list[tuple[bytes, bytes]] = []
        for key_id, (keyset, cipher) in zip(new_key_ids(n), fresh(n), strict=True):
            made.append((key_id, cipher))
            rows.append((key_id.bytes, wrap(keyset, _bound_to(key_id.bytes))))

        def put(transaction: lmdb.Transaction) -> None:
            with transaction.cursor() as cursor:
                _read, added = cursor.putmulti(rows, overwrite=False)
            if added != len(rows):
                raise RuntimeError("Two keys were given the same id.")

        self._file.run(put, write=True)
        return made

    # -- opening ---------------------------------------------------------------------------------

    def aead(self, key_id: UUID) -> Aead:
        """The customer's cipher. KeyForgotten if there is no such key."""
        key = key_id.bytes
        self._notice_changes()
        with self._cache_lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
                return found
        value = self._file.run(lambda transaction: _get(transaction, key))
        if value is None:
            raise KeyForgotten(f"There is no key {key_id}.")
        cipher = opened(self._unwrap(key, value))
        self._remember(key, cipher)
        return cipher

    def aead_many(self, key_ids: Iterable[UUID]) -> dict[UUID, Aead]:
        """The ciphers of many customers in one transaction. Forgotten keys are left out."""
        self._notice_changes()
        result: dict[UUID, Aead] = {}
        missing: list[UUID] = []
        with self._cache_lock:
            for key_id in dict.fromkeys(key_ids):
                found = self._cache.get(key_id.bytes)
                if found is None:
                    missing.append(key_id)
                else:
                    result[key_id] = found
        if missing:
            values = self._file.run(lambda transaction: [_get(transaction, key_id.bytes) for key_id in missing])
            for key_id, value in zip(missing, values, strict=True):
                if value is not None:
                    result[key_id] = cipher = opened(self._unwrap(key_id.bytes, value))
                    self._remember(key_id.bytes, cipher)
        return result

    def _open(self, key: bytes, value: bytes) -> tink.KeysetHandle:
        """The keyset as Tink's handle, for changing it."""
        return proto_keyset_format.parse(self._unwrap(key, value), secret_key_access.TOKEN)

    def _unwrap(self, key: bytes, value: bytes) -> bytes:
        try:
            return self._ring().master.decrypt(value, _bound_to(key))
        except tink.TinkError:
            forget_opened_ring()  # the master may have been rotated by another process a moment ago
            try:
                return self._ring().master.decrypt(value, _bound_to(key))
            except tink.TinkError as error:
                raise Undecipherable(f"Key {UUID(bytes=key)} was not wrapped by this master key.") from error

    def _remember(self, key: bytes, opened: Aead) -> None:
        with self._cache_lock:
            self._cache[key] = opened
            self._cache.move_to_end(key)
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)

    def _notice_changes(self) -> None:
        """Empty the cache when any process forgot or rotated a key since we last looked."""
        now = time.monotonic()
        if now - self._epoch_seen < EPOCH_SECONDS:
            return
        epoch = self._file.run(lambda transaction: _get(transaction, _EPOCH_KEY)) or b""
        if epoch != self._epoch:
            with self._cache_lock:
                self._cache.clear()
            self._epoch = epoch
        self._epoch_seen = now

    # -- changing --------------------------------------------------------------------------------

    def _change(self, key_ids: Sequence[UUID], change: Callable[[tink.KeysetHandle], tink.KeysetHandle]) -> int:
        """Change keys in one synced transaction; how many are there. Those whose key is gone are left out."""
        keys = [key_id.bytes for key_id in key_ids]
        master = self._ring().master

        def rewrite(transaction: lmdb.Transaction) -> int:
            found = [(key, value) for key in keys if (value := _get(transaction, key)) is not None]
            for key, value in found:
                transaction.put(key, _wrap(master, key, change(self._open(key, value))))
            transaction.put(_EPOCH_KEY, secrets.token_bytes(16))
            return len(found)

        changed = self._file.run(rewrite, write=True)
        self._drop(keys)
        return changed

    def rotate(self, key_id: UUID) -> None:
        """Give the customer a new primary key; values under the old one stay readable. May raise KeyForgotten."""
        if not self.rotate_many([key_id]):
            raise KeyForgotten(f"There is no key {key_id}.")

    def rotate_many(self, key_ids: Sequence[UUID]) -> int:
        """Give many customers a new primary key; how many were there."""
        return self._change(key_ids, lambda handle: with_new_primary(handle, TEMPLATES["secrets"]))

    def retire_old(self, key_id: UUID) -> None:
        """Remove the customer's old keys, after all values were encrypted anew. May raise KeyForgotten."""
        if not self.retire_many([key_id]):
            raise KeyForgotten(f"There is no key {key_id}.")

    def retire_many(self, key_ids: Sequence[UUID], keep: Collection[int] = ()) -> int:
        """The same for many; *keep* names old keys (Tink's identifiers) that something still needs for reading."""
        return self._change(key_ids, lambda handle: only_primary(handle, keep))

    def counts(self) -> tuple[int, int]:
        """How many customers have a key, and how many older keys are kept for reading."""

        def read(transaction: lmdb.Transaction) -> tuple[int, int]:
            customers = older = 0
            for key, value in transaction.cursor():
                if len(key) == 16:
                    customers += 1
                    if len(value) > _ONE_KEY:
                        older += len(self._open(bytes(key), bytes(value)).keyset_info().key_info) - 1
            return customers, older

        return self._file.run(read)

    def forget(self, key_id: UUID) -> bool:
        """Delete the key: nothing encrypted by it can be read again. False if it was gone already."""
        return bool(self._delete([key_id.bytes]))

    def _delete(self, keys: Sequence[bytes]) -> int:
        def delete(transaction: lmdb.Transaction) -> int:
            gone = sum(transaction.delete(key) for key in keys)
            transaction.put(_EPOCH_KEY, secrets.token_bytes(16))
            return gone

        gone = self._file.run(delete, write=True)
        self._drop(keys)
        return gone

    def _drop(self, keys: Iterable[bytes]) -> None:
        with self._cache_lock:
            for key in keys:
                self._cache.pop(key, None)

    # -- upkeep ----------------------------------------------------------------------------------

    def key_ids(self) -> list[UUID]:
        """All key ids, oldest first (about 100 MB of memory for a million)."""

        def read(transaction: lmdb.Transaction) -> list[UUID]:
            cursor = transaction.cursor().iternext(keys=True, values=False)
            return [UUID(bytes=bytes(key)) for key in cursor if len(key) == 16]

        return self._file.run(read)

    def sweep(
        self,
        known_ids: Iterable[UUID],
        *,
        older_than: timedelta = timedelta(hours=1),
        now: datetime | None = None,
        largest_share: float = 0.05,
    ) -> list[UUID]:
        """Forget keys that no row uses, made longer ago than *older_than*; returns them.

        *older_than* must exceed the longest transaction that makes keys. SweepRefused, and nothing
        forgotten, if more than 100 keys and more than *largest_share* of all look orphaned: an
        incomplete *known_ids* must never erase customers.
        """
        before = (now or datetime.now(UTC)) - older_than
        mine = self.key_ids()  # before reading known_ids: a row written meanwhile is then known
        known = set(known_ids)
        orphans = [key_id for key_id in mine if key_id not in known and made_at(key_id) < before]
        if len(orphans) > max(100, largest_share * len(mine)):
            raise SweepRefused(f"{len(orphans)} of {len(mine)} keys belong to no row; nothing was swept.")
        if orphans:
            self._delete([key_id.bytes for key_id in orphans])
        return orphans

    def rewrap(self, *, batch: int = 2_000) -> int:
        """Wrap every key by the master's newest key; returns how many were not yet.

        Run it after ``KeyRing.rotate("master")`` until it returns 0, then ``retire_old("master")``.
        It may be interrupted and run again, and works while others read and write.
        """
        master = self._ring().master
        prefix = master.encrypt(b"", b"")[:5]  # Tink puts the wrapping key's identifier in front
        changed = 0
        after = b""
        while True:
            done, after = self._file.run(partial(_rewrap_batch, master, prefix, after, batch), write=True)
            changed += done
            if not after:
                return changed

    def backup(self, path: Path | str) -> None:
        """Copy a consistent, compact snapshot into the new directory *path*, while others write."""
        self._file.copy(Path(path))

    def close(self) -> None:
        """Let go of the file, for tests and orderly ends; the next use opens it again."""
        self._file.close()
        with self._cache_lock:
            self._cache.clear()


def _wrap(master: Aead, key: bytes, handle: tink.KeysetHandle) -> bytes:
    """Serialise and encrypt; a third of the time of Tink's own format, which repeats what LMDB knows."""
    return master.encrypt(proto_keyset_format.serialize(handle, secret_key_access.TOKEN), _bound_to(key))


def _get(transaction: lmdb.Transaction, key: bytes) -> bytes | None:
    value = transaction.get(key)
    return None if value is None else bytes(value)


def _rewrap_batch(
    master: Aead, prefix: bytes, start: bytes, batch: int, transaction: lmdb.Transaction
) -> tuple[int, bytes]:
    """Rewrap among the *batch* entries from *start*: how many, and where to go on (empty at the end)."""
    cursor = transaction.cursor()
    found = islice(cursor, batch + 1) if cursor.set_range(start) else ()
    entries = [(bytes(key), bytes(value)) for key, value in found]
    old = [(key, value) for key, value in entries[:batch] if len(key) == 16 and not value.startswith(prefix)]
    for key, value in old:
        transaction.put(key, master.encrypt(master.decrypt(value, _bound_to(key)), _bound_to(key)))
    return len(old), entries[batch][0] if len(entries) > batch else b""


# -- the store of this installation ------------------------------------------------------------------

_stores: dict[Path, LmdbKeyStore] = {}
_stores_lock = threading.Lock()


def _after_fork() -> None:
    global _stores_lock
    _stores_lock = threading.Lock()
    for store in list(_stores_alive):
        store._after_fork()


os.register_at_fork(after_in_child=_after_fork)


def customer_keys() -> LmdbKeyStore:
    """The customers' key store of this installation, under ``settings.KEXIN_KEYS_DIR``."""
    from django.conf import settings

    directory = Path(settings.KEXIN_KEYS_DIR) / "customers.lmdb"
    store = _stores.get(directory)
    if store is None:
        with _stores_lock:
            store = _stores.setdefault(directory, LmdbKeyStore(directory))
    return store
