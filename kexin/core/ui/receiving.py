"""Receiving a file without ever writing it readable: every piece is encrypted as it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kexin.core.decision import Decision, refused
from kexin.core.media import HEAD_BYTES, may_keep, media_type, safe_name
from kexin.core.vault import StoredFile, Writer

FIELD = "file"
OVERHEAD = 64 * 1024  # what a form adds to its file: boundaries, heads, the text fields


class Keepable(Protocol):
    """A policy that says how large a file may be and of which kinds."""

    largest_mb: int
    media_types: list  # type: ignore[type-arg]


class EncryptingUploadHandler(FileUploadHandler):
    """Takes one file of the field ``file`` into the vault; ``stored`` is the result, ``refusal`` says why not.

    A wrong kind is refused with the first bytes, a size above the limit as soon as it is passed.
    """

    def __init__(self, request: HttpRequest, key_id: UUID | Callable[[], UUID], rules: Keepable) -> None:
        """``key_id``, where it is a function, makes a key for the file when one arrives."""
        super().__init__(request)
        self.key_id, self.rules = key_id, rules
        self.stored: StoredFile | None = None
        self.refusal: Decision | None = None
        self._writer: Writer | None = None
        self._head = b""
        self._media: str | None = None

    @property
    def largest(self) -> int:
        return self.rules.largest_mb * 1_000_000

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.stored or self.refusal or self._writer:
            raise SkipFile
        self._writer = Writer(self.key_id() if callable(self.key_id) else self.key_id)
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        assert self._writer is not None
        if self._media is None:
            self._head += raw_data[: HEAD_BYTES - len(self._head)]
        self._writer.write(raw_data)
        if self._media is None and len(self._head) >= HEAD_BYTES:
            self._media = media_type(self._head)
            if self._media not in self.rules.media_types:
                self._refuse(self._decide())
        if self._writer.size > self.largest:
            self._refuse(self._decide())
        return None

    def file_complete(self, file_size: int) -> None:
        if self._writer is None:
            return
        if self._media is None:
            self._media = media_type(self._head)
        decision = self._decide()
        if not decision:
            self._writer.discard()
            self._writer, self.refusal = None, decision
            return
        self.stored = self._writer.finish(media_type=self._media, file_name=safe_name(str(self.file_name or "")))
        self._writer = None

    def upload_interrupted(self) -> None:
        if self._writer is not None:
            self._writer.discard()
            self._writer = None
            self.refusal = refused("interrupted", _("The upload was cut off; please try again."), FIELD)

    def _decide(self) -> Decision:
        assert self._writer is not None
        return may_keep(
            self._media or "",
            safe_name(str(self.file_name or "")),
            self._writer.size,
            allowed=self.rules.media_types,
            largest_bytes=self.largest,
        )

    def _refuse(self, decision: Decision) -> None:
        assert self._writer is not None
        self._writer.discard()
        self._writer, self.refusal = None, decision
        raise SkipFile
