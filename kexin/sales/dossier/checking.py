"""Examining a dossier: is it as it was signed, to the last byte, and does the evidence in it hold?

No database is asked: the file and the certificate of the authority are enough. The signature covers every byte but its
own place, and that place may hold one thing in one form, so nothing in the file can change unnoticed.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from kexin.sales.adapters.authority.cms import NotGenuine, apart, examine, issued_by
from kexin.sales.adapters.timestamp.tokens import BadToken, checked
from kexin.sales.dossier.tree import FORMAT

LARGEST: Final = 100_000_000  # bytes
ATTACHMENT: Final = "dossier.json"
_SPACE: Final = b"0"
WRONG: Final = {
    "too-large": "The file is larger than any dossier.",
    "not-a-dossier": "This is not a dossier, or it is damaged beyond reading.",
    "no-signature": "The file bears no signature.",
    "several-signatures": "The file bears more than one signature.",
    "not-whole": "The signature does not cover the whole file: something was added or taken away.",
    "changed": "The file was changed after it was signed.",
    "signature": "The signature is not genuine.",
    "form": "The signature was written again in another form.",
    "content": "The file was changed after it was signed.",
    "authority": "The signature was not made under this authority.",
    "period": "The certificate was not valid when it was signed.",
    "attachment": "The data of the dossier are missing or cannot be read.",
    "customer-signature": "A customer's signature in it does not fit the text signed.",
    "text": "A text in it does not fit its fingerprint.",
    "drawing": "A drawing in it does not fit the text signed.",
    "time-stamp": "A time stamp in it does not fit its signature.",
    "audit-entry": "An audit entry in it does not fit its link.",
    "audit-chain": "A link of the audit in it does not fit the one before.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: a stable code, and where in the dossier."""

    code: str
    where: str = ""

    @property
    def sentence(self) -> str:
        """For the person who asked."""
        return f"{WRONG[self.code]} ({self.where})" if self.where else WRONG[self.code]


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examination found. ``data`` is the attachment, only where the file is as it was signed."""

    findings: tuple[Finding, ...]
    signed_at: dt.datetime | None = None
    data: Mapping[str, Any] | None = None


def verify(file: bytes, root: x509.Certificate) -> Examined:
    """Examine a dossier under the certificate of the authority that should have signed it. Never raises for a file."""
    try:
        at = _signature(file, root)
        data = _attached(file)
    except NotGenuine as error:
        return Examined((Finding(str(error)),))
    return Examined(tuple(_evidence(data, root)), at, data)


def _signature(file: bytes, root: x509.Certificate) -> dt.datetime:
    """When the whole file was signed. Raises NotGenuine."""
    if len(file) > LARGEST:
        raise NotGenuine("too-large")
    try:
        found = PdfFileReader(io.BytesIO(file)).embedded_signatures
        if len(found) != 1:
            raise NotGenuine("several-signatures" if found else "no-signature")
        (one,) = found
        first, ends, second, rest = (int(each) for each in one.byte_range)
        der = bytes(one.pkcs7_content)
        trusted = asn1_x509.Certificate.load(root.public_bytes(serialization.Encoding.DER))
        context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
        status = apart(partial(validate_pdf_signature, one, context))
    except NotGenuine:
        raise
    except (SignatureValidationError, SigningError) as error:
        raise NotGenuine("signature") from error
    except Exception as error:  # a changed file may break a reader of PDF anywhere
        raise NotGenuine("not-a-dossier") from error
    if (first, second + rest) != (0, len(file)) or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise NotGenuine("not-whole")
    if not (status.intact and status.docmdp_ok):
        raise NotGenuine("changed")
    exact = _front(der)
    _certificate, at = examine(exact, file[:ends] + file[second:], root)
    if not (status.valid and status.trusted):
        raise NotGenuine("signature")
    if file[ends:second] != b"<" + exact.hex().upper().encode() + _SPACE * (second - ends - 2 - 2 * len(exact)) + b">":
        raise NotGenuine("form")
    return at


def _front(padded: bytes) -> bytes:
    """The DER value at the front of the place kept for it; empty where none is."""
    if len(padded) < 4 or padded[0] != 0x30 or padded[1] != 0x82:
        return b""
    return padded[: 4 + int.from_bytes(padded[2:4], "big")]


def _attached(file: bytes) -> Mapping[str, Any]:
    """The data, of a file whose signature was examined."""
    try:
        names = PdfFileReader(io.BytesIO(file)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        found = {str(names[i]): names[i + 1] for i in range(0, len(names), 2)}
        data = json.loads(found[ATTACHMENT]["/EF"]["/F"].data)
        if data["format"] != FORMAT:
            raise NotGenuine("attachment")
    except (PdfError, KeyError, IndexError, TypeError, ValueError) as error:
        raise NotGenuine("attachment") from error
    return dict(data)


def _evidence(data: Mapping[str, Any], root: x509.Certificate) -> Iterator[Finding]:
    """What does not hold of the evidence inside: it was signed as it stands, but may have been wrong before."""
    try:
        for number, each in enumerate(data["signatures"], 1):
            yield from _customer_signature(each, str(number), root)
        for each in data.get("texts", []):
            if hashlib.sha256(each["body"].encode()).hexdigest() != each["sha256"]:
                yield Finding("text", each["name"])
        before: tuple[int, str] | None = None
        for number, each in enumerate(data["audit"], 1):
            if each["no"] is None:
                continue
            digest = hashlib.sha256(each["text"].encode()).hexdigest()
            if digest != each["digest"]:
                yield Finding("audit-entry", str(number))
            chain = _link(bytes.fromhex(each["before"]), each["no"], bytes.fromhex(each["digest"])).hex()
            follows = before is None or before[0] + 1 != each["no"] or before[1] == each["before"]
            if chain != each["chain"] or not follows:
                yield Finding("audit-chain", str(number))
            before = (each["no"], each["chain"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        yield Finding("attachment")


def _link(before: bytes, no: int, digest: bytes) -> bytes:
    """As in ``kexin.core.seal``, here without a database."""
    return hashlib.sha256(before + no.to_bytes(8, "big") + digest).digest()


def _customer_signature(each: Mapping[str, str], where: str, root: x509.Certificate) -> Iterator[Finding]:
    manifest, cms = each["manifest"].encode(), base64.b64decode(each["cms"])
    if cms:
        try:
            examine(cms, manifest, root)
        except NotGenuine:
            yield Finding("customer-signature", where)
    if each["drawing"] and hashlib.sha256(each["drawing"].encode()).hexdigest() != json.loads(manifest)["drawing"]:
        yield Finding("drawing", where)
    if each["stamp"]:
        try:
            token = checked(base64.b64decode(each["stamp"]), hashlib.sha256(manifest + cms).digest())
            if token.certificate.issuer == root.subject:
                issued_by(token.certificate, root, token.at)
        except (BadToken, NotGenuine):
            yield Finding("time-stamp", where)
