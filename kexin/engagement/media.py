"""What a file really is, told by its first bytes and never by its name or by what the browser says."""

from __future__ import annotations

from pathlib import PurePosixPath

HEAD_BYTES = 4096  # enough for every rule below

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
