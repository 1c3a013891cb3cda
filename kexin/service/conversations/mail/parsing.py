"""A mail as it came over the wire, understood as far as it can be; reading never fails, whatever stands in it."""

from __future__ import annotations

import datetime as dt
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from kexin.service.conversations.mail.threading import ids_in
from kexin.service.conversations.mail.words import folded, text_of_html
from kexin.service.conversations.rules import MOST_FILES
from kexin.service.rules import clean

LONGEST = 20_000  # characters of words that are kept
_CHARSETS = ("utf-8", "gb18030", "latin-1")  # tried in this order where the one named is wrong
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(自动回复|自动答复|auto(matic)?[ -]?reply|out of office|undeliver|退信)", re.IGNORECASE
)
PERSON, MACHINE, BOUNCE = "", "machine", "bounce"


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. It does not print it. ``kind``: a person, a machine, or a mail that could not be delivered."""

    message_id: str = field(repr=False)
    ids: list[str] = field(repr=False)
    address: str = field(repr=False)
    name: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    quoted: str = field(repr=False)
    files: list[tuple[str, bytes]] = field(repr=False)
    kind: str
    at: dt.datetime | None
    left_out: int = 0


def read_mail(raw: bytes) -> Mail:
    """Sender, subject, words, files."""
    message = email.message_from_bytes(raw)
    address, name = _sender(message)
    plain: list[str] = []
    html: list[str] = []
    files: list[tuple[str, bytes]] = []
    reported: list[str] = []
    for part in _leaves(message):
        kind, named = part.get_content_type(), _file_name(part)
        if kind in ("message/rfc822", "text/rfc822-headers"):
            reported += ids_in(_inner(part))
            if kind == "message/rfc822":
                files.append((named or "mail.eml", _bytes(part)))
        elif kind == "message/delivery-status":
            continue
        elif not named and part.get_content_disposition() != "attachment" and kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else html).append(_text(part))
        else:
            files.append((named or f"file.{part.get_content_subtype()}", _bytes(part)))
    said = "\n\n".join(each.strip() for each in plain).strip() or text_of_html("\n".join(html))
    text, quoted = folded(clean(said.replace("\r\n", "\n").replace("\t", "    ").replace("\xa0", " ")))
    bounce = message.get_content_type() == "multipart/report" and "delivery-status" in str(message.get("Content-Type"))
    subject = clean(_decoded(message.get("Subject"))).replace("\n", " ")
    return Mail(
        message_id=next(iter(ids_in(str(message.get("Message-ID", "")))), ""),
        ids=[*ids_in(str(message.get("References", "")), str(message.get("In-Reply-To", ""))), *reported],
        address=address,
        name=clean(name).replace("\n", " ")[:120],
        subject=subject[:200],
        text=text[:LONGEST],
        quoted=quoted[:LONGEST],
        files=files[:MOST_FILES],
        kind=BOUNCE if bounce else MACHINE if _by_machine(message, subject) else PERSON,
        at=_moment(message),
        left_out=max(len(files) - MOST_FILES, 0),
    )


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold something; a mail inside a mail is one file, not looked into."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    if message.get_content_type() == "message/delivery-status":
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _by_machine(message: Message, subject: str) -> bool:
    """RFC 3834 and the older ways: a machine wrote it, or a list sent it."""
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        not submitted.startswith("no")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or any(message.get(name) for name in ("X-Loop", "X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe"))
        or str(message.get("Return-Path", "-")).strip() == "<>"
        or _AUTOMATIC_SUBJECT.match(subject) is not None
    )


def _sender(message: Message) -> tuple[str, str]:
    for header in ("From", "Reply-To", "Return-Path"):
        found = getaddresses([_decoded(message.get(header))])
        for name, address in found:
            address = "".join(address.split()).lower()
            if re.fullmatch(r"[^@\s<>,;:]{1,64}@[^@\s<>,;:]{1,189}", address):
                return address, name
    return "", ""


def _decoded(value: object) -> str:
    """A header in words, however it was encoded."""
    if value is None:
        return ""
    try:
        parts = decode_header(str(value))
    except (ValueError, email.errors.HeaderParseError):
        return str(value)
    return "".join(part if isinstance(part, str) else _tried(part, charset) for part, charset in parts)


def _tried(content: bytes, charset: str | None) -> str:
    for each in (charset, *_CHARSETS):
        if each and each.lower() not in ("unknown-8bit", "us-ascii"):
            try:
                return content.decode("gb18030" if each.lower() in ("gb2312", "gbk") else each)
            except (LookupError, UnicodeDecodeError):
                continue
    return content.decode("ascii", "replace")


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        return b"".join(each.as_bytes() for each in part.get_payload() if isinstance(each, Message))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    return _tried(_bytes(part), part.get_content_charset())


def _inner(part: Message) -> str:
    """The Message-ID of the mail inside a mail."""
    inner = part.get_payload(0) if part.is_multipart() else email.message_from_bytes(_bytes(part))
    return str(inner.get("Message-ID", "")) if isinstance(inner, Message) else ""


def _file_name(part: Message) -> str:
    try:
        return clean(_decoded(part.get_filename())).replace("\n", " ")[:200]
    except (ValueError, LookupError):
        return "file"


def _moment(message: Message) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
