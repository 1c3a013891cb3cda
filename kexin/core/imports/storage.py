"""Where the files of an import lie: encrypted from the first byte, readable only while something reads them.

Each file has a key of its own (:mod:`kexin.core.sealedfile`); the keys stand in the row of the upload, encrypted by the
institution's ``secrets`` key. A file whose row is gone can be read by nobody, in no copy. While a load or a first look
runs, :func:`opened` puts plain copies into a private folder and takes them away again; what a killed process left there
is told by its lock, which died with it, and removed by :func:`sweep_opened` (at every opening and start of a worker).
"""

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from kexin.core.crypto import Undecipherable, key_ring
from kexin.core.imports.reasons import ImportRefused
from kexin.core.keyfiles import KeyMissing
from kexin.core.rekeying import SecretColumn, register_places
from kexin.core.sealedfile import SealedWriter, new_key, plain_pieces

KEYS_CONTEXT: Final = b"import upload"
_CONTENT: Final = b"core_importupload.content"
_SAMPLE: Final = "\0sample"  # no file name: the first rows, kept for the pages
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class NoRoom(ImportRefused):
    """The disk is full."""

    code = "no-room"


class FilesClosed(ImportRefused):
    """The uploaded files cannot be read any more."""

    code = "files-closed"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A received file: where its ciphertext lies, its key, and the size of its content in bytes."""

    path: Path
    key: bytes
    size: int


def uploads_folder() -> Path:
    """Where uploads lie; nobody but this account looks in."""
    return _private(Path(settings.KEXIN_FILES_DIR) / "imports" / "uploads")


def _opened_folder() -> Path:
    return _private(Path(settings.KEXIN_FILES_DIR) / "imports" / "opened")


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def room_or_refusal() -> Iterator[None]:
    """Say in words that the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoRoom(_("There is not enough room on the disk for the files.")) from error


class Receiver:
    """Encrypts one file while it arrives. Raises NoRoom."""

    def __init__(self) -> None:
        self._key = new_key()
        with room_or_refusal():
            self._sealed = SealedWriter(uploads_folder() / f"incoming-{uuid.uuid4().hex}", self._key, _CONTENT)

    def write(self, data: bytes) -> None:
        """The next bytes of the file."""
        with room_or_refusal():
            self._sealed.write(data)

    def finish(self) -> SealedFile:
        """The file, whole and on the disk."""
        with room_or_refusal():
            self._sealed.finish()
        return SealedFile(self._sealed.path, self._key, self._sealed.size)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._sealed.discard()


def take_in(folder: str, files: Mapping[str, SealedFile]) -> bytes:
    """Move received files into the folder of an upload; their keys by name, encrypted for its row."""
    target = uploads_folder() / folder
    with room_or_refusal():
        target.mkdir(mode=0o700)
        for number, each in enumerate(files.values()):
            each.path.rename(target / f"{number}.sealed")
    return _locked_away({name: each.key for name, each in files.items()})


def add_sample(folder: str, keys: bytes, content: bytes) -> bytes:
    """Keep the first rows of an upload apart, so that pages need not open the file; the keys with one more."""
    key = new_key()
    with room_or_refusal():
        sealed = SealedWriter(uploads_folder() / folder / "sample.sealed", key, _CONTENT)
        try:
            sealed.write(content)
            sealed.finish()
        except BaseException:
            sealed.discard()
            raise
    return _locked_away(_keys(keys) | {_SAMPLE: key})


def sample(folder: str, keys: bytes) -> bytes:
    """What :func:`add_sample` kept. Raises FilesClosed."""
    with _closed_or_content():
        file = (uploads_folder() / folder / "sample.sealed").open("rb")
        return b"".join(plain_pieces(file, _keys(keys)[_SAMPLE], _CONTENT))


@contextmanager
def opened(folder: str, keys: bytes, names: Sequence[str], shown_as: str) -> Iterator[Path]:
    """The files readable under their names, in a private folder called ``shown_as``, as long as the block runs.

    Raises FilesClosed where key or content are gone or were changed, NoRoom where the disk is full; nothing is left.
    """
    sweep_opened()
    with _closed_or_content():
        known = _keys(keys)
    with _room() as room:
        target = room / shown_as
        with room_or_refusal(), _closed_or_content():
            target.mkdir(mode=0o700)
            for number, name in enumerate(names):
                with open(os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as plain:
                    sealed = (uploads_folder() / folder / f"{number}.sealed").open("rb")
                    for piece in plain_pieces(sealed, known[name], _CONTENT):
                        plain.write(piece)
        yield target


def _locked_away(keys: Mapping[str, bytes]) -> bytes:
    readable = {name: base64.b64encode(key).decode() for name, key in keys.items()}
    try:
        return key_ring().encrypt("secrets", json.dumps(readable).encode(), KEYS_CONTEXT)
    except KeyMissing as error:
        raise FilesClosed(_no_key()) from error


def _keys(keys: bytes) -> dict[str, bytes]:
    readable = json.loads(key_ring().decrypt("secrets", keys, KEYS_CONTEXT))
    return {name: base64.b64decode(key) for name, key in readable.items()}


def _no_key() -> str:
    return _("The institution's keys cannot be read on this machine; tell the system administrator.")


@contextmanager
def _closed_or_content() -> Iterator[None]:
    """Say in words why files cannot be read: a missing key file is mended by others than a changed file."""
    try:
        yield
    except KeyMissing as error:
        raise FilesClosed(_no_key()) from error
    except (Undecipherable, FileNotFoundError, KeyError) as error:
        raise FilesClosed(_("The uploaded files cannot be opened any more; upload them again.")) from error


# -- plain copies, as short as possible ----------------------------------------------------------------------------


@contextmanager
def _door() -> Iterator[None]:
    """One at a time makes or clears rooms."""
    with (_opened_folder() / ".door").open("wb") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


@contextmanager
def _room() -> Iterator[Path]:
    """A folder for plain copies, beside a lock that is held as long as this process lives and needs it."""
    room = _opened_folder() / uuid.uuid4().hex
    with room_or_refusal(), _door():
        lock = room.with_suffix(".lock").open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        room.mkdir(mode=0o700)
    with lock:
        try:
            yield room
        finally:
            _clear(room)


def _clear(room: Path) -> None:
    shutil.rmtree(room, ignore_errors=True)
    room.with_suffix(".lock").unlink(missing_ok=True)


def sweep_opened() -> int:
    """Remove plain copies whose process is gone; how many rooms."""
    removed = 0
    with _door():
        for path in sorted(_opened_folder().iterdir()):
            if path.name == ".door" or (path.suffix == ".lock" and path.with_suffix("").exists()):
                continue
            room = path.with_suffix("")
            if not _is_held(room.with_suffix(".lock")):
                _clear(room)
                removed += path.suffix != ".lock"
    return removed


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def register() -> None:
    """Called once, when the floor is ready: the keys of uploads are written anew while the ``secrets`` key changes."""
    from kexin.core.models import ImportUpload

    register_places("secrets", lambda: (SecretColumn(ImportUpload, "sealed_keys", KEYS_CONTEXT),))
