"""What is kept of a secret token."""

from __future__ import annotations

import hashlib


def digest_of(token: str) -> str:
    """Its SHA-256: 32 random bytes cannot be guessed from it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
