"""A time-stamping authority over HTTP (RFC 3161 section 3.4).

Every request bears a number of its own, so that an answer to another request, or an old one sent again, is refused.
A stamp is kept only if it is of our digest, whole, and traced to a certificate that the house trusts. Redirects are
not followed.
"""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from kexin.sales.adapters.timestamp import NotStamped, Stamp

SECONDS: Final = 10  # for connecting and for every piece of the answer
LARGEST_ANSWER: Final = 65_536  # bytes


class HttpTimeStamper:
    """``roots`` is a PEM file of the certificates that issued the authority's own, or that one itself."""

    name = "http"
    is_local = False

    def __init__(self, url: str, roots: str, *, seconds: float = SECONDS) -> None:
        self.parts = urlsplit(url)
        self.seconds = seconds
        if self.parts.scheme not in ("http", "https") or not self.parts.hostname:
            raise ValueError("KEXIN_TIME_STAMP_URL is the http(s) address of the authority.")
        try:
            self.roots = x509.load_pem_x509_certificates(Path(roots).read_bytes())
        except (OSError, ValueError) as error:
            raise ValueError("KEXIN_TIME_STAMP_ROOTS names a PEM file with the authority's certificates.") from error

    def stamp(self, digest: bytes) -> Stamp:
        from kexin.sales.adapters.timestamp import tokens

        asked, nonce = tokens.request(digest)
        said = self._post(asked)
        try:
            token = tokens.answered(said)
            found = tokens.checked(token, digest, nonce)
        except tokens.BadToken as error:
            raise NotStamped(str(error)) from error
        if not self._is_trusted(found.certificate):
            raise NotStamped("authority")
        return Stamp(token, found.at, str(self.parts.hostname))

    def _is_trusted(self, certificate: x509.Certificate) -> bool:
        for root in self.roots:
            if certificate == root:
                return True
            try:
                certificate.verify_directly_issued_by(root)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return True
        return False

    def _post(self, asked: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        path = self.parts.path or "/"
        if self.parts.query:
            path += f"?{self.parts.query}"
        connection = self._connection()
        try:
            connection.request("POST", path, asked, headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read(LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise NotStamped(type(error).__name__) from error
        finally:
            connection.close()
        if status != 200:
            raise NotStamped(f"http-{status}")
        if len(said) > LARGEST_ANSWER:
            raise NotStamped("too-long")
        return said

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self.parts.hostname), self.parts.port
        if self.parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.seconds, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.seconds)
