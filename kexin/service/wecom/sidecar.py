"""The programme beside Kexin that holds WeCom's own library: decrypted batches of the archive come from it by HTTP.

``GET {url}/messages?after=SEQ&limit=N`` answers ``{"messages": [{"seq", "id", "kind", "from", "to", "at", "text"}]}``
by ``seq``; ``kind`` is ``text``, ``agree``, ``disagree`` or another (a picture, a file: passed over); ``at`` has a
zone. ``from`` and ``to`` are ids of WeCom; the bank's own are those that it gave to posts. Redirects are not followed;
the token goes as bearer.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.dateparse import parse_datetime

SECONDS = 15
LARGEST_ANSWER = 8_000_000
LONGEST_ID, LONGEST_TEXT = 64, 4000


class ArchiveAway(Exception):
    """The archive cannot be read at the moment; the text is a code without personal data."""


@dataclass(frozen=True, slots=True)
class Archived:
    """One message of the archive. It does not print what it says, nor who speaks."""

    seq: int
    id: str
    kind: str
    sender: str = field(repr=False)
    receiver: str = field(repr=False)
    at: dt.datetime
    text: str = field(default="", repr=False)


class Sidecar:
    """``url``: http(s) address; plain http only on this machine."""

    def __init__(self, url: str, token: str) -> None:
        self.parts = urlsplit(url)
        here = self.parts.hostname in ("127.0.0.1", "localhost", "::1")
        if self.parts.scheme not in ("http", "https") or not self.parts.hostname:
            raise ValueError("KEXIN_WECOM_URL is the http(s) address of the programme that reads the archive.")
        if self.parts.scheme == "http" and not here:
            raise ValueError("KEXIN_WECOM_URL is https, but for this machine.")
        self.token = token

    @property
    def name(self) -> str:
        """By which how far it was read is known here."""
        return f"wecom@{self.parts.hostname}:{self.parts.port or 0}"[:200]

    def messages(self, after: int, limit: int) -> list[Archived]:
        """What came after ``seq``, in order. Raises ArchiveAway."""
        status, said = self._asked(f"/messages?{urlencode({'after': after, 'limit': limit})}")
        if status != 200:
            raise ArchiveAway(f"http-{status}")
        try:
            rows = [_read(each) for each in json.loads(said)["messages"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveAway("unreadable") from error
        if [each.seq for each in rows] != sorted({each.seq for each in rows}):
            raise ArchiveAway("out-of-order")
        return [each for each in rows if each.seq > after][:limit]

    def _asked(self, path: str) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        host, port = str(self.parts.hostname), self.parts.port
        connection: http.client.HTTPConnection
        if self.parts.scheme == "https":
            connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
        else:
            connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        try:
            connection.request("GET", self.parts.path.rstrip("/") + path, headers=headers)
            answer = connection.getresponse()
            said = answer.read(LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise ArchiveAway(type(error).__name__) from error
        finally:
            connection.close()
        if len(said) > LARGEST_ANSWER:
            raise ArchiveAway("too-large")
        return answer.status, said


def _read(row: Any) -> Archived:
    """Raises ValueError, KeyError, TypeError for what is no message."""
    at = parse_datetime(str(row["at"]))
    if at is None or at.tzinfo is None or int(row["seq"]) <= 0:
        raise ValueError("a message has its number and its moment")
    ids = [str(row[name]) for name in ("id", "from", "to")]
    if not all(0 < len(each) <= LONGEST_ID * 2 for each in ids):
        raise ValueError("a message says who wrote to whom")
    return Archived(int(row["seq"]), ids[0], str(row["kind"]), ids[1], ids[2], at, str(row.get("text") or ""))
