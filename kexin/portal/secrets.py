"""Tokens and codes: made at random, kept only by what recognises them."""

from __future__ import annotations

import hashlib
import secrets

from kexin.core.crypto import key_ring
from kexin.portal.rules import CODE_DIGITS


def new_token() -> str:
    """256 bits at random, fit for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What recognises a token: 256 random bits need no key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_code() -> str:
    """Six digits at random."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_digest(session_id: int, code: str) -> bytes:
    """What recognises a code of one session: keyed, because a million codes are quickly tried."""
    return key_ring().prf(_code(session_id, code))


def is_code(session_id: int, code: str, kept: bytes) -> bool:
    """Whether this is the code, in constant time; under every key that is enabled."""
    found = [secrets.compare_digest(each, bytes(kept)) for each in key_ring().prf_all(_code(session_id, code))]
    return any(found)


def _code(session_id: int, code: str) -> bytes:
    return f"portal.code:{session_id}:{code}".encode()


def visitor_digest(cookie: str, code: str) -> bytes:
    """What recognises the code of a visit without sign-in, bound to its secret."""
    return key_ring().prf(f"portal.visit:{digest(cookie)}:{code}".encode())


def is_visitor_code(cookie: str, code: str, kept: bytes) -> bool:
    """Whether this is the code of the visit, in constant time; under every key that is enabled."""
    wanted = f"portal.visit:{digest(cookie)}:{code}".encode()
    found = [secrets.compare_digest(each, bytes(kept)) for each in key_ring().prf_all(wanted)]
    return any(found)


def signing_digest(visitor_id: int, complaint_id: int, agreement: str, code: str) -> bytes:
    """What recognises the code for one signature: bound to the visit, the case and the agreement that was read."""
    return key_ring().prf(_signing(visitor_id, complaint_id, agreement, code))


def is_signing_code(visitor_id: int, complaint_id: int, agreement: str, code: str, kept: bytes) -> bool:
    """Whether this is the code for the signature, in constant time; under every key that is enabled."""
    wanted = _signing(visitor_id, complaint_id, agreement, code)
    found = [secrets.compare_digest(each, bytes(kept)) for each in key_ring().prf_all(wanted)]
    return any(found)


def _signing(visitor_id: int, complaint_id: int, agreement: str, code: str) -> bytes:
    return f"portal.sign:{visitor_id}:{complaint_id}:{agreement}:{code}".encode()
