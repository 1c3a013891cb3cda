"""What a file really is, told by its first bytes and never by its name or by what the browser says; may it be kept?"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.masking import plain

HEAD_BYTES = 4096  # enough for every rule below
LONGEST_NAME = 255
_FORBIDDEN = set('/\\:*?"<>|')

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    _WORD: (".docx",),
    _SHEET: (".xlsx",),
}


def media_type(head: bytes) -> str:
    """The media type of a file that begins with ``head``; "" for anything we do not know."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(b"PK\x03\x04"):
        # An Office file is a ZIP whose first entries say what it is; a plain ZIP is not taken.
        if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
            if b"word/" in head:
                return _WORD
            if b"xl/" in head:
                return _SHEET
        return ""
    return ""


def ending_fits(file_name: str, media: str) -> bool:
    """Does the name end as files of this type do? A PDF called ``.docm`` is refused."""
    return PurePosixPath(file_name.lower()).suffix in ENDINGS.get(media, ())


def endings(allowed: list[str]) -> list[str]:
    """The endings of the allowed types, for the file chooser and for messages."""
    return [ending for name in allowed for ending in ENDINGS.get(name, ())]


def may_keep(media: str, file_name: str, size: int, *, allowed: Collection[str], largest_bytes: int) -> Decision:
    """May a file of this kind and size be kept? The name must end as the content demands."""
    if size == 0:
        return refused("empty", _("The file is empty."), "file")
    if size > largest_bytes:
        return refused(
            "large", _("The file is larger than %(most)s MB.") % {"most": largest_bytes // 1_000_000}, "file"
        )
    if media not in allowed:
        return refused(
            "kind",
            _("Only these kinds of files are kept: %(endings)s.") % {"endings": " ".join(endings(list(allowed)))},
            "file",
        )
    if not ending_fits(file_name, media):
        return refused("ending", _("The name of the file does not fit its content."), "file")
    return ALLOWED


def safe_name(file_name: str) -> str:
    """A file name that cannot lead out of a folder or pretend another ending; never empty."""
    name = plain(file_name.replace("\\", "/").rpartition("/")[2])
    name = "".join("_" if char in _FORBIDDEN else char for char in name).strip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        name = (
            stem[: LONGEST_NAME - len(ending) - 1] + dot + ending if dot and len(ending) < 10 else name[:LONGEST_NAME]
        )
    return name or "document"
