"""Secrets of second factors under the ``secrets`` key: written anew while that key changes."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator

from kexin.core.crypto import Undecipherable, key_ring
from kexin.core.rekeying import Change, Found, Passed, Place, register_places, secret_prefix, written_anew

CONTEXT = b"mfa"
_SECRET = ("secret", "seed", "migrated_codes")  # what allauth passes through the adapter's encrypt()


@dataclass(frozen=True)
class SecondFactors:
    """Secrets inside the JSON that allauth keeps of each second factor."""

    name: str = "mfa_authenticator"

    def rows(self) -> int:
        return Authenticator.objects.count()

    def batch(self, after: int, limit: int) -> Passed:
        return written_anew(Authenticator, lambda: self._look(after, limit))

    def _look(self, after: int, limit: int) -> Found:
        rows = list(Authenticator.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "data")[:limit])
        changes, stuck = [], []
        for pk, data in rows:
            try:
                new = {key: _anew(value) if key in _SECRET else value for key, value in data.items()}
            except (Undecipherable, binascii.Error):
                stuck.append(pk)
                continue
            if new != data:
                changes.append(Change(pk, {"data": json.dumps(data)}, {"data": json.dumps(new)}))
        return (rows[-1][0] if rows else None), changes, stuck


def _anew(value: Any) -> Any:
    if isinstance(value, list):
        return [_anew(each) for each in value]
    sealed = base64.b64decode(value)
    if sealed[:5] == secret_prefix():
        return value
    plain = key_ring().decrypt("secrets", sealed, CONTEXT)
    return base64.b64encode(key_ring().encrypt("secrets", plain, CONTEXT)).decode()


def _places() -> Iterable[Place]:
    return (SecondFactors(),)


def register() -> None:
    """Called once, when the floor is ready."""
    register_places("secrets", _places)
