"""Reading a mailbox over IMAP: what is new since last time, one mail after another, each taken in exactly once.

How far it was read stands in the database and moves in the transaction that keeps the mail; the mailbox itself is only
looked at (BODY.PEEK), so that people may read it as well. A server that counts anew (UIDVALIDITY) is read from the
beginning; what was taken before is known by its Message-ID.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.utils import timezone

from kexin.core.actor import Actor, system
from kexin.core.errors import KexinError
from kexin.service.conversations.mail.parsing import Mail, read_mail
from kexin.service.conversations.mail.taking import take_in_mail
from kexin.service.models import Mailbox

log = logging.getLogger(__name__)
CLOCK = "clock.mail"
SECONDS = 30  # for connecting and for every answer
AT_ONCE = 500  # mails of one round; the next begins a minute later
LARGEST = 40_000_000  # bytes of a mail; of larger ones only the head is fetched
PORTS = {"imap": 143, "imaps": 993}


class MailboxAway(Exception):
    """The server cannot be reached, or refuses; the text is a code without personal data."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a mailbox lies: ``imaps://user:password@host:993/INBOX``; a password goes over TLS or to this machine."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("KEXIN_IMAP_URL is imaps://user:password@host:993/INBOX.")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        return cls(
            parts.scheme,
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            folder,
        )

    @property
    def name(self) -> str:
        """By which the mailbox is known here: without its password."""
        return f"{self.user}@{self.host}/{self.folder}"[:200]


@contextmanager
def opened(address: Address) -> Iterator[tuple[imaplib.IMAP4, int]]:
    """The server with the folder chosen for reading, and the number by which its counting is told from another's."""
    try:
        if address.scheme == "imaps":
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                address.host, address.port, ssl_context=ssl.create_default_context(), timeout=SECONDS
            )
        else:
            server = imaplib.IMAP4(address.host, address.port, timeout=SECONDS)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxAway(type(error).__name__) from error
    try:
        if address.scheme == "imap" and "STARTTLS" in server.capabilities:
            server.starttls(ssl.create_default_context())
        elif address.scheme == "imap" and address.host not in ("127.0.0.1", "localhost", "::1"):
            raise MailboxAway("password-without-tls")
        server.login(address.user, address.password)
        status, _found = server.select(f'"{address.folder}"', readonly=True)
        if status != "OK":
            raise MailboxAway("no-such-folder")
        _name, told = server.response("UIDVALIDITY")
        first = told[0] if told else None
        yield server, int(first) if isinstance(first, bytes) and first.isdigit() else 0
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxAway(type(error).__name__) from error
    finally:
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()


def fetch_mail(url: str, *, actor: Actor | None = None) -> int:
    """Take in what is new; how many mails were kept. Raises MailboxAway, ValueError for an address that is none.

    A mail that nobody may answer at the moment stops the round: it is tried again with the next.
    """
    address, who = Address.parse(url), actor or system(CLOCK)
    box, _made = Mailbox.objects.get_or_create(name=address.name)
    taken, problem = 0, ""
    try:
        with opened(address) as (server, validity):
            if validity != box.validity:
                Mailbox.objects.filter(pk=box.pk).update(validity=validity, last_uid=0)
                box.last_uid = 0
            for uid in _new_uids(server, box.last_uid)[:AT_ONCE]:
                mail, raw = _fetched(server, uid)
                if raw:
                    taken += take_in_mail(mail, actor=who, raw=raw, mailbox_id=box.pk, uid=uid) is not None
    except MailboxAway as away:
        problem = str(away)
        raise
    except KexinError as refusal:
        problem = type(refusal).__name__
        log.error("mail waits in %s: %s", address.folder, problem)
    finally:
        Mailbox.objects.filter(pk=box.pk).update(checked_at=timezone.now(), problem=problem[:80])
    return taken


def _new_uids(server: imaplib.IMAP4, after: int) -> list[int]:
    status, found = server.uid("SEARCH", f"UID {after + 1}:*")
    if status != "OK":
        raise MailboxAway("search")
    text = b" ".join(each for each in found if isinstance(each, bytes))
    return sorted(int(each) for each in text.split() if each.isdigit() and int(each) > after)


def _fetched(server: imaplib.IMAP4, uid: int) -> tuple[Mail, bytes]:
    """One mail; of one that is too large only the head, with a word on it."""
    status, found = server.uid("FETCH", str(uid), "(RFC822.SIZE)")
    size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(each for each in found if isinstance(each, bytes)))
    what = "(BODY.PEEK[HEADER])" if size is not None and int(size[1]) > LARGEST else "(BODY.PEEK[])"
    status, found = server.uid("FETCH", str(uid), what)
    if status != "OK":
        raise MailboxAway("fetch")
    raw = next((bytes(each[1]) for each in found if isinstance(each, tuple)), b"")
    return read_mail(raw), raw
