"""A sign-in by the institution's app: a token signed with Ed25519, for one customer, one purpose, a minute or two.

The app's server signs a JSON Web Token (RFC 7519, RFC 8037) with the claims ``sub`` (customer number), ``aud``
(``kexin-portal``), ``purpose``, ``iat``, ``exp`` and ``jti`` (never used twice). We hold its public key only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import jwt
from django.conf import settings

AUDIENCE = "kexin-portal"
LEEWAY_SECONDS = 10
LONGEST = 4096  # characters of a token


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom the app signed in, for what, and the number by which a repetition is known."""

    customer_no: str
    purpose: str
    number: str = field(repr=False)
    expires_at: dt.datetime


def offered() -> bool:
    """Whether this installation knows the app's key."""
    return bool(settings.KEXIN_APP_KEY_FILE)


@lru_cache(maxsize=4)
def _key(path: str, _changed: float) -> str:
    return Path(path).read_text(encoding="ascii")


def read_claim(token: str, *, longest_seconds: int) -> Claim | None:
    """What the app signed; None for everything that is not a fresh token of its key for us."""
    if not offered() or len(token) > LONGEST:
        return None
    path = Path(settings.KEXIN_APP_KEY_FILE)
    try:
        said = jwt.decode(
            token,
            _key(str(path), path.stat().st_mtime),
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            leeway=LEEWAY_SECONDS,
            options={"require": ["sub", "aud", "iat", "exp", "jti"]},
        )
        number, life = str(said["jti"]), int(said["exp"]) - int(said["iat"])
    except (jwt.PyJWTError, OSError, ValueError, TypeError):
        return None
    if not 0 < life <= longest_seconds or not 16 <= len(number) <= 128:
        return None
    ends = dt.datetime.fromtimestamp(int(said["exp"]) + LEEWAY_SECONDS, dt.UTC)
    return Claim(str(said["sub"]), str(said.get("purpose") or "look"), number, ends)
