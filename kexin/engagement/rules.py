"""Rules of documents and notes: pure functions."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.masking import plain
from kexin.engagement.choices import DocumentCategory
from kexin.engagement.media import ending_fits, endings

LONGEST_NOTE = 4000
LONGEST_NAME = 255
_FORBIDDEN = set('/\\:*?"<>|')


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


def may_describe(title: str, category: str, expires_on: dt.date | None, today: dt.date) -> Decision:
    """Title, category and validity of a document."""
    decision = ALLOWED
    if not plain(title):
        decision &= refused("title", _("Say what it is."), "title")
    elif len(plain(title)) > 200:
        decision &= refused("title", _("At most 200 characters."), "title")
    if category not in DocumentCategory.values:
        decision &= refused("category", _("Choose a category."), "category")
    if expires_on is not None and expires_on < today:
        decision &= refused("expired", _("It has expired already."), "expires_on")
    return decision


def may_write(text: str) -> Decision:
    """Is there a note, and is it short enough to be read?"""
    if not clean_note(text):
        return refused("empty", _("Write something."), "text")
    if len(clean_note(text)) > LONGEST_NOTE:
        return refused("long", _("At most %(most)s characters.") % {"most": LONGEST_NOTE}, "text")
    return ALLOWED


def clean_note(text: str) -> str:
    """The text without invisible and direction-changing characters, lines kept."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(plain(line) for line in lines).strip()


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
