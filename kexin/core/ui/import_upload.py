"""Receiving the files of an import: encrypted while they arrive, given up as soon as the policy's limit is passed."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kexin.core.imports.storage import NoRoom, Receiver, SealedFile

FIELD = "upload"
OVERHEAD = 256 * 1024  # what a form adds to its files: boundaries, heads, the text fields
MOST_FILES = 40


class ImportUploadHandler(FileUploadHandler):
    """Takes the files of the field ``upload``; ``received`` are names with the files, ``refusal`` says why not.

    ``largest`` (bytes) holds for all files of a request together.
    """

    def __init__(self, request: HttpRequest, largest: int) -> None:
        super().__init__(request)
        self.largest = largest
        self.received: list[tuple[str, SealedFile]] = []
        self.refusal = ""
        self._size = 0
        self._file: Receiver | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.refusal:
            raise SkipFile
        if len(self.received) >= MOST_FILES:
            self.refusal = _("At most %(most)s files at once.") % {"most": MOST_FILES}
            raise SkipFile
        try:
            self._file = Receiver()
        except NoRoom as refusal:
            self._give_up(str(refusal.message))
            raise SkipFile from refusal
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        assert self._file is not None
        self._size += len(raw_data)
        if self._size > self.largest:
            self._give_up(too_large(self.largest))
            raise SkipFile
        try:
            self._file.write(raw_data)
        except NoRoom as refusal:
            self._give_up(str(refusal.message))
            raise SkipFile from refusal
        return None

    def file_complete(self, file_size: int) -> None:
        if self._file is None:
            return
        try:
            self.received.append((str(self.file_name or "file"), self._file.finish()))
            self._file = None
        except NoRoom as refusal:
            self._give_up(str(refusal.message))

    def upload_interrupted(self) -> None:
        self._give_up(_("The upload was cut off; please try again."))

    def _give_up(self, why: str) -> None:
        self.refusal = self.refusal or why
        if self._file is not None:
            self._file.discard()
            self._file = None

    def clean_up(self) -> None:
        """Delete what nobody took over."""
        self._give_up("")
        for _name, file in self.received:
            file.path.unlink(missing_ok=True)


def too_large(largest: int) -> str:
    """The sentence about the limit."""
    return _("The files are larger than %(most)s MB.") % {"most": largest >> 20}
