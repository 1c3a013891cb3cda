"""The bytes of kept files: encrypted, outside the database.

Every file has a streaming key of its own (Tink AES-256-GCM-HKDF, segments of 1 MB), which stands in front of it,
encrypted by a key of the key store, mostly the customer's: forgetting that key forgets the file in every copy. A file
is bound to its name and key, so that one file put in the place of another cannot be read. It is written under
``tmp/``, synced, and only then moved to its place; the row comes after it. A file without a row is an orphan and swept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import tink
from django.conf import settings

from kexin.core.crypto import Undecipherable, key_ring
from kexin.core.keystore import customer_keys, new_key_id
from kexin.core.sealedfile import SealedWriter, new_key, plain_pieces, sync_folder

MAGIC: Final = b"KXF1"
_PLACE: Final = b"engagement_document.content:"
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the vault. ``digest`` is a keyed value of its content, the same for the same content."""

    stored_as: str
    key_id: UUID
    size: int
    digest: str
    media_type: str
    file_name: str


def root() -> Path:
    """Where documents lie."""
    return Path(settings.KEXIN_FILES_DIR) / "documents"


def _context(stored_as: str, key_id: UUID) -> bytes:
    return _PLACE + key_id.bytes + stored_as.encode()


class Writer:
    """Encrypts one file while it arrives. ``finish`` puts it in its place, ``discard`` leaves nothing."""

    def __init__(self, key_id: UUID) -> None:
        name = new_key_id().hex
        self.key_id = key_id
        self.stored_as = f"{name[-2:]}/{name}"
        self._temporary = root() / "tmp" / name
        self._temporary.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hash = hashlib.sha256()
        context, key = _context(self.stored_as, key_id), new_key()
        wrapped = customer_keys().aead(key_id).encrypt(key, context)
        head = MAGIC + struct.pack(">H", len(wrapped)) + wrapped
        self._sealed = SealedWriter(self._temporary, key, context, head)

    @property
    def size(self) -> int:
        return self._sealed.size

    def write(self, data: bytes) -> None:
        """The next bytes of the plaintext."""
        self._hash.update(data)
        self._sealed.write(data)

    def finish(self, *, media_type: str, file_name: str) -> StoredFile:
        """Sync and move to its place: afterwards the file is there as a whole, also after a power cut."""
        self._sealed.finish()
        target = root() / self.stored_as
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self._temporary, target)
        sync_folder(target.parent)
        return StoredFile(self.stored_as, self.key_id, self.size, _digest(self._hash.digest()), media_type, file_name)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._sealed.discard()


def _digest(content: bytes) -> str:
    """Keyed, so that nobody can tell from a copy of the database which known form a customer has signed."""
    return key_ring().prf(b"engagement.document:" + content, 32).hex()


def read(stored_as: str, key_id: UUID) -> Iterator[bytes]:
    """The plaintext in pieces. KeyForgotten, FileNotFoundError before the first piece; Undecipherable if changed."""
    path = root() / stored_as
    file = open(path, "rb")  # noqa: SIM115  closed by the generator
    try:
        magic, length = struct.unpack(">4sH", file.read(6))
        if magic != MAGIC:
            raise Undecipherable(f"{stored_as} is not a file of the vault.")
        context = _context(stored_as, key_id)
        key = customer_keys().aead(key_id).decrypt(file.read(length), context)
    except (tink.TinkError, struct.error) as error:
        file.close()
        raise Undecipherable(f"{stored_as} was changed, moved, or sealed by a retired key.") from error
    except BaseException:
        file.close()
        raise
    return plain_pieces(file, key, context)


def digest_of(stored_as: str, key_id: UUID) -> str:
    """The digest of a stored file's content under the present key."""
    content = hashlib.sha256()
    for piece in read(stored_as, key_id):
        content.update(piece)
    return _digest(content.digest())


def wrap_anew(stored_as: str, key_id: UUID) -> bool:
    """Encrypt the file's own key by the customer's newest key; False if it is so already.

    The file is copied and put in its place as a whole. Raises like :func:`read`.
    """
    cipher = customer_keys().aead(key_id)
    path = root() / stored_as
    with open(path, "rb") as file:
        magic, length = struct.unpack(">4sH", file.read(6))
        wrapped = file.read(length)
        if magic == MAGIC and wrapped[:5] == cipher.encrypt(b"", b"")[:5]:  # Tink puts the key's identifier in front
            return False
        context = _context(stored_as, key_id)
        try:
            anew = cipher.encrypt(cipher.decrypt(wrapped, context), context)
        except tink.TinkError as error:
            raise Undecipherable(f"{stored_as} was changed, moved, or sealed by a retired key.") from error
        temporary = root() / "tmp" / f"{path.name}.{os.getpid()}"
        temporary.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
            copy.write(MAGIC + struct.pack(">H", len(anew)) + anew)
            shutil.copyfileobj(file, copy, _CHUNK)
            copy.flush()
            os.fsync(copy.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)
    return True


def remove(stored_as: str) -> None:
    """Take a file away whose row was never written."""
    (root() / stored_as).unlink(missing_ok=True)


Known = Callable[[list[str]], set[str]]
_keepers: list[Known] = []


def register_keeper(known: Known) -> None:
    """A floor that keeps files here tells which of given names have a row (in ``apps.ready``): they are not swept."""
    if known not in _keepers:
        _keepers.append(known)


def kept(names: list[str]) -> set[str]:
    """Which of these names some floor has a row for."""
    return set().union(*(known(names) for known in _keepers))


def sweep(is_known: Callable[[list[str]], set[str]], *, older_than_seconds: float) -> int:
    """Remove files, finished or not, that no row names and that were written long enough ago; how many.

    ``is_known`` is asked folder by folder which of these names have a row.
    """
    before = time.time() - older_than_seconds
    removed = 0
    for folder in sorted(path for path in root().glob("*") if path.is_dir()):
        old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
        names = [f"{folder.name}/{path.name}" for path in old]
        known = is_known(names) if names and folder.name != "tmp" else set()
        for path, name in zip(old, names, strict=True):
            if name not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
