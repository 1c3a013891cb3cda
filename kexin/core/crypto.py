"""The institution's key ring: Tink keysets for tokens, secrets and signatures under one master key.

Two files lie in the key directory, both readable by the owner only:

``master.json``
    The key-encryption key (AES-256-GCM). With ``KEXIN_KMS_URI`` it is itself wrapped by a key
    management service, which is asked once when a process opens the ring.
``keyring.json``
    One keyset per purpose, each wrapped by the master key and bound to its purpose.

No cipher is written here. Every operation is Google Tink's; this module stores, rotates and reloads.
Customers' own keys are in :mod:`kexin.core.keystore`.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import tink
from tink import aead, json_proto_keyset_format, prf, proto_keyset_format, secret_key_access, signature
from tink.proto import tink_pb2

from kexin.core.keyfiles import (
    MASTER,
    KeyMissing,
    bound_to,
    locked,
    read_master,
    read_private,
    write_master,
    write_ring,
)

aead.register()
prf.register()
signature.register()

TEMPLATES: Final = {
    MASTER: aead.aead_key_templates.AES256_GCM,
    "tokens": prf.prf_key_templates.HMAC_SHA256,
    "secrets": aead.aead_key_templates.AES256_GCM,
    "signatures": signature.signature_key_templates.ED25519,
}
PURPOSES: Final = tuple(name for name in TEMPLATES if name != MASTER)
RELOAD_SECONDS: Final = 1.0  # another process's rotation is seen after at most this long
SETTLE_SECONDS: Final = 10.0  # old keys may be retired only after every process has seen the new one


class Undecipherable(Exception):
    """A ciphertext was changed, moved to another place, or belongs to a key that was retired."""


@dataclass(frozen=True)
class KeyInfo:
    """What may be known about a purpose: identifiers of its keys, never their material."""

    purpose: str
    algorithm: str
    primary: int
    keys: tuple[int, ...]


def with_new_primary(handle: tink.KeysetHandle, template: tink_pb2.KeyTemplate) -> tink.KeysetHandle:
    """The same keyset with one fresh key as primary. The old keys stay enabled for reading."""
    keyset = _proto(handle)
    taken = {key.key_id for key in keyset.key}
    fresh = _proto(tink.new_keyset_handle(template)).key[0]
    while fresh.key_id in taken:
        fresh = _proto(tink.new_keyset_handle(template)).key[0]
    keyset.key.append(fresh)
    keyset.primary_key_id = fresh.key_id
    return _handle(keyset)


def only_primary(handle: tink.KeysetHandle, keep: Collection[int] = ()) -> tink.KeysetHandle:
    """The same keyset without its old keys: what they encrypted can no longer be read.

    *keep* names old keys that stay for reading, by Tink's identifier.
    """
    keyset = _proto(handle)
    for key in [key for key in keyset.key if key.key_id != keyset.primary_key_id and key.key_id not in keep]:
        keyset.key.remove(key)
    return _handle(keyset)


def primary_first(handle: tink.KeysetHandle) -> tink.KeysetHandle:
    """The same keys in another order, which says that the primary has taken over (see ``KeyRing.take_over``)."""
    keyset = _proto(handle)
    order = sorted(keyset.key, key=lambda key: key.key_id != keyset.primary_key_id)
    del keyset.key[:]
    keyset.key.extend(order)
    return _handle(keyset)


def _proto(handle: tink.KeysetHandle) -> tink_pb2.Keyset:
    return tink_pb2.Keyset.FromString(proto_keyset_format.serialize(handle, secret_key_access.TOKEN))


def _handle(keyset: tink_pb2.Keyset) -> tink.KeysetHandle:
    return proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)


class KeyRing:
    """The opened key ring. Immutable: a rotation writes the files and returns a new ring.

    Tink's primitives hold no state between calls, so one ring serves all threads, and a forked
    child may go on using it (Tink's random generator notices the fork).
    """

    def __init__(self, directory: Path, handles: dict[str, tink.KeysetHandle]) -> None:
        self.directory = directory
        self._handles = handles
        self.master: aead.Aead = handles[MASTER].primitive(aead.Aead)

    @classmethod
    def create(cls, directory: Path | str) -> KeyRing:
        """Make a new ring in *directory*. Refuses where any part of one lies already: keys are never replaced."""
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(directory):
            for name in ("master.json", "keyring.json", "customers.lmdb"):
                if (directory / name).exists():
                    raise KeyMissing(f"{directory / name} exists already: a new key ring would make it unreadable.")
            handles = {name: tink.new_keyset_handle(template) for name, template in TEMPLATES.items()}
            try:
                write_ring(directory, handles)
                write_master(directory, handles[MASTER])
            except BaseException:  # the key service may be away: leave nothing half-made that blocks a second try
                (directory / "keyring.json").unlink(missing_ok=True)
                raise
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path | str) -> KeyRing:
        """Read the ring. KeyMissing says in one sentence what is wrong."""
        directory = Path(directory)
        master = read_master(directory)
        handles = {MASTER: master}
        wrapping = master.primitive(aead.Aead)
        path = directory / "keyring.json"
        try:
            wrapped = json.loads(read_private(path))
            for purpose in PURPOSES:
                handles[purpose] = json_proto_keyset_format.parse_encrypted(
                    json.dumps(wrapped[purpose]), wrapping, bound_to(purpose)
                )
        except (ValueError, KeyError, tink.TinkError) as error:
            raise KeyMissing(f"{path} is damaged or was not wrapped by this master.json.") from error
        return cls(directory, handles)

    # -- secrets ---------------------------------------------------------------------------------

    def encrypt(self, purpose: str, plaintext: bytes, context: bytes) -> bytes:
        """Encrypt under *purpose*; *context* says what and whose it is and is needed to read it again."""
        return self._aead(purpose).encrypt(plaintext, context)

    def decrypt(self, purpose: str, ciphertext: bytes, context: bytes) -> bytes:
        """The plaintext; Undecipherable if ciphertext or context were changed or the key was retired."""
        try:
            return self._aead(purpose).decrypt(ciphertext, context)
        except tink.TinkError as error:
            raise Undecipherable(f"A value kept under “{purpose}” cannot be decrypted.") from error

    def _aead(self, purpose: str) -> aead.Aead:
        if purpose != "secrets":
            raise ValueError(f"Nothing is encrypted under the purpose {purpose!r}.")
        return self._secrets

    @cached_property
    def _secrets(self) -> aead.Aead:
        return self._handles["secrets"].primitive(aead.Aead)

    # -- tokens ----------------------------------------------------------------------------------

    @cached_property
    def _prfs(self) -> list[prf.Prf]:
        """Primary first: what is written uses the first, what is searched uses all."""
        prfs = self._handles["tokens"].primitive(prf.PrfSet)
        primary = prfs.primary_id()
        return [prfs.primary(), *(each for key_id, each in prfs.all().items() if key_id != primary)]

    def prf(self, data: bytes, length: int = 16) -> bytes:
        """A keyed pseudo-random value of *length* bytes (at most 32), the same for the same data."""
        return self._prfs[0].compute(data, length)

    def prf_all(self, data: bytes, length: int = 16) -> list[bytes]:
        """The value under every enabled key, the primary's first: what a search looks for in a rotation."""
        return [each.compute(data, length) for each in self._prfs]

    def prf_written(self, data: bytes, length: int = 16) -> bytes:
        """The one of :meth:`prf_all` that stands in first columns."""
        return self._prfs[self.written].compute(data, length)

    @cached_property
    def written(self) -> int:
        """Which of :meth:`prf_all` stands in first columns: the older key's (-1) until the newer took over (0)."""
        info = self._handles["tokens"].keyset_info()
        return 0 if info.key_info[0].key_id == info.primary_key_id else -1

    # -- signatures ------------------------------------------------------------------------------

    @cached_property
    def _signer(self) -> signature.PublicKeySign:
        return self._handles["signatures"].primitive(signature.PublicKeySign)

    @cached_property
    def _verifier(self) -> signature.PublicKeyVerify:
        return self._handles["signatures"].public_keyset_handle().primitive(signature.PublicKeyVerify)

    def sign(self, data: bytes) -> bytes:
        """An Ed25519 signature with the identifier of the key in front (69 bytes)."""
        return self._signer.sign(data)

    def verify(self, signed: bytes, data: bytes) -> bool:
        """Whether one of our keys, present or past, signed exactly this data."""
        try:
            self._verifier.verify(signed, data)
        except tink.TinkError:
            return False
        return True

    def public_keyset(self) -> str:
        """The public signing keys as Tink JSON, for an auditor who verifies without our secrets."""
        return json_proto_keyset_format.serialize_without_secret(self._handles["signatures"].public_keyset_handle())

    # -- rotation --------------------------------------------------------------------------------

    def rotate(self, purpose: str) -> KeyRing:
        """Add a new primary key to *purpose* and keep the old ones for reading; returns the ring on disk.

        Rotating ``master`` rewraps the purposes at once; customers' keys follow by ``KeyStore.rewrap``.
        """
        if purpose not in TEMPLATES:
            raise ValueError(f"There is no key purpose {purpose!r}.")
        if purpose == "tokens" and len(type(self).open(self.directory)._prfs) > 1:
            raise ValueError("A rotation of the token key is under way; finish it first.")  # two columns, two keys
        return self._change(purpose, lambda handle: with_new_primary(handle, TEMPLATES[purpose]))

    def take_over(self) -> KeyRing:
        """In a rotation of ``tokens``: from now on first columns are written under the newer key, too.

        To be called when every row has its second column. Both keys go on being searched.
        """
        return self._change("tokens", primary_first)

    def retire_old(self, purpose: str, *, settle_seconds: float = SETTLE_SECONDS) -> KeyRing:
        """Remove all keys but the primary, after everything they protected was written anew.

        Refused (ValueError) for signatures, which must stay verifiable for ever, and for
        *settle_seconds* after the last rotation, while other processes may still use the old key.
        """
        if purpose == "signatures" or purpose not in TEMPLATES:
            raise ValueError(f"Keys of the purpose {purpose!r} are never removed.")
        name = "master.json" if purpose == MASTER else "keyring.json"
        age = time.time() - (self.directory / name).stat().st_mtime
        if age < settle_seconds:
            raise ValueError(f"The last rotation was {age:.0f} s ago; wait until {settle_seconds:.0f} s have passed.")
        return self._change(purpose, only_primary)

    def _change(self, purpose: str, change: Callable[[tink.KeysetHandle], tink.KeysetHandle]) -> KeyRing:
        with locked(self.directory):
            handles = dict(type(self).open(self.directory)._handles)  # another process may have rotated
            previous = handles[MASTER]
            handles[purpose] = change(handles[purpose])
            if purpose == MASTER:
                # A crash between the two writes must leave a readable pair. Growing: the old ring is
                # read by the new master, which keeps the old key. Shrinking: the ring is rewrapped first.
                if len(handles[MASTER].keyset_info().key_info) >= len(previous.keyset_info().key_info):
                    write_master(self.directory, handles[MASTER])
                    write_ring(self.directory, handles)
                else:
                    write_ring(self.directory, handles)
                    write_master(self.directory, handles[MASTER])
            else:
                write_ring(self.directory, handles)
        return type(self).open(self.directory)

    def info(self) -> list[KeyInfo]:
        """Purposes with the identifiers of their keys, the master first."""
        found = []
        for purpose, handle in self._handles.items():
            info = handle.keyset_info()
            found.append(
                KeyInfo(
                    purpose=purpose,
                    algorithm=info.key_info[0].type_url.rpartition(".")[2],
                    primary=info.primary_key_id,
                    keys=tuple(key.key_id for key in info.key_info),
                )
            )
        return found


# -- the ring of this installation -------------------------------------------------------------------


class _Opened:
    """The ring this process uses, opened again when its files were changed by another process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ring: KeyRing | None = None
        self.stamp: tuple[int, ...] = ()
        self.looked = 0.0
        self.asked: Path | str = ""

    def get(self, place: Path | str) -> KeyRing:
        ring = self.ring
        if ring is not None and self.asked == place and time.monotonic() - self.looked < RELOAD_SECONDS:
            return ring
        directory = Path(place)
        with self.lock:
            stamp = tuple(_stamp(directory / name) for name in ("master.json", "keyring.json"))
            if self.ring is None or self.ring.directory != directory or stamp != self.stamp:
                self.ring = KeyRing.open(directory)
                self.stamp = stamp
            self.looked, self.asked = time.monotonic(), place
            return self.ring


def _stamp(path: Path) -> int:
    try:
        found = path.stat()
    except OSError:
        return 0
    return hash((found.st_mtime_ns, found.st_ino))


_opened = _Opened()


def _renew_lock_after_fork() -> None:
    _opened.lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock_after_fork)


def key_ring() -> KeyRing:
    """The ring of this installation (``settings.KEXIN_KEYS_DIR``), opened once per process. May raise KeyMissing."""
    from django.conf import settings

    return _opened.get(settings.KEXIN_KEYS_DIR)


def forget_opened_ring() -> None:
    """Look at the key files again on next use: after this process itself rotated, and in tests."""
    _opened.ring = None
