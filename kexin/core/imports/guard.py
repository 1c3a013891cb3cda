"""The gate every byte of a foreign text file passes: size, NUL bytes, encoding, digest. Streaming."""

from __future__ import annotations

import codecs
import hashlib
import io
from pathlib import Path

from django.utils.translation import gettext as _

from kexin.core.imports.reasons import BadFile

CHUNK = 1 << 20


class GuardedText(io.RawIOBase):
    """A file as UTF-8 bytes, whatever its encoding. Raises BadFile with the line where something is wrong."""

    def __init__(self, path: Path, encoding: str, largest: int, quote: str = "") -> None:
        super().__init__()
        self.name = path.name
        self._file = path.open("rb")
        self._encoding = codecs.lookup(encoding).name
        self._wide = self._encoding.startswith(("utf-16", "utf-32"))
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._digest = hashlib.sha256()
        self._largest = largest
        self._first = True
        self._ended = False
        self._rest = b""
        self.size = 0
        self.lines = 0
        """Line feeds passed so far."""
        self._quote = quote.encode()
        self.quotes = 0
        """Quotation marks passed so far."""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    @property
    def digest(self) -> str:
        """SHA-256 of the raw bytes read so far."""
        return self._digest.hexdigest()

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._rest) < size):
            self._rest += self._next()
        if size < 0:
            size = len(self._rest)
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _next(self) -> bytes:
        raw = self._file.read(CHUNK)
        self._digest.update(raw)
        self.size += len(raw)
        self._ended = not raw
        if self.size > self._largest:
            raise BadFile(
                _("%(file)s is larger than %(limit)s MB.") % {"file": self.name, "limit": self._largest >> 20}
            )
        if not self._wide and b"\0" in raw:
            line = self.lines + raw[: raw.index(b"\0")].count(b"\n") + 1
            raise BadFile(
                _("%(file)s, line %(line)s: a NUL byte. This is not a text file.") % {"file": self.name, "line": line}
            )
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            line = self.lines + error.object[: error.start].count(b"\n") + 1
            byte = error.object[error.start]
            raise BadFile(
                _("%(file)s, line %(line)s: byte %(byte)s is not %(encoding)s. Choose another encoding in the profile.")
                % {"file": self.name, "line": line, "byte": f"0x{byte:02X}", "encoding": self._encoding}
            ) from error
        if self._first and text:
            self._first = False
            text = text.removeprefix("\ufeff")
        if self._wide and "\0" in text:
            raise BadFile(_("%(file)s contains NUL characters. This is not a text file.") % {"file": self.name})
        data = text.encode("utf-8", "surrogatepass")
        self.lines += data.count(b"\n")
        if self._quote:
            self.quotes += data.count(self._quote)
        return data
