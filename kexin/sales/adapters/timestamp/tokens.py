"""Time stamps after RFC 3161: asking for one, making one, and checking one against what was stamped."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from kexin.sales.adapters.authority.cms import signed

POLICY: Final = "2.5.29.32.0"  # any policy: the house states none of its own


class Answer(core.Sequence):
    """An answer (RFC 3161 section 2.4.2); a refusal bears no stamp."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


class BadToken(Exception):
    """The answer is no time stamp of what was asked; the text is a code."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a time stamp says."""

    at: dt.datetime
    digest: bytes
    nonce: int | None
    certificate: x509.Certificate


def imprint(digest: bytes) -> tsp.MessageImprint:
    return tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )


def request(digest: bytes) -> tuple[bytes, int]:
    """A request for a stamp of a SHA-256 ``digest``, as DER, and the number that only its answer can repeat."""
    nonce = secrets.randbits(63)
    asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint(digest), "nonce": nonce, "cert_req": True})
    return bytes(asked.dump()), nonce


def made(
    digest: bytes, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, at: dt.datetime, nonce: int | None
) -> bytes:
    """A stamp (DER) of ``digest`` at that time."""
    subject = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)).subject
    said: dict[str, Any] = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": imprint(digest),
        "serial_number": secrets.randbits(63),
        "gen_time": at,
        "tsa": asn1_x509.GeneralName(name="directory_name", value=subject),
    }
    if nonce is not None:
        said["nonce"] = nonce
    content = cms.EncapsulatedContentInfo(
        {"content_type": "tst_info", "content": cms.ParsableOctetString(tsp.TSTInfo(said).dump())}
    )
    return signed(content, certificate, key, at)


def answered(der: bytes) -> bytes:
    """The stamp within an answer. Raises :class:`BadToken` where the authority refused or said nothing readable."""
    try:
        answer = Answer.load(der, strict=True)
        status = answer["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise BadToken(f"refused-{status}")
        return bytes(answer["time_stamp_token"].dump())
    except (ValueError, TypeError, KeyError) as error:
        raise BadToken("form") from error


def checked(der: bytes, digest: bytes, nonce: int | None = None) -> Token:
    """What a stamp says, if it is one of ``digest``, whole, and by a certificate made for stamping.

    Whether that certificate is to be trusted is the caller's question. Raises :class:`BadToken`.
    """
    try:
        found: Any = cms.ContentInfo.load(der, strict=True)["content"]
        (one,) = found["signer_infos"]
        content = found["encap_content_info"]["content"]
        said = content.parsed
        sid = one["sid"].chosen
        certificate = next(
            each.chosen for each in found["certificates"] if each.chosen.serial_number == sid["serial_number"].native
        )
        algorithm = one["digest_algorithm"]["algorithm"].native
        actual = hashlib.new(algorithm, bytes(content)).digest()
        is_intact, is_valid = validate_sig_integrity(one, certificate, "tst_info", actual)
        token = Token(
            said["gen_time"].native,
            said["message_imprint"]["hashed_message"].native,
            said["nonce"].native,
            x509.load_der_x509_certificate(certificate.dump()),
        )
        usage = certificate.extended_key_usage_value
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration, SigningError) as error:
        raise BadToken("form") from error
    except SignatureValidationError as error:
        raise BadToken("signature") from error
    if not (is_intact and is_valid):
        raise BadToken("signature")
    if token.digest != digest or said["message_imprint"]["hash_algorithm"]["algorithm"].native != "sha256":
        raise BadToken("other-content")
    if nonce is not None and token.nonce != nonce:
        raise BadToken("other-request")
    if usage is None or usage.native != ["time_stamping"]:
        raise BadToken("not-for-stamping")
    return token
