"""Who certifies that a signature is whose it says: a local authority by default, another by an adapter.

An authority makes a key for one signature, certifies it, signs and forgets the key. What it says about itself decides
whether a signature may be called reliable (Electronic Signature Law Art. 13, 16: see ``signatures/rules.py``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509


@dataclass(frozen=True, slots=True)
class Certified:
    """A signature (CMS, DER) beside its content, and the certificate that it was made under (PEM)."""

    signature: bytes
    certificate: str
    serial: str


class NotCertified(Exception):
    """The authority cannot sign at the moment; the text is a code without personal data."""


class Authority(Protocol):
    """``is_licensed``: an electronic certification service established by law (Art. 16 to 18), not the bank itself."""

    name: str
    is_licensed: bool

    def root(self) -> x509.Certificate:
        """What everything it certifies is traced back to."""

    def sign(self, content: bytes, *, name: str, reference: str, at: dt.datetime) -> Certified:
        """Sign ``content`` for the person or house called ``name``, in the matter ``reference``."""


def authority() -> Authority:
    """The authority of this installation."""
    from kexin.sales.adapters.authority.local import LocalAuthority

    return LocalAuthority()
