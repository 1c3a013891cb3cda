"""Customers' keys: synced, shared by processes, forgotten everywhere, never swept by mistake."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from kexin.core import keystore
from kexin.core.crypto import KeyRing, Undecipherable
from kexin.core.keystore import KeyForgotten, LmdbKeyStore, SweepRefused, made_at
from kexin.core.lmdbfile import LmdbFile

fork = multiprocessing.get_context("fork")


class Rings:
    """The ring a store uses; a test may put a rotated one in its place."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

    def __call__(self) -> KeyRing:
        return self.ring


@pytest.fixture
def rings(tmp_path: Path) -> Rings:
    return Rings(KeyRing.create(tmp_path / "keys"))


@pytest.fixture
def store(rings: Rings) -> Iterator[LmdbKeyStore]:
    opened = LmdbKeyStore(rings.ring.directory / "customers.lmdb", rings)
    yield opened
    opened.close()


def test_a_key_opens_again_and_is_the_customers_own(store: LmdbKeyStore, rings: Rings) -> None:
    first, second = store.create(2)
    sealed = store.aead(first).encrypt(b"Chen", b"name")
    store.close()
    assert store.aead(first).decrypt(sealed, b"name") == b"Chen"
    with pytest.raises(Exception, match="Decryption failed"):
        store.aead(second).decrypt(sealed, b"name")
    assert (store.directory / "data.mdb").stat().st_mode & 0o077 == 0
    assert b"AesGcmKey" not in (store.directory / "data.mdb").read_bytes()  # wrapped


def test_ids_tell_when_they_were_made_and_come_in_order(store: LmdbKeyStore) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    ids = [*store.create(), *store.create(3)]
    assert all(key_id.version == 7 and key_id.variant == UUID(int=0x8 << 60).variant for key_id in ids)
    assert all(before <= made_at(key_id) <= datetime.now(UTC) for key_id in ids)
    assert sorted(store.key_ids()) == store.key_ids()
    assert set(store.key_ids()) == set(ids)


def test_many_are_opened_together_without_the_forgotten(store: LmdbKeyStore) -> None:
    ids = store.create(5)
    store.forget(ids[2])
    opened = store.aead_many([*ids, ids[0], uuid4()])
    assert set(opened) == {*ids[:2], *ids[3:]}
    assert opened[ids[0]] is store.aead(ids[0])


def test_a_forgotten_key_is_gone_for_this_and_every_other_store(
    store: LmdbKeyStore, rings: Rings, monkeypatch: Any
) -> None:
    now = [100.0]
    monkeypatch.setattr(keystore.time, "monotonic", lambda: now[0])
    (key_id,) = store.create()
    store.aead(key_id)
    child = fork.Process(target=store.forget, args=(key_id,))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    now[0] += keystore.EPOCH_SECONDS + 0.1
    with pytest.raises(KeyForgotten):
        store.aead(key_id)
    assert not store.forget(key_id)


def test_a_rotated_key_reads_old_values_until_the_old_is_retired(store: LmdbKeyStore) -> None:
    (key_id,) = store.create()
    old = store.aead(key_id).encrypt(b"a", b"")
    store.rotate(key_id)
    new = store.aead(key_id).encrypt(b"a", b"")
    assert new[:5] != old[:5]
    assert store.aead(key_id).decrypt(old, b"") == b"a"
    store.retire_old(key_id)
    assert store.aead(key_id).decrypt(new, b"") == b"a"
    with pytest.raises(Exception, match="Decryption failed"):
        store.aead(key_id).decrypt(old, b"")
    for change in (store.rotate, store.retire_old):
        with pytest.raises(KeyForgotten):
            change(uuid4())


def test_a_wrapped_key_cannot_be_put_under_another_id(store: LmdbKeyStore) -> None:
    mine, theirs = store.create(2)
    stored = store._file.run(lambda transaction: transaction.get(mine.bytes))
    store._file.run(lambda transaction: transaction.put(theirs.bytes, stored), write=True)
    with pytest.raises(Undecipherable):
        store.aead(theirs)


def test_the_cache_is_bounded(store: LmdbKeyStore, monkeypatch: Any) -> None:
    monkeypatch.setattr(keystore, "CACHE_SIZE", 3)
    ids = store.create(10)
    for key_id in ids:
        store.aead(key_id)
    assert len(store._cache) == 3
    assert list(store._cache) == [key_id.bytes for key_id in ids[-3:]]


