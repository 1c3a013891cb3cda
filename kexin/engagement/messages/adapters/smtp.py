"""E-mail through a server that speaks SMTP: ``smtp://`` with STARTTLS where offered, ``smtps://`` with TLS at once."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from kexin.engagement.messages.adapters import Letter, NotNow, Refused, Taken

SECONDS = 20  # for connecting and for every answer
PORTS = {"smtp": 25, "smtps": 465}


class Smtp:
    """``url``: ``smtp[s]://user:password@host:port``; a password is sent over TLS only."""

    name = "smtp"
    kept = False

    def __init__(self, url: str, sender: str) -> None:
        self.parts = urlsplit(url)
        if self.parts.scheme not in PORTS or not self.parts.hostname or not sender:
            raise ValueError("KEXIN_SMTP_URL is smtp://host:port or smtps://…, and KEXIN_MAIL_FROM names the sender.")
        self.sender = sender

    def send(self, letter: Letter) -> Taken:
        """The Message-ID is made of the reference: a mail server drops what it has already."""
        mail = EmailMessage()
        try:
            mail["From"], mail["To"], mail["Subject"] = self.sender, letter.address, letter.subject_line
        except ValueError as error:  # a line break in an address or subject
            raise Refused("address") from error
        mail["Date"] = formatdate(localtime=True)
        mail["Message-ID"] = f"<{letter.reference}@{self.sender.rpartition('@')[2].strip('>') or 'kexin'}>"
        if letter.thread:
            mail["In-Reply-To"], mail["References"] = letter.thread.split()[-1], letter.thread
        if not letter.personal:
            mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.body)
        for each in letter.files:
            main, _slash, sub = each.media_type.partition("/")
            mail.add_attachment(each.content, maintype=main, subtype=sub or "octet-stream", filename=each.name)
        try:
            with self._connected() as server:
                server.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            raise _told(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(type(error).__name__) from error
        return Taken(str(mail["Message-ID"]))

    def _connected(self) -> smtplib.SMTP:
        host, secure = str(self.parts.hostname), self.parts.scheme == "smtps"
        port = self.parts.port or PORTS[self.parts.scheme]
        server: smtplib.SMTP
        if secure:
            server = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=SECONDS)
        try:
            server.ehlo()
            if not secure and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
                secure = True
            if self.parts.username:
                if not secure:
                    raise NotNow("password-without-tls")
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _told(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> NotNow | Refused:
    """4xx: later; 5xx: never. A wrong password of ours is ours to mend, so those letters wait."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _said in error.recipients.values()), 550)
    else:
        code = error.smtp_code
    if isinstance(error, smtplib.SMTPAuthenticationError) or not 500 <= code < 600:
        return NotNow(f"smtp-{code}")
    return Refused(f"smtp-{code}")
