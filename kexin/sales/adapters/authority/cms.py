"""Signatures in CMS (RFC 5652) by keys used once: made by pyHanko, examined to the last byte.

A CMS structure has places that no signature covers: version numbers, lists of algorithms, further certificates,
either of two values of an ECDSA signature. Whoever checks only the signature does not notice a change there. So
:func:`examine` demands the one shape that :func:`signed` makes, in its canonical bytes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from asn1crypto import algos, cms, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from pyhanko.sign import signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity
from pyhanko_certvalidator.registry import SimpleCertificateStore

T = TypeVar("T")
ALGORITHM: Final = "sha256"
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


class NotGenuine(Exception):
    """The signature is not what it should be; the text is a code that says why."""


class OneTimeSigner(signers.SimpleSigner):
    """Signs by a key on P-256 and gives the lower of the two possible values, so that a signature has one form."""

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        r, s = utils.decode_dss_signature(super().sign_raw(data, digest_algorithm))
        return utils.encode_dss_signature(r, min(s, ORDER - s))


def signer(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> OneTimeSigner:
    """A signer for pyHanko that puts no other certificate in than its own."""
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return OneTimeSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        embed_roots=False,
    )


def signed(
    content: bytes | cms.EncapsulatedContentInfo,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    at: dt.datetime,
) -> bytes:
    """A signature beside ``content`` (bytes), or around it (an encapsulated content of a type of its own), as DER."""
    work = signer(certificate, key).async_sign_general_data(
        content,
        ALGORITHM,
        detached=isinstance(content, bytes),
        signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
    )
    return bytes(apart(lambda: asyncio.run(work)).dump())


def apart(work: Callable[[], T]) -> T:
    """Do it in a thread of its own: the library runs an event loop, and the caller's thread may have one already."""
    with ThreadPoolExecutor(max_workers=1) as own:
        return own.submit(work).result()


def examine(der: bytes, content: bytes | None, root: x509.Certificate) -> tuple[x509.Certificate, dt.datetime]:
    """Who signed and when, by the signature's own word. Raises :class:`NotGenuine`.

    ``content`` is what a signature lies beside; None for one that carries its content.
    """
    try:
        info = cms.ContentInfo.load(der, strict=True)
        found: Any = info["content"]
        (one,) = found["signer_infos"]
        (choice,) = found["certificates"]
        certificate = choice.chosen
        kind = found["encap_content_info"]["content_type"].native
        carried = found["encap_content_info"]["content"]
        data = content if content is not None else bytes(carried.contents)
        is_intact, is_valid = validate_sig_integrity(one, certificate, kind, hashlib.sha256(data).digest())
        at = extract_self_reported_ts(one)
        plain = _made_again(found, one, certificate) == der and has_one_form(one["signature"].native)
        opened = x509.load_der_x509_certificate(certificate.dump())
    except (ValueError, TypeError, KeyError, AttributeError, SigningError, SignatureValidationError) as error:
        raise NotGenuine("form") from error
    if content is not None and carried.native is not None:
        raise NotGenuine("form")
    if not is_intact:
        raise NotGenuine("content")
    if not is_valid:
        raise NotGenuine("signature")
    if not plain or at is None:
        raise NotGenuine("form")
    issued_by(opened, root, at)
    return opened, at


def _made_again(found: Any, one: Any, certificate: asn1_x509.Certificate) -> bytes:
    """The structure as :func:`signed` makes it around the same signed values: every other byte is ours."""
    kind, carried = found["encap_content_info"]["content_type"].native, found["encap_content_info"]["content"]
    digest = algos.DigestAlgorithm({"algorithm": ALGORITHM})
    sid = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    by = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
            "digest_algorithm": digest,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signed_attrs": cms.CMSAttributes.load(one["signed_attrs"].untag().dump(), strict=True),
            "signature": one["signature"].native,
        }
    )
    inside: Any = cms.ContentInfo({"content_type": kind})
    if carried.native is not None:
        content = cms.ParsableOctetString(bytes(carried))
        inside = cms.EncapsulatedContentInfo({"content_type": kind, "content": content})
    whole = {
        "version": "v1" if kind == "data" else "v3",
        "digest_algorithms": cms.DigestAlgorithms((digest,)),
        "encap_content_info": inside,
        "certificates": [cms.CertificateChoices(name="certificate", value=certificate)],
        "signer_infos": [by],
    }
    made = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(whole)})
    return bytes(made.dump())


def has_one_form(signature: bytes) -> bool:
    """Whether an ECDSA signature is the lower of its two possible values, in canonical bytes."""
    r, s = utils.decode_dss_signature(signature)
    return 2 * s < ORDER and utils.encode_dss_signature(r, s) == signature


def issued_by(certificate: x509.Certificate, root: x509.Certificate, at: dt.datetime) -> None:
    """Raises :class:`NotGenuine` unless ``root`` issued the certificate and both were valid at that time."""
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise NotGenuine("authority") from error
    if not has_one_form(certificate.signature):
        raise NotGenuine("form")
    for each in (certificate, root):
        if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
            raise NotGenuine("period")