# -- upkeep ----------------------------------------------------------------------------------------


def test_only_old_orphans_are_swept(store: LmdbKeyStore) -> None:
    ids = store.create(5)
    now = datetime.now(UTC)
    assert store.sweep(ids[:3], now=now) == []  # written a moment ago: their rows may be on the way
    swept = store.sweep(iter(ids[:3]), now=now + timedelta(minutes=61))
    assert set(swept) == set(ids[3:])
    assert set(store.key_ids()) == set(ids[:3])


def test_an_empty_list_of_known_keys_erases_nobody(store: LmdbKeyStore) -> None:
    store.create(101)
    with pytest.raises(SweepRefused, match="101 of 101"):
        store.sweep([], now=datetime.now(UTC) + timedelta(days=1))
    assert len(store.key_ids()) == 101


def test_a_master_rotation_rewraps_every_key_and_can_be_resumed(store: LmdbKeyStore, rings: Rings) -> None:
    ids = store.create(25)
    sealed = {key_id: store.aead(key_id).encrypt(b"a", b"") for key_id in ids}
    store.forget(ids.pop())
    rings.ring = rings.ring.rotate("master")
    assert store.rewrap(batch=4) == 24
    assert store.rewrap(batch=4) == 0
    rings.ring = rings.ring.retire_old("master", settle_seconds=0)
    store.close()
    assert all(store.aead(key_id).decrypt(sealed[key_id], b"") == b"a" for key_id in ids)


def test_a_backup_is_a_store_of_its_own(store: LmdbKeyStore, rings: Rings, tmp_path: Path) -> None:
    (key_id,) = store.create()
    sealed = store.aead(key_id).encrypt(b"a", b"")
    store.backup(tmp_path / "backup")
    store.forget(key_id)
    copy = LmdbKeyStore(tmp_path / "backup", rings)
    assert copy.aead(key_id).decrypt(sealed, b"") == b"a"
    copy.close()
    assert (tmp_path / "backup" / "data.mdb").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        store.backup(tmp_path / "backup")


# -- many at once ----------------------------------------------------------------------------------


def test_processes_and_threads_share_one_store(store: LmdbKeyStore) -> None:
    """The parent has the file open, as a web server has when it forks its workers."""
    (shared,) = store.create()
    store.aead(shared)
    queue: Any = fork.Queue()

    def work() -> None:
        ids = [key_id for _ in range(10) for key_id in store.create(5)]
        opened = store.aead_many(ids)
        queue.put((ids, len(opened), store.aead(shared).encrypt(b"a", b"")))

    children = [fork.Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    mine: list[UUID] = []
    threads = [threading.Thread(target=lambda: mine.extend(store.create(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    results = [queue.get(timeout=60) for _ in children]
    for worker in (*children, *threads):
        worker.join(60)
    made = [shared, *mine, *(key_id for ids, _, _ in results for key_id in ids)]
    assert [count for _, count, _ in results] == [50, 50, 50]
    assert set(store.key_ids()) == set(made)
    assert len(made) == 1 + 80 + 150
    assert all(store.aead(shared).decrypt(sealed, b"") == b"a" for _, _, sealed in results)


def test_the_file_grows_when_it_is_full_and_others_follow(tmp_path: Path) -> None:
    small = 64 * 1024
    mine = LmdbFile(tmp_path / "file", first_map_size=small)
    mine.run(lambda transaction: transaction.put(b"first", b"1"), write=True)

    def fill() -> None:
        theirs = LmdbFile(tmp_path / "file", first_map_size=small)
        for number in range(40):
            theirs.run(lambda txn, key=number: txn.put(b"%d" % key, bytes(64 * 1024)), write=True)
        theirs.close()

    child = fork.Process(target=fill)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert (tmp_path / "file" / "data.mdb").stat().st_size > 20 * small
    assert mine.run(lambda transaction: len(transaction.get(b"39"))) == 64 * 1024
    assert mine.run(lambda transaction: transaction.put(b"last", b"1"), write=True)
    mine.close()
    assert mine.run(lambda transaction: transaction.get(b"first")) == b"1"
    mine.close()
