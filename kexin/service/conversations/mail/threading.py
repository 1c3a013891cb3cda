"""How a mail is known to answer another: by the mark in its subject, by the Message-IDs it names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from uuid import UUID

MARK = 8  # characters of a conversation's token in the subject: 40 bits beside the number
LONGEST_THREAD = 1800
_MARK = re.compile(r"\[(T\d{12,})-([A-Z2-7]{8})\]")
_ID = re.compile(r"<[^<>\s]{1,250}>")


def subject_with(subject: str, number: str, token: str) -> str:
    """The subject line of an answer: “Re: …” with the mark once."""
    plain = _MARK.sub("", subject).strip() or number
    if not re.match(r"(?i)(re|回复|答复)\s*[:：]", plain):
        plain = f"Re: {plain}"
    return f"{plain[:140]} [{number}-{token[:MARK]}]"


def mark_in(subject: str) -> tuple[str, str] | None:
    """Number and token's beginning of the conversation that a subject names."""
    found = _MARK.search(subject)
    return (found[1], found[2]) if found else None


def ids_in(*headers: str) -> list[str]:
    """The Message-IDs in headers, each once, in order."""
    return list(dict.fromkeys(each for header in headers for each in _ID.findall(header)))


def ours_among(ids: Iterable[str]) -> list[UUID]:
    """Those that this house gave: the reference of a message out stands before the ``@``."""
    found = []
    for each in ids:
        try:
            found.append(UUID(each.strip("<>").partition("@")[0]))
        except ValueError:
            continue
    return found


def reference_of(message_id: str, raw: bytes) -> str:
    """By which a mail is known again: its Message-ID, else all of it."""
    return hashlib.sha256(message_id.encode("utf-8", "surrogateescape") if message_id else raw).hexdigest()


def thread_with(ids: list[str], own: str) -> str:
    """The References of an answer: the mails before, then the one answered, the oldest left out where too long."""
    line = [each for each in (*ids, own) if each]
    line = list(dict.fromkeys(line))
    while len(line) > 1 and len(" ".join(line)) > LONGEST_THREAD:
        line.pop(0)
    return " ".join(line)[:LONGEST_THREAD]
