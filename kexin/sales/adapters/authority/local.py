"""The authority of the house: a root of its own, made on first use, whose key lies under the institution's key ring.

It proves that nothing was changed since, and that this house made the signature. It is no electronic certification
service established by law, and never says so.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.db import IntegrityError, transaction
from django.utils import timezone

from kexin.core.crypto import key_ring
from kexin.core.rekeying import SecretColumn, register_places
from kexin.sales.adapters.authority import Certified
from kexin.sales.models import AuthorityRoot

KEY_CONTEXT: Final = b"sales_authorityroot.sealed_key"
YEARS: Final = 30  # certificates stay checkable as long as the longest duty to keep them; the keys are gone at once
MARGIN: Final = dt.timedelta(minutes=5)
NAME: Final = "Kexin local authority"

Key = ec.EllipticCurvePrivateKey


class LocalAuthority:
    name = "local"
    is_licensed = False

    def root(self) -> x509.Certificate:
        return _opened()[0]

    def sign(self, content: bytes, *, name: str, reference: str, at: dt.datetime) -> Certified:
        from kexin.sales.adapters.authority.cms import signed  # pyHanko: only who signs should load it

        certificate, key = self.issue(name=name, reference=reference, at=at)
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
        return Certified(signed(content, certificate, key, at), pem, f"{certificate.serial_number:x}")

    def issue(
        self, *, name: str, reference: str, at: dt.datetime, stamps_time: bool = False
    ) -> tuple[x509.Certificate, Key]:
        """A new key and its certificate, to be used once."""
        root, root_key = _opened()
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(
                x509.Name(
                    [
                        x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
                        x509.NameAttribute(NameOID.SERIAL_NUMBER, reference[:64]),
                    ]
                )
            )
            .issuer_name(root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(at - MARGIN, root.not_valid_before_utc))
            .not_valid_after(root.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(content_commitment=not stamps_time), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )
        if stamps_time:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return _certified(builder, root_key), key


def _certified(builder: x509.CertificateBuilder, key: Key) -> x509.Certificate:
    """Sign until the value is the lower of the two possible ones: a certificate, too, has one form."""
    from kexin.sales.adapters.authority.cms import ORDER

    while True:
        made = builder.sign(key, hashes.SHA256())
        if 2 * utils.decode_dss_signature(made.signature)[1] < ORDER:
            return made


def _usage(**wanted: bool) -> x509.KeyUsage:
    names = (
        "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
        "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(digital_signature=True, **{name: wanted.get(name, False) for name in names})


def _opened() -> tuple[x509.Certificate, Key]:
    """The root and its key, made when the house signs for the first time."""
    row = AuthorityRoot.objects.filter(name=NAME).first() or establish(timezone.now())
    opened = serialization.load_der_private_key(
        key_ring().decrypt("secrets", bytes(row.sealed_key), KEY_CONTEXT), password=None
    )
    assert isinstance(opened, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(row.certificate.encode("ascii")), opened


def establish(at: dt.datetime) -> AuthorityRoot:
    """Make the root, in force from ``at`` on: by itself when the house first signs, or with a bank that has a past."""
    certificate, key = new_root(at)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with transaction.atomic():
            return AuthorityRoot.objects.create(
                name=NAME,
                certificate=certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
                sealed_key=key_ring().encrypt("secrets", private, KEY_CONTEXT),
                made_at=at,
            )
    except IntegrityError:  # another process was first
        return AuthorityRoot.objects.get(name=NAME)


def new_root(at: dt.datetime) -> tuple[x509.Certificate, Key]:
    """A root certificate that certifies from ``at`` on, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - MARGIN)
        .not_valid_after(at + dt.timedelta(days=round(365.25 * YEARS)))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _certified(builder, key), key


def register() -> None:
    """Called once, when the floor is ready: the root's key moves with a change of the institution's keys."""
    register_places("secrets", lambda: (SecretColumn(AuthorityRoot, "sealed_key", KEY_CONTEXT),))
