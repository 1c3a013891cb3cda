"""One file under one key of its own: encrypted while it is written, decrypted while it is read, never whole in memory.

Tink's streaming AES-256-GCM-HKDF in segments of 1 MB. The context is bound to the content and needed to read it again.
Who keeps the key, and under which key it is kept, is the caller's business.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import tink
from tink import proto_keyset_format, secret_key_access, streaming_aead

from kexin.core.crypto import Undecipherable

streaming_aead.register()
_TEMPLATE: Final = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB
_CHUNK: Final = 256 * 1024


def new_key() -> bytes:
    """A key for one file, readable: encrypt it before it is stored anywhere."""
    return proto_keyset_format.serialize(tink.new_keyset_handle(_TEMPLATE), secret_key_access.TOKEN)


def _cipher(key: bytes) -> Any:
    """Raises TinkError where the bytes are no key."""
    return proto_keyset_format.parse(key, secret_key_access.TOKEN).primitive(streaming_aead.StreamingAead)


class _KeptOpen(io.RawIOBase):
    """Tink closes what it writes to, and the file must stay open to be synced; Tink also hides why a disk refuses."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.refusal: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.refusal = error
            raise


class SealedWriter:
    """Writes a new file, readable by its owner alone. ``finish`` makes it whole and synced, ``discard`` removes it.

    ``head`` stands in front of the ciphertext as it is. Raises OSError where the disk refuses.
    """

    def __init__(self, path: Path, key: bytes, context: bytes, head: bytes = b"") -> None:
        self.path, self.size = path, 0
        self._file: IO[bytes] = open(  # noqa: SIM115  closed by finish or discard
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0
        )
        try:
            if head:
                self._file.write(head)
            self._below = _KeptOpen(self._file)
            self._stream = _cipher(key).new_encrypting_stream(self._below, context)
        except BaseException:
            self._file.close()
            path.unlink(missing_ok=True)
            raise

    def write(self, data: bytes) -> None:
        """The next bytes of the plaintext."""
        with self._told():
            self._stream.write(data)
        self.size += len(data)

    def finish(self) -> None:
        """Afterwards the file is there as a whole, also after a power cut."""
        with self._told():
            self._stream.close()
        os.fsync(self._file.fileno())
        self._file.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if self._below.refusal is not None:
                raise self._below.refusal from error
            raise

    def discard(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(Exception):
            self._stream.close()
        self._file.close()
        self.path.unlink(missing_ok=True)


def plain_pieces(file: IO[bytes], key: bytes, context: bytes) -> Iterator[bytes]:
    """The plaintext of an open file from where it stands; the file is closed at the end.

    Undecipherable where it was changed or cut, or belongs to another key or context.
    """
    with file:
        try:
            stream = _cipher(key).new_decrypting_stream(file, context)
            while piece := stream.read(_CHUNK):
                yield piece
        except tink.TinkError as error:
            raise Undecipherable("The file was changed, moved, or belongs to another key.") from error


def sync_folder(folder: Path) -> None:
    """After this a file that was moved into the folder is there after a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
